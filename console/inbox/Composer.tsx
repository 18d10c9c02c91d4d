import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Transcript } from '../../browser/transcript.ts';
import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { useWorkplace } from '../workplace.ts';
import type { Draft } from './drafts.ts';
import type { OpenConversation } from './open-conversation.ts';
import type { Standing } from './standing.ts';
import { createTyping } from './typing.ts';

/** Longest message that the protocol takes, in UTF-16 units. */
const longest = 8_000;

/** Where an agent writes: to the customer, or a note to colleagues. Notes may be left by anyone who reads. */
export function Composer(props: { open: OpenConversation; standing: Standing; onLeave: () => void }) {
  const { open, standing, onLeave } = props;
  const { id } = open;
  const { drafts, outbox, connection, wantsReply } = useWorkplace();
  const box = useRef<HTMLTextAreaElement>(null);
  const draft = drafts.of(id).value;
  const [typing] = useState(() =>
    createTyping((isTyping) => connection.signal('typing', { conversationId: id, isTyping })),
  );
  useEffect(() => typing.stop, [typing]);

  const { mode } = draft;
  const text = draft[mode];
  const isBlocked = mode === 'reply' && standing !== 'mine';
  const isTooLong = text.length > longest;
  const canSend = text.trim() !== '' && !isTooLong && !isBlocked;

  const wantsFocus = useRef(false);
  const choose = (next: Draft['mode']) => {
    drafts.change(id, { mode: next });
    // The box may be there only after the next drawing.
    wantsFocus.current = box.current === null;
    box.current?.focus();
  };
  // At once, not after the next painting: the next key must already be text, not a shortcut.
  useLayoutEffect(() => {
    if (!wantsFocus.current || box.current === null) return;
    wantsFocus.current = false;
    box.current.focus();
  });
  const send = () => {
    if (!canSend) return;
    typing.stop();
    outbox.add({ conversationId: id, kind: mode, text: text.trim() });
    drafts.change(id, { [mode]: '' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter and Esc belong to it (229: Safari's last one).
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') onLeave();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  };

  useSignalEffect(() => {
    if (wantsReply.value !== id || open.transcript.value.status !== 'human') return;
    wantsReply.value = null;
    choose('reply');
  });
  useShortcuts({ r: () => (standing === 'mine' ? choose('reply') : false), n: () => choose('note') });

  return (
    <div class={`composer ${mode}`}>
      <fieldset class="modes" aria-label="What you write">
        <button type="button" aria-pressed={mode === 'reply'} onClick={() => choose('reply')}>
          Reply <Key name="R" />
        </button>
        <button type="button" aria-pressed={mode === 'note'} onClick={() => choose('note')}>
          Note <Key name="N" />
        </button>
      </fieldset>
      {isBlocked ? (
        <p class="blocked">{whyBlocked(open.transcript.value)}</p>
      ) : (
        <>
          <textarea
            class="input"
            ref={box}
            rows={3}
            aria-label={
              mode === 'reply' ? 'Reply to the customer' : 'Note for colleagues; the customer never sees it'
            }
            placeholder={mode === 'reply' ? 'Write to the customer' : 'For colleagues only'}
            value={text}
            onInput={(event) => {
              drafts.change(id, { [mode]: event.currentTarget.value });
              if (mode === 'reply') typing.typed();
            }}
            onKeyDown={onKeyDown}
          />
          <div class="send-line">
            <span class={isTooLong ? 'fail' : 'soft'}>
              {isTooLong
                ? `${text.length.toLocaleString()} of ${longest.toLocaleString()} characters: shorten it to send it`
                : mode === 'note'
                  ? 'The customer never sees notes.'
                  : ''}
            </span>
            <button type="button" class="button" disabled={!canSend} onClick={send}>
              {mode === 'reply' ? 'Send' : 'Add note'} <Key name="↵" isAlways />
            </button>
          </div>
        </>
      )}
    </div>
  );
}

function whyBlocked({ status, agent }: Transcript): string {
  switch (status) {
    case 'waiting':
      return 'Accept the conversation to reply.';
    case 'human':
      return `${agent?.name ?? 'A colleague'} is in this conversation. You can read along.`;
    case 'bot':
      return 'The bot has this conversation. You can reply once the customer asks for a person.';
    case 'resolved':
      return 'This conversation is resolved. If the customer writes again, it opens again.';
  }
}
