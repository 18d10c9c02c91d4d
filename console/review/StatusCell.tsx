import { useEffect, useRef, useState } from 'preact/hooks';
import type { FeedbackItem, ReviewStatus } from '../../protocol/feedback.ts';
import { receiptStatuses } from '../shared/words.ts';
import { movesOf, type Reviewing, type RowReview } from './reviewing.ts';

const keys: Readonly<Record<ReviewStatus, string>> = { looked_at: 'L', changed: 'C', not_changed: 'N' };

/** What has become of a feedback, and the ways on from there. */
export function StatusCell(props: { item: FeedbackItem; reviewing: Reviewing; mayReview: boolean }) {
  const { item, reviewing, mayReview } = props;
  const row = reviewing.rows.value.get(item.id);
  if (item.status === null) return <span class="soft">Nothing was said</span>;
  if (row?.kind === 'asking' || (row?.kind === 'failed' && row.status !== 'looked_at'))
    return <WordForm item={item} row={row} reviewing={reviewing} />;
  return (
    <>
      <span class={item.status === 'changed' ? 'mark good' : 'mark'}>
        {row?.kind === 'saving' ? 'Saving…' : receiptStatuses[item.status]}
      </span>
      {item.word !== '' && <p class="soft small">“{item.word}”</p>}
      {row?.kind === 'failed' && (
        <p class="fail small" role="alert">
          {row.text}
        </p>
      )}
      {mayReview && row?.kind !== 'saving' && (
        <div class="moves">
          {movesOf(item).map((status) => (
            <button
              key={status}
              type="button"
              class="button small"
              title={`${receiptStatuses[status]} (${keys[status]})`}
              onClick={() => reviewing.begin(item, status)}
            >
              {receiptStatuses[status]}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function WordForm(props: {
  item: FeedbackItem;
  row: Extract<RowReview, { kind: 'asking' | 'failed' }>;
  reviewing: Reviewing;
}) {
  const { item, row, reviewing } = props;
  const [word, setWord] = useState(row.word);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const isOwed = row.status === 'not_changed';
  const done = () => document.querySelector<HTMLElement>(`[data-row="${CSS.escape(item.id)}"]`)?.focus();
  const cancel = () => {
    reviewing.cancel(item);
    done();
  };
  return (
    <form
      class="word-form"
      aria-label={`${receiptStatuses[row.status]}: a word why`}
      onSubmit={(event) => {
        event.preventDefault();
        done();
        void reviewing.save(item, row.status, word.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        cancel();
      }}
    >
      <label class="field">
        {receiptStatuses[row.status]}: a word why{isOwed ? '' : ' (optional)'}
        <input
          ref={input}
          class="input"
          maxLength={500}
          required={isOwed}
          value={word}
          placeholder="The customer reads it"
          onInput={(event) => setWord(event.currentTarget.value)}
        />
      </label>
      {row.kind === 'failed' && (
        <p class="fail small" role="alert">
          {row.text}
        </p>
      )}
      <div class="moves">
        <button type="submit" class="button small primary">
          {row.kind === 'failed' ? 'Try again' : 'Save'}
        </button>
        <button type="button" class="button small" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
