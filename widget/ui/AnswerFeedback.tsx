import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { AnswerItem } from '../../browser/transcript.ts';
import type { FeedbackReason, Verdict } from '../../protocol/feedback.ts';
import { thumbIcon } from './conversation-icons.ts';
import { Icon } from './Icon.tsx';
import { pendingOf } from './standing.ts';
import { useText, useUi } from './ui.ts';

interface Opinion {
  readonly verdict: Verdict | null;
  readonly reasons: readonly FeedbackReason[];
  readonly comment: string;
}
const noOpinion: Opinion = { verdict: null, reasons: [], comment: '' };

/** What the customer thinks of one answer: a thumb is enough, a reason is welcome, and both can be taken back. */
export function AnswerFeedback(props: { item: AnswerItem; isLast: boolean; children: ComponentChildren }) {
  const text = useText();
  const { chat, standing } = useUi();
  const { item, isLast } = props;
  const { turn } = item;
  const isFormOpen = useSignal(false);
  /** Thanks are said for what was given just now, not again after a reload. */
  const isFresh = useSignal(false);
  const down = useRef<HTMLButtonElement>(null);
  const onItsWay = pendingOf(chat.outbox.value, 'feedback:give').findLast(
    ({ body }) => body.turn === turn,
  )?.body;
  const opinion: Opinion = onItsWay ?? item.feedback ?? noOpinion;
  const { verdict } = opinion;

  const press = (pressed: 'up' | 'down') => () => {
    const isTakenBack = verdict === pressed;
    chat.giveFeedback(turn, isTakenBack ? 'none' : pressed, [], '');
    isFormOpen.value = pressed === 'down' && !isTakenBack;
    isFresh.value = !isTakenBack;
  };
  const closeForm = () => {
    isFormOpen.value = false;
    down.current?.focus();
  };
  return (
    <>
      <div class="under">
        {props.children}
        <div class={isLast || verdict === 'up' || verdict === 'down' ? 'thumbs' : 'thumbs quiet'}>
          <button
            type="button"
            class="round"
            aria-label={text.good}
            title={text.good}
            aria-pressed={verdict === 'up'}
            onClick={press('up')}
          >
            <Icon shape={thumbIcon} />
          </button>
          <button
            type="button"
            class="round"
            aria-label={text.bad}
            title={text.bad}
            aria-pressed={verdict === 'down'}
            onClick={press('down')}
            ref={down}
          >
            <Icon shape={thumbIcon} turned />
          </button>
        </div>
      </div>
      {isFormOpen.value && (
        <ReasonForm
          opinion={opinion}
          onSend={(reasons, comment) => {
            chat.giveFeedback(turn, 'down', reasons, comment);
            closeForm();
          }}
          onLater={closeForm}
        />
      )}
      {isFresh.value && !isFormOpen.value && verdict === 'down' && (
        <p class="thanks" role="status">
          {text.thanksDown}{' '}
          <button type="button" class="link" onClick={() => (isFormOpen.value = true)}>
            {text.addReason}
          </button>
        </p>
      )}
      {isFresh.value && verdict === 'up' && (
        <p class="thanks" role="status">
          {text.thanksUp}{' '}
          {isLast && standing.value.kind === 'bot' && (
            <button type="button" class="link" onClick={() => chat.resolve('solved')}>
              {text.solved}
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** The verdict has been given already; what is said here is added to it. */
function ReasonForm(props: {
  opinion: Opinion;
  onSend(reasons: FeedbackReason[], comment: string): void;
  onLater(): void;
}) {
  const text = useText();
  const title = useId();
  const reasons = useSignal<readonly FeedbackReason[]>(props.opinion.reasons);
  const comment = useSignal(props.opinion.comment);
  const toggle = (reason: FeedbackReason) => () => {
    reasons.value = reasons.value.includes(reason)
      ? reasons.value.filter((other) => other !== reason)
      : [...reasons.value, reason];
  };
  return (
    <form
      class="card"
      aria-labelledby={title}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSend([...reasons.value], comment.value.trim());
      }}
    >
      <h3 id={title}>{text.whatWasWrong}</h3>
      <div class="chips">
        {(Object.keys(text.reasons) as FeedbackReason[]).map((reason) => (
          <button
            key={reason}
            type="button"
            class="chip"
            aria-pressed={reasons.value.includes(reason)}
            onClick={toggle(reason)}
          >
            {text.reasons[reason]}
          </button>
        ))}
      </div>
      <CommentField
        label={text.whatWouldBeRight}
        value={comment.value}
        onInput={(words) => (comment.value = words)}
      />
      <div class="buttons">
        <button type="submit" class="button">
          {text.send}
        </button>
        <button type="button" class="button plain" onClick={props.onLater}>
          {text.notNow}
        </button>
      </div>
    </form>
  );
}

export function CommentField(props: { label: string; value: string; onInput(words: string): void }) {
  return (
    <textarea
      class="comment"
      rows={2}
      maxLength={2_000}
      dir="auto"
      aria-label={props.label}
      placeholder={props.label}
      value={props.value}
      onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
    />
  );
}
