import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { plainText } from '../../browser/markdown.ts';
import type { FeedbackItem, ReviewStatus } from '../../protocol/feedback.ts';
import { Icon } from '../shared/Icon.tsx';
import { moveFocus } from '../shared/move-focus.ts';
import { OutsideLink } from '../shared/OutsideLink.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { feedbackReasons, guidanceTag, handoffRatingWords, signals } from '../shared/words.ts';
import type { Reviewing } from './reviewing.ts';
import { StatusCell } from './StatusCell.tsx';

const wholeWords = {
  conversation: 'The whole conversation',
  handoff: 'The way to a person',
  answer: 'No question',
  signal: 'No question',
} as const;

/** One row a feedback. A row opens its conversation beside the table. */
export function FeedbackTable(props: {
  items: readonly FeedbackItem[];
  openId: string | null;
  onOpen: (conversationId: string) => void;
  isStale: boolean;
  reviewing: Reviewing;
  mayReview: boolean;
}) {
  const { items, openId, onOpen, isStale, reviewing, mayReview } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const move = (step: number) => moveFocus(body.current, '[data-opens]', step);
  /** Of the row in focus; the key goes on to others where there is none. */
  const review = (status: ReviewStatus) => () => {
    const id = document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-row]')?.dataset.row;
    const item = items.find((one) => one.id === id);
    if (!mayReview || item === undefined) return false;
    reviewing.begin(item, status);
    return true;
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    l: review('looked_at'),
    c: review('changed'),
    n: review('not_changed'),
  });
  return (
    <div class="table-frame">
      <table class={isStale ? 'feedback-table stale' : 'feedback-table'}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Feedback</th>
            <th scope="col">Question and answer</th>
            <th scope="col">Comment</th>
            <th scope="col">Status</th>
            <th scope="col">Page</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {items.map((item) => (
            <Row
              key={item.id}
              item={item}
              isOpen={item.conversationId === openId}
              onOpen={onOpen}
              status={<StatusCell item={item} reviewing={reviewing} mayReview={mayReview} />}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  item: FeedbackItem;
  isOpen: boolean;
  onOpen: (conversationId: string) => void;
  status: ComponentChildren;
}) {
  const { item, isOpen, onOpen } = props;
  const { page } = item.context;
  return (
    <tr class={isOpen ? 'open' : undefined}>
      <td class="when">
        <time dateTime={new Date(item.at).toISOString()} title={fullTime(item.at)}>
          {dayAndClock(item.at, now.value)}
        </time>
      </td>
      <td class="verdict-cell">
        <Verdict item={item} />
      </td>
      <td class="said">
        <button
          type="button"
          class="row-button"
          data-opens={item.conversationId}
          data-row={item.id}
          aria-expanded={isOpen}
          onClick={() => onOpen(item.conversationId)}
        >
          {item.question ?? (item.turn === null ? wholeWords[item.kind] : 'No question')}
        </button>
        {item.answer !== null && (
          <p class="answer-words soft">{plainText(item.answer) || 'No answer came.'}</p>
        )}
        {item.guidance !== null && (
          <span class="tag" title={`Guidance ${item.guidance.id}`}>
            {guidanceTag(item.guidance)}
          </span>
        )}
      </td>
      <td class="comment">
        {item.comment !== '' && <p class="customers-words">{item.comment}</p>}
        {item.rightAnswer !== '' && (
          <p>
            <span class="soft">Right would be: </span>
            {item.rightAnswer}
          </p>
        )}
        {item.doNotTrain && <span class="tag">Do not train</span>}
      </td>
      <td class="status-cell">{props.status}</td>
      <td class="page soft">{page !== undefined && <OutsideLink url={page.url} title={page.title} />}</td>
    </tr>
  );
}

function Verdict({ item }: { item: FeedbackItem }) {
  if (item.rating !== null) {
    return (
      <span class={item.rating <= 2 ? 'mark fail' : 'mark'}>
        Rated <b>{item.rating}</b> of 5
      </span>
    );
  }
  if (item.kind === 'handoff')
    return <span class="mark">{handoffRatingWords(item).join(', ') || 'Nothing said'}</span>;
  const isBad = item.verdict === 'down';
  return (
    <>
      {item.verdict !== null && (
        <span class={isBad ? 'mark fail' : 'mark good'}>
          <Icon name={isBad ? 'thumbDown' : 'thumbUp'} />
          {isBad ? 'Down' : 'Up'}
        </span>
      )}
      {item.reasons.map((reason) => (
        <span key={reason} class="tag">
          {feedbackReasons[reason]}
        </span>
      ))}
      {item.signals.map((signal) => (
        <span key={signal} class="tag">
          {signals[signal]}
        </span>
      ))}
    </>
  );
}
