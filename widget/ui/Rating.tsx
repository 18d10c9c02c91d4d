import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Rating as Value } from '../../protocol/feedback.ts';
import { CommentField, chosen } from './AnswerFeedback.tsx';
import { Consent } from './Consent.tsx';
import { useText, useUi } from './ui.ts';

const values: readonly Value[] = [1, 2, 3, 4, 5];

/** How the conversation was, and the way to a person, asked once, after a person has left or it has ended. */
export function Rating() {
  const text = useText();
  const { chat } = useUi();
  const id = useId();
  const rating = useSignal<Value | null>(null);
  const comment = useSignal('');
  const hadToRepeat = useSignal<boolean | undefined>(undefined);
  const wasWaitAsSaid = useSignal<boolean | undefined>(undefined);
  const doNotTrain = useSignal<boolean | undefined>(undefined);
  const isDeclined = useSignal(false);
  if (isDeclined.value) return null;
  const { lastAgent: agent, items } = chat.transcript.value;
  /** Only then is there a word to hold us to. */
  const wasTold = items.some(
    (item) => item.kind === 'event' && item.fact.type === 'queue.told' && item.fact.wait !== null,
  );
  return (
    <form
      class="card"
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        if (rating.value === null) return;
        const choice = chosen(doNotTrain.value);
        const [repeated, asSaid] = [hadToRepeat.value, wasWaitAsSaid.value];
        if (repeated !== undefined || asSaid !== undefined)
          chat.rate('handoff:rate', {
            ...(repeated !== undefined && { hadToRepeat: repeated }),
            ...(asSaid !== undefined && { wasWaitAsSaid: asSaid }),
            ...choice,
          });
        chat.rate('conversation:rate', { rating: rating.value, comment: comment.value.trim(), ...choice });
      }}
    >
      <h3 id={id}>{agent === null ? text.rateTitle : text.rateAgentTitle(agent.name)}</h3>
      <div class="scale" role="radiogroup" aria-labelledby={id}>
        {values.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name={id}
              value={value}
              checked={rating.value === value}
              onChange={() => (rating.value = value)}
            />
            <b aria-hidden="true">{value}</b>
            <span>{text.ratings[value - 1]}</span>
          </label>
        ))}
      </div>
      {rating.value !== null && (
        <>
          {agent !== null && <YesNo question={text.hadToRepeat} answer={hadToRepeat} />}
          {agent !== null && wasTold && <YesNo question={text.wasWaitAsSaid} answer={wasWaitAsSaid} />}
          <CommentField label={text.rateComment} value={comment} />
          <Consent doNotTrain={doNotTrain} />
        </>
      )}
      <div class="buttons">
        {rating.value !== null && (
          <button type="submit" class="button">
            {text.send}
          </button>
        )}
        <button type="button" class="button plain" onClick={() => (isDeclined.value = true)}>
          {text.notNow}
        </button>
      </div>
    </form>
  );
}

function YesNo({ question, answer }: { question: string; answer: Signal<boolean | undefined> }) {
  const text = useText();
  return (
    <fieldset class="chips" aria-label={question}>
      <span class="soft">{question}</span>
      {[true, false].map((is) => (
        <button
          key={String(is)}
          type="button"
          class="chip"
          aria-pressed={answer.value === is}
          onClick={() => (answer.value = is)}
        >
          {is ? text.yes : text.no}
        </button>
      ))}
    </fieldset>
  );
}
