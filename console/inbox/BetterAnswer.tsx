import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AnswerItem, MessageItem, Transcript } from '../../browser/transcript.ts';
import { ProposeAnswer } from '../guidance/ProposeAnswer.tsx';
import { hasFailed } from '../shared/fold.ts';
import { Key } from '../shared/Key.tsx';
import type { LineTools } from '../shared/Transcript.tsx';
import { useWorkplace } from '../workplace.ts';

/** The answer that is being put right: which turn, and what the editor begins with. */
export interface Improving {
  readonly turn: number;
  readonly text: string;
}

/** The answer that a shortcut means: the last that failed, else the last that ended. Of those before `seq`. */
export function answerToImprove(
  { items }: Transcript,
  seq = Number.POSITIVE_INFINITY,
): AnswerItem | undefined {
  const answers = items.filter(
    (item): item is AnswerItem => item.kind === 'answer' && item.state !== 'pending' && item.seq < seq,
  );
  return answers.findLast(hasFailed) ?? answers.at(-1);
}

/** What stands below answers of the bot, and below what this agent wrote. */
export function betterAnswerTools(
  transcript: Transcript,
  meId: string,
  improving: Signal<Improving | null>,
): LineTools {
  return {
    answer: (answer) => <AnswerTool answer={answer} id={transcript.conversationId} improving={improving} />,
    message(message: MessageItem) {
      if (message.by.kind !== 'agent' || message.by.id !== meId) return null;
      const answer = answerToImprove(transcript, message.seq);
      if (answer === undefined || answer.better?.text === message.text) return null;
      return (
        <p class="line-tools">
          <button
            type="button"
            class="text-button quiet"
            onClick={() => (improving.value = { turn: answer.turn, text: message.text })}
          >
            Use as the better answer
          </button>
        </p>
      );
    },
  };
}

function AnswerTool(props: { answer: AnswerItem; id: string; improving: Signal<Improving | null> }) {
  const { answer, id, improving } = props;
  const { turn, state, better } = answer;
  const { may } = useWorkplace();
  if (state === 'pending') return null;
  if (improving.value?.turn === turn) {
    return <Editor id={id} improving={improving.value} onLeave={() => (improving.value = null)} />;
  }
  return (
    <p class="line-tools">
      <button
        type="button"
        class="text-button quiet"
        onClick={() => (improving.value = { turn, text: better?.text ?? '' })}
      >
        {better === undefined ? 'What it should have said' : 'Change'}
      </button>
      {better !== undefined && may('guidance:propose') && (
        <>
          {' '}
          <ProposeAnswer key={better.text} origin={{ conversationId: id, turn }} isQuiet />
        </>
      )}
    </p>
  );
}

function Editor(props: { id: string; improving: Improving; onLeave: () => void }) {
  const { id, improving, onLeave } = props;
  const { actions } = useWorkplace();
  const text = useSignal(improving.text);
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => box.current?.focus(), []);
  const save = async () => {
    if (text.peek().trim() === '' || isBusy.peek()) return;
    isBusy.value = true;
    const happened = await actions.improve(id, improving.turn, text.peek().trim());
    isBusy.value = false;
    if (happened === null) onLeave();
    else problem.value = happened;
  };
  return (
    <form
      class="better-editor"
      aria-label="What it should have said"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.isComposing || event.keyCode === 229) return;
        if (event.key === 'Escape') onLeave();
        else if (event.key === 'Enter' && !event.shiftKey && event.target === box.current) {
          event.preventDefault();
          void save();
        } else return;
        event.stopPropagation();
      }}
    >
      <textarea
        class="input"
        ref={box}
        rows={3}
        maxLength={8_000}
        aria-label="What it should have said; the customer never sees it"
        placeholder="What it should have said"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="send-line">
        <span class="soft">For the product team. The customer never sees it.</span>
        <button type="button" class="button quiet small" onClick={onLeave}>
          Cancel
        </button>
        <button
          type="submit"
          class="button primary small"
          disabled={text.value.trim() === '' || isBusy.value}
        >
          {isBusy.value ? 'Saving…' : 'Save'} <Key name="↵" isAlways />
        </button>
      </div>
      {problem.value !== null && (
        <p class="fail" role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
