import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import type { AnswerItem } from '../../browser/transcript.ts';
import type { FeedbackReason, Verdict } from '../../protocol/feedback.ts';
import type { OutboxItem } from '../core/model.ts';
import { Consent } from './Consent.tsx';
import { thumbIcon } from './conversation-icons.ts';
import { Icon } from './Icon.tsx';
import { pendingOf } from './standing.ts';
import { useText, useUi } from './ui.ts';

type Said = Omit<OutboxItem<'feedback:give'>['body'], 'turn'>;
type Opinion = Omit<Said, 'verdict'> & { readonly verdict: Verdict | null };
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
  const opinion = (onItsWay ?? item.feedback ?? noOpinion) as Opinion;
  const { verdict } = opinion;

  const press = (pressed: 'up' | 'down') => () => {
    const isTakenBack = verdict === pressed;
    chat.giveFeedback({ turn, verdict: isTakenBack ? 'none' : pressed, reasons: [], comment: '' });
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
          onSend={(said) => {
            chat.giveFeedback({ turn, ...said });
            closeForm();
          }}
          onLater={closeForm}
        />
      )}
      {!isFormOpen.value && verdict !== 'none' && onItsWay === undefined && item.review ? (
        <p class="thanks">{text.reviewed(item.review)}</p>
      ) : (
        !isFresh.value && verdict === 'down' && <p class="thanks">{text.received}</p>
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
function ReasonForm(props: { opinion: Opinion; onSend(said: Said): void; onLater(): void }) {
  const text = useText();
  const title = useId();
  const { opinion } = props;
  const reasons = useSignal<readonly FeedbackReason[]>(opinion.reasons);
  const comment = useSignal(opinion.comment);
  const rightAnswer = useSignal(opinion.rightAnswer ?? '');
  const doNotTrain = useSignal(opinion.doNotTrain);
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
        props.onSend({
          verdict: 'down',
          reasons: [...reasons.value],
          comment: comment.value.trim(),
          rightAnswer: rightAnswer.value.trim(),
          ...chosen(doNotTrain.value),
        });
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
      <CommentField label={text.sayMore} value={comment} />
      <CommentField label={text.whatWouldBeRight} value={rightAnswer} />
      <Consent doNotTrain={doNotTrain} />
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

/** Left out where nothing was chosen: what was before, or what the site has settled, holds. */
export const chosen = (doNotTrain: boolean | undefined) => (doNotTrain === undefined ? {} : { doNotTrain });

export function CommentField(props: { label: string; value: Signal<string> }) {
  return (
    <textarea
      class="comment"
      rows={2}
      maxLength={2_000}
      dir="auto"
      aria-label={props.label}
      placeholder={props.label}
      value={props.value.value}
      onInput={({ currentTarget }) => (props.value.value = currentTarget.value)}
    />
  );
}
