import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { acceptedFiles, textOfFiles } from '../../browser/files.ts';
import type { Transcript } from '../../browser/transcript.ts';
import { Icon } from '../shared/Icon.tsx';
import { Key } from '../shared/Key.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { useWorkplace } from '../workplace.ts';
import { unfilled } from './canned.ts';
import type { Draft } from './drafts.ts';
import { FileTray } from './FileTray.tsx';
import { useFileDrop } from './file-drop.ts';
import { isLeaving } from './held.ts';
import type { OpenConversation } from './open-conversation.ts';
import { type Choice, choiceId, Picker } from './Picker.tsx';
import { mentionedIn } from './picking.ts';
import type { Standing } from './standing.ts';
import { createTyping } from './typing.ts';
import type { Upload } from './uploads.ts';
import { usePicker } from './use-picker.ts';
import type { Watchers } from './watchers.ts';

/** Longest message that the protocol takes, in UTF-16 units. */
const longest = 8_000;

/** Where an agent writes: to the customer, or a note to colleagues. Notes may be left by anyone who reads. */
export function Composer(props: {
  open: OpenConversation;
  standing: Standing;
  watchers: Watchers;
  onLeave: () => void;
}) {
  const { open, standing, watchers, onLeave } = props;
  const { id } = open;
  const { drafts, uploads, outbox, connection, wantsReply, accepting, held } = useWorkplace();
  const box = useRef<HTMLTextAreaElement>(null);
  const draft = drafts.of(id).value;
  const [typing] = useState(() =>
    createTyping((isTyping) => connection.signal('typing', { conversationId: id, isTyping })),
  );
  useEffect(() => typing.stop, [typing]);

  const { mode } = draft;
  const text = draft[mode];
  const isEnding = isLeaving(held.current.value, id);
  // While the server answers whether it is theirs, they write already; what they send waits for it.
  const isComing = accepting.value === id || wantsReply.value === id;
  const isBlocked = mode === 'reply' && ((standing !== 'mine' && !isComing) || isEnding);
  const picker = usePicker(open.transcript.value, mode);
  const missing = mode === 'reply' ? unfilled(text) : [];
  const isTooLong = text.length > longest;
  const files = mode === 'reply' ? draft.files : [];
  const onTheWay = mode === 'reply' ? uploads.of(id).value : [];
  const hasSomething = text.trim() !== '' || files.length > 0;
  const isReplying = mode === 'reply' && standing === 'mine' && !isEnding;
  const isWhole = hasSomething && onTheWay.length === 0 && !isTooLong;
  const canSend = isWhole && (mode === 'note' || isReplying);
  const mayAttach = isReplying;
  const fileInput = useRef<HTMLInputElement>(null);
  const attach = (list: Iterable<File> | null | undefined) => list && uploads.add(id, [...list]);
  const isReceiving = useFileDrop(mayAttach ? attach : null);

  /** Enter was pressed before the conversation was theirs. Writing on takes it back: what is sent is what was there. */
  const wantsSending = useRef(false);
  const wantsFocus = useRef(accepting.peek() === id);
  const choose = (next: Draft['mode']) => {
    // A held Enter was for the words that were there: never for a note that would reach the customer, or a reply.
    wantsSending.current = false;
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
  // A box that is taken away (a colleague was faster) must not take the focus along.
  const isLosingFocus = isBlocked && box.current !== null && document.activeElement === box.current;
  useLayoutEffect(() => {
    if (isLosingFocus) onLeave();
  });
  const send = () => {
    wantsSending.current = isComing && isWhole && !canSend;
    if (!canSend) return;
    typing.stop();
    const mentions = mode === 'note' ? mentionedIn(text, picker.colleagues.peek()?.agents ?? []) : [];
    const said = text.trim() === '' ? textOfFiles(files) : text.trim();
    outbox.add({ conversationId: id, kind: mode, text: said, mentions, ...(files.length > 0 && { files }) });
    drafts.change(id, { [mode]: '', ...(files.length > 0 && { files: [] }) });
    picker.close();
    watchers.doing('reading');
  };
  useLayoutEffect(() => {
    if (wantsSending.current && (canSend || isBlocked)) send();
  });
  const insert = (choice: Choice | undefined) => {
    const chosen = picker.choose(text, choice);
    const { current } = box;
    if (chosen === null || current === null) return;
    drafts.change(id, { [mode]: chosen.text });
    // Written at once, so that the caret can stand behind it.
    current.value = chosen.text;
    current.setSelectionRange(chosen.caret, chosen.caret);
    current.focus();
  };
  /** @returns whether the key was the picker's */
  const pick = (event: KeyboardEvent): boolean => {
    if (picker.picking.peek() === null) return false;
    if (event.key === 'Escape') picker.close();
    else if (picker.choices.length === 0) return false;
    else if (event.key === 'ArrowDown') picker.move(1);
    else if (event.key === 'ArrowUp') picker.move(-1);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) {
      insert(picker.choices[picker.active]);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter and Esc belong to it (229: Safari's last one).
    if (event.isComposing || event.keyCode === 229) return;
    if (pick(event)) return;
    if (event.key === 'Escape') onLeave();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  };

  // Once a wish: whoever begins a note while the server answers must not find it in the reply box.
  const wasWished = useRef(false);
  useSignalEffect(() => {
    const isWished = accepting.value === id || wantsReply.value === id;
    if (isWished && !wasWished.current) choose('reply');
    wasWished.current = isWished;
    const { status } = open.transcript.value;
    const isAnswered = accepting.value !== id && (status === 'human' || status === 'resolved');
    if (isAnswered && wantsReply.value === id) wantsReply.value = null;
  });
  useShortcuts({ r: () => (standing === 'mine' ? choose('reply') : false), n: () => choose('note') });

  return (
    <div class={`composer ${mode}${isReceiving.value ? ' receiving' : ''}`}>
      <fieldset class="modes" aria-label="What you write">
        <button type="button" aria-pressed={mode === 'reply'} onClick={() => choose('reply')}>
          Reply <Key name="R" />
        </button>
        <button type="button" aria-pressed={mode === 'note'} onClick={() => choose('note')}>
          Note <Key name="N" />
        </button>
      </fieldset>
      {isBlocked ? (
        <p class="blocked">
          {isEnding ? 'This ends in a moment. Undo it to go on writing.' : whyBlocked(open.transcript.value)}
        </p>
      ) : (
        <>
          {picker.picking.value !== null && (
            <Picker
              label={mode === 'reply' ? 'Canned responses' : 'Colleagues'}
              choices={picker.choices}
              active={picker.active}
              empty={
                mode === 'reply'
                  ? 'No canned response fits. Keep some in the settings.'
                  : 'No colleague fits.'
              }
              onChoose={insert}
            />
          )}
          <textarea
            class="input"
            ref={box}
            rows={3}
            aria-label={
              mode === 'reply' ? 'Reply to the customer' : 'Note for colleagues; the customer never sees it'
            }
            aria-autocomplete="list"
            aria-controls={picker.picking.value === null ? undefined : 'picker'}
            aria-activedescendant={picker.choices.length === 0 ? undefined : choiceId(picker.active)}
            placeholder={
              mode === 'reply'
                ? 'Write to the customer, / for a canned response'
                : 'For colleagues only, @ to call one'
            }
            value={text}
            onInput={(event) => {
              wantsSending.current = false;
              drafts.change(id, { [mode]: event.currentTarget.value });
              picker.look(event.currentTarget.value, event.currentTarget.selectionStart);
              watchers.doing(mode === 'reply' ? 'replying' : 'noting');
              if (isReplying) typing.typed();
            }}
            onBlur={picker.close}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const pasted = event.clipboardData?.files;
              if (!mayAttach || !pasted || pasted.length === 0) return;
              event.preventDefault();
              attach(pasted);
            }}
          />
          {mayAttach && <FileTray id={id} />}
          <div class="send-line">
            <span class={isTooLong ? 'fail' : missing.length > 0 ? 'warn' : 'soft'} role="status">
              {isTooLong
                ? `${text.length.toLocaleString()} of ${longest.toLocaleString()} characters: shorten it to send it`
                : missing.length > 0
                  ? `Not filled in: ${missing.join(', ')}`
                  : mode === 'note'
                    ? 'The customer never sees notes.'
                    : waitingWords(onTheWay)}
            </span>
            <div class="send-buttons">
              {mayAttach && (
                <>
                  <input
                    ref={fileInput}
                    type="file"
                    multiple
                    hidden
                    aria-label="Files to attach"
                    accept={acceptedFiles}
                    onChange={({ currentTarget }) => {
                      attach(currentTarget.files);
                      // The same file again is a choice, too.
                      currentTarget.value = '';
                    }}
                  />
                  <button
                    type="button"
                    class="icon-button"
                    aria-label="Attach files"
                    title="Attach files: PNG, JPG, WebP or PDF. You can drop or paste them, too."
                    onClick={() => fileInput.current?.click()}
                  >
                    <Icon name="attach" />
                  </button>
                </>
              )}
              <button type="button" class="button" disabled={!canSend} onClick={send}>
                {mode === 'reply' ? 'Send' : 'Add note'} <Key name="↵" isAlways />
              </button>
            </div>
          </div>
        </>
      )}
    </div>
  );
}

/** Why a reply with files cannot be sent just yet. */
function waitingWords(onTheWay: readonly Upload[]): string {
  if (onTheWay.some(({ code }) => code === null)) return 'Sending the files…';
  return onTheWay.length > 0 ? 'Remove the file that was not taken, or try it again.' : '';
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
