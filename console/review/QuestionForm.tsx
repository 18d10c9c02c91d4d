import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { WeakQuestionDetail, WeakQuestionRow } from '../../protocol/weak-questions.ts';
import { ApiError } from '../api.ts';
import { GuidanceForm } from '../guidance/GuidanceForm.tsx';
import { createGuidanceBook } from '../guidance/guidance-list.ts';
import { StepForm, useStep } from '../inbox/StepForm.tsx';
import { createLoaded } from '../shared/loaded.ts';
import { moveFocus } from '../shared/move-focus.ts';
import { NotLoaded } from '../shared/NotLoaded.tsx';
import { now } from '../shared/time.ts';
import { count } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import type { OpenForm, QuestionRowProps } from './question-row.ts';
import { countsOf, guidanceFor, guidanceToChange } from './question-words.ts';

type Props = QuestionRowProps & {
  readonly form: NonNullable<OpenForm>;
  readonly detail: WeakQuestionDetail | 'failed' | undefined;
};

/** The form that is open in a row. */
export function QuestionForm(props: Props) {
  const { form, detail } = props;
  if (form === 'decline') return <Declining {...props} />;
  if (form === 'merge') return <Merging {...props} />;
  // Both begin with what is behind the row.
  if (typeof detail !== 'object') return null;
  return form === 'split' ? <Splitting {...props} shown={detail} /> : <Guiding {...props} shown={detail} />;
}

function Declining({ row, book, isOff, onLeave }: Props) {
  const reason = useSignal('');
  const step = useStep(onLeave);
  const decline = () => {
    if (!isOff) void book.decline(row, reason.peek().trim()).then((isDone) => isDone && onLeave());
  };
  return (
    <StepForm label="Decline the question" step={step} onSubmit={decline}>
      <label class="field grows">
        Why nothing is changed: those who gave feedback read it
        <input
          class="input"
          data-first
          required
          maxLength={500}
          value={reason.value}
          onInput={(event) => (reason.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary" disabled={isOff || reason.value.trim() === ''}>
        Decline
      </button>
    </StepForm>
  );
}

/** The other questions that may be meant: those most alike first, then those of the list. */
function Merging({ row, book, isOff, onLeave, onMerged }: Props) {
  const { session } = useWorkplace();
  const step = useStep(onLeave);
  const alike = useSignal<readonly WeakQuestionRow[] | null>(null);
  const words = useSignal('');
  const choices = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    session.api.alikeQuestions(row.id, abort.signal).then(
      ({ items }) => (alike.value = items),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        // The list below is there all the same.
        alike.value = [];
      },
    );
    return () => abort.abort();
  }, [session, row.id, alike]);
  const shown = useComputed(() => {
    const near = alike.value ?? [];
    const known = new Set([row.id, ...near.map(({ id }) => id)]);
    const others = book.list.state.value.items.filter((one) => !known.has(one.id) && one.site === row.site);
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    return [...near, ...others]
      .filter(({ question }) => wanted.every((word) => question.toLowerCase().includes(word)))
      .slice(0, mostChoices);
  });
  const merge = (into: WeakQuestionRow | undefined) => {
    if (into === undefined || isOff) return;
    void book.merge(row, into).then((isDone) => {
      if (!isDone) return;
      onLeave();
      onMerged(into.id);
    });
  };
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return false;
    moveFocus(choices.current, 'button', by);
    return true;
  };
  return (
    <StepForm label="Merge the question" step={step} onKey={onKey} onSubmit={() => merge(shown.value[0])}>
      <label class="field grows">
        It asks the same as… (Enter: the first)
        <input
          class="input"
          type="search"
          data-first
          placeholder="Words of the other question"
          value={words.value}
          onInput={(event) => (words.value = event.currentTarget.value)}
        />
      </label>
      <ul class="question-choices" ref={choices} aria-label="Questions to merge into">
        {shown.value.map((one) => (
          <li key={one.id}>
            <button type="button" class="question-choice" disabled={isOff} onClick={() => merge(one)}>
              {one.question} <span class="soft small">{countsOf(one, now.value)}</span>
            </button>
          </li>
        ))}
      </ul>
      {alike.value === null && <p class="soft small grows">Looking for what is alike…</p>}
      {alike.value !== null && shown.value.length === 0 && (
        <p class="soft small grows">No other question has these words.</p>
      )}
    </StepForm>
  );
}
const mostChoices = 12;

function Splitting({ row, shown, book, isOff, onLeave }: Props & { readonly shown: WeakQuestionDetail }) {
  const step = useStep(onLeave);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const choose = (id: string, isChosen: boolean) => {
    const next = new Set(chosen.peek());
    if (isChosen) next.add(id);
    else next.delete(id);
    chosen.value = next;
  };
  const { size } = chosen.value;
  const canSplit = size > 0 && size < shown.wordings.length && !isOff;
  const split = () => {
    if (canSplit) void book.split(row, [...chosen.peek()]).then((isDone) => isDone && onLeave());
  };
  return (
    <StepForm label="Split the question" step={step} onSubmit={split}>
      <fieldset class="question-wordings grows">
        <legend class="small soft">Which of these ask something else?</legend>
        {shown.wordings.map(({ id, text, answers }, at) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              {...(at === 0 && { 'data-first': true })}
              checked={chosen.value.has(id)}
              onChange={(event) => choose(id, event.currentTarget.checked)}
            />
            <span>
              {text} <span class="soft small">{count(answers, 'weak answer')}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" class="button primary" disabled={!canSplit}>
        {size === 0 ? 'Split off' : `Split off ${count(size, 'wording')}`}
      </button>
    </StepForm>
  );
}

/** The editor of guidance, with how it was asked and what an agent would have said; or of the guidance that it has. */
function Guiding({ row, shown, book, isOff, onLeave }: Props & { readonly shown: WeakQuestionDetail }) {
  const { session } = useWorkplace();
  const [guidance] = useState(() => createGuidanceBook(session.api));
  const [known] = useState(() => {
    const id = guidanceToChange(row);
    return id === null ? null : createLoaded(() => session.api.guidanceHistory(id));
  });
  useEffect(() => void known?.load(), [known]);
  const leave = () => {
    onLeave();
    // Its guidance, where one has been written.
    void book.refresh();
  };
  const { found = null, hasFailed = false } = known?.state.value ?? {};
  const before = found?.guidance;
  if (known !== null && (before === undefined || hasFailed)) {
    return (
      <NotLoaded hasFailed={hasFailed} onAgain={() => void known.load()}>
        Its guidance could not be loaded.
      </NotLoaded>
    );
  }
  const content = guidanceFor(shown, before?.newest ?? null);
  return (
    <GuidanceForm
      book={guidance}
      canReach={!isOff}
      {...(before !== undefined && { guidance: before })}
      given={{ content, site: row.site, question: row.id }}
      onClose={leave}
    />
  );
}
