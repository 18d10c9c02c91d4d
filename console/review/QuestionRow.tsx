import { useEffect } from 'preact/hooks';
import { Key } from '../shared/Key.tsx';
import { LoadFailed } from '../shared/LoadFailed.tsx';
import { now } from '../shared/time.ts';
import { useWorkplace } from '../workplace.ts';
import { QuestionBody } from './QuestionBody.tsx';
import { QuestionForm } from './QuestionForm.tsx';
import type { OpenForm, QuestionRowProps } from './question-row.ts';
import { countsOf, guidanceToChange, questionStanding } from './question-words.ts';

/** One question: how much harm, how it stands; opened, all that is behind it, and what can be done. */
export function QuestionRow(props: QuestionRowProps) {
  const { row, worst, book, isOpen, isGone, form, meId, onToggle, onRead } = props;
  const { me } = useWorkplace();
  const detail = book.details.value.get(row.id);
  useEffect(() => {
    if (isOpen) void book.open(row.id);
  }, [book, row.id, isOpen]);
  const { tone, text } = isGone ? noMore : questionStanding(row, meId);
  const share = worst > 0 ? Math.max(0.04, row.harm / worst) : 0;
  return (
    <li class={`question-row${isOpen ? ' open' : ''}${isGone ? ' gone' : ''}`} data-question={row.id}>
      <button
        type="button"
        class="question-open"
        aria-expanded={isOpen}
        aria-controls={`question-${row.id}`}
        onClick={onToggle}
      >
        <span class="question-harm" title="Harm: how many customers, how bad, halved every 30 days">
          <span class="hidden">Harm </span>
          {row.harm >= 10 ? Math.round(row.harm) : row.harm.toFixed(1)}
          <svg class="question-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
            <rect width={100 * share} height="4" />
          </svg>
        </span>
        <span class="question-text">
          <span class="question-asked">{row.question}</span>
          <span class="soft small">
            {countsOf(row, now.value)}
            {me.sites.length > 1 && ` · ${row.siteName}`}
          </span>
        </span>
        <span class={`small question-standing ${tone}`}>{text}</span>
      </button>
      {isOpen && (
        <div id={`question-${row.id}`} class="question-body">
          <Acts {...props} />
          {form !== null && <QuestionForm {...props} form={form} detail={detail} />}
          {detail === undefined && (
            <p class="soft small" role="status">
              Loading…
            </p>
          )}
          {detail === 'failed' && (
            <LoadFailed isSmall onAgain={() => void book.open(row.id)}>
              What is behind it could not be loaded.
            </LoadFailed>
          )}
          {typeof detail === 'object' && (
            <QuestionBody
              detail={detail}
              isOff={props.isOff}
              onRead={onRead}
              onProposed={() => void book.refresh()}
            />
          )}
        </div>
      )}
    </li>
  );
}

const noMore = { tone: 'soft', text: 'No longer in this list' } as const;

/** What can be done with it, by button and by key. */
function Acts({ row, book, isOff, form, meId, onForm }: QuestionRowProps) {
  const { may } = useWorkplace();
  const { status } = row;
  const isTodo = status === 'open' || status === 'taken';
  const hasGuidance = guidanceToChange(row) !== null;
  const isTheirs = status === 'taken' && row.owner?.id !== meId;
  const opens = (kind: NonNullable<OpenForm>, name: string, key: string, isPrimary = false) => (
    <button
      type="button"
      class={isPrimary ? 'button small primary' : 'button small'}
      disabled={isOff}
      aria-expanded={form === kind}
      onClick={() => onForm(kind)}
    >
      {name} <Key name={key} />
    </button>
  );
  return (
    <div class="question-acts">
      {may('guidance:propose') &&
        opens('guidance', hasGuidance ? 'Change its guidance' : 'Write guidance', 'G', isTodo)}
      {status === 'open' && (
        <button type="button" class="button small" disabled={isOff} onClick={() => void book.take(row)}>
          Take <Key name="O" />
        </button>
      )}
      {status === 'taken' && (
        <button type="button" class="button small" disabled={isOff} onClick={() => void book.release(row)}>
          Release <Key name="O" />
        </button>
      )}
      {status === 'declined' && (
        <button type="button" class="button small" disabled={isOff} onClick={() => void book.reopen(row)}>
          Open again
        </button>
      )}
      {opens('merge', 'Merge…', 'M')}
      {row.wordings > 1 && opens('split', 'Split…', 'X')}
      {isTodo && !isTheirs && opens('decline', 'Decline…', 'D')}
    </div>
  );
}
