import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transcript } from '../../browser/transcript.ts';
import { inboxPath, navigate } from '../route.ts';
import { Icon } from '../shared/Icon.tsx';
import { Link } from '../shared/Link.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { handoffReasons, refusalWords } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { AboutPanel } from './AboutPanel.tsx';
import { ActionButtons, type ActionForm, ActionForms } from './ActionForms.tsx';
import { aboutOf } from './about.ts';
import { answerToImprove, betterAnswerTools, type Improving } from './BetterAnswer.tsx';
import { Composer } from './Composer.tsx';
import { isLeaving } from './held.ts';
import { OpenPromises } from './OpenPromises.tsx';
import { openConversation } from './open-conversation.ts';
import { Scroller } from './Scroller.tsx';
import { standingOf } from './standing.ts';
import { UndoBar } from './UndoBar.tsx';
import { useNews } from './use-news.ts';
import { createWatchers, watcherWords } from './watchers.ts';

/** One conversation, read live. What can be done with it depends on whose it is. */
export function Conversation({ id }: { id: string }) {
  const { me, may, connection, outbox, notice, desk, accepting, held } = useWorkplace();
  const [open] = useState(() => openConversation(id, connection));
  const [watchers] = useState(() => createWatchers(id, me.id, connection));
  const form = useSignal<ActionForm>(null);
  const improving = useSignal<Improving | null>(null);
  const isAboutShown = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const transcript = open.transcript.value;
  const standing = may('conversations:work') ? standingOf(transcript, me.id) : 'reading';
  const isEnding = isLeaving(held.current.value, id);
  const others = watchers.all.value;
  const about = aboutOf(transcript);
  const topic = desk.row(id)?.topic || about.topic || 'No question yet';

  useEffect(() => {
    // Where the list is hidden (a phone), what was opened takes the focus.
    if (document.querySelector('.queue')?.checkVisibility() === false) heading.current?.focus();
    return () => {
      watchers.close();
      open.close();
      // Who goes on has decided.
      if (held.current.peek()?.conversationId === id) held.flush();
    };
  }, [open]);
  useNews(open, standing, watchers);
  useSignalEffect(() => outbox.settle(id, open.transcript.value.seq));

  const leaveForm = () => {
    form.value = null;
    heading.current?.focus();
  };
  useShortcuts({
    Escape: () => {
      if (form.value !== null) leaveForm();
      else if (held.current.peek()?.conversationId === id) held.undo();
      else if (isAboutShown.value) isAboutShown.value = false;
      else leave(id);
    },
    h: () => standing === 'mine' && !isEnding && openForm(form, 'hand_back'),
    p: () => standing === 'mine' && !isEnding && openForm(form, 'promise'),
    t: () => {
      if (isEnding) return false;
      if (standing === 'mine') return openForm(form, 'transfer');
      return (
        standing === 'reading' &&
        may('conversations:supervise') &&
        transcript.agent !== null &&
        openForm(form, 'take_over')
      );
    },
    w: () => {
      const answer = answerToImprove(transcript);
      if (answer === undefined) return false;
      improving.value = { turn: answer.turn, text: answer.better?.text ?? '' };
      return true;
    },
    // Who accepts and types at once means the reply: its first letters must not resolve anything.
    e: () => standing !== 'reading' && !isEnding && accepting.value !== id && openForm(form, 'resolve'),
  });

  if (open.problem.value !== null) {
    return (
      <section class="nothing" aria-label="Conversation">
        <p>{refusalWords(open.problem.value)}</p>
        <Link href={inboxPath}>Back to the inbox</Link>
      </section>
    );
  }
  return (
    <>
      <section class="conversation" aria-labelledby="conversation-title">
        <div class="conversation-head">
          <Link href={inboxPath} class="icon-button back" aria-label="Back to the list">
            <Icon name="back" />
          </Link>
          <div class="title">
            <h2 id="conversation-title" tabIndex={-1} ref={heading} title={topic}>
              {topic}
            </h2>
            <span class="states">
              <span class={`tag state-${transcript.status}`}>{stateWords(transcript, me.id)}</span>
              <span class="watchers" role="status">
                {watcherWords(others)}
              </span>
            </span>
          </div>
          <ActionButtons id={id} standing={standing} form={form} agent={transcript.agent} />
          <button
            type="button"
            class="icon-button about-button"
            aria-label="About this conversation"
            aria-expanded={isAboutShown.value}
            onClick={() => (isAboutShown.value = !isAboutShown.value)}
          >
            <Icon name="about" />
          </button>
        </div>
        <ActionForms id={id} standing={standing} form={form} agent={transcript.agent} onLeave={leaveForm} />
        <UndoBar id={id} />
        <div role="status">
          {notice.value?.conversationId === id && (
            <p class="strip">
              {notice.value.text}
              <button type="button" class="button small quiet" onClick={() => (notice.value = null)}>
                Dismiss
              </button>
            </p>
          )}
        </div>
        <Scroller open={open} tools={betterAnswerTools(transcript, me.id, improving)} />
        <OpenPromises id={id} transcript={transcript} standing={standing} />
        {may('conversations:work') && (
          <Composer
            open={open}
            standing={standing}
            watchers={watchers}
            onLeave={() => heading.current?.focus()}
          />
        )}
      </section>
      <AboutPanel transcript={transcript} about={about} row={desk.row(id)} isShown={isAboutShown.value} />
    </>
  );
}

function stateWords(transcript: Transcript, meId: string): string {
  const { status, agent, reason } = transcript;
  switch (status) {
    case 'bot':
      return 'with the bot';
    case 'waiting':
      return reason === null ? 'waiting' : handoffReasons[reason];
    case 'human':
      return agent?.id === meId ? 'with you' : `with ${agent?.name ?? 'a colleague'}`;
    case 'resolved':
      return 'resolved';
  }
}

function openForm(form: Signal<ActionForm>, name: ActionForm): true {
  form.value = name;
  return true;
}

/** To the row in the list; on a phone, where there is only one of the two, back to the list. */
function leave(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
  if (row?.checkVisibility()) row.focus();
  else navigate(inboxPath);
}
