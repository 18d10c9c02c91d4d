import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Rating as Value } from '../../protocol/feedback.ts';
import { CommentField } from './AnswerFeedback.tsx';
import { useText, useUi } from './ui.ts';

const values: readonly Value[] = [1, 2, 3, 4, 5];

/** How the conversation was, asked once, after a person has left or it has ended. */
export function Rating() {
  const text = useText();
  const { chat } = useUi();
  const id = useId();
  const chosen = useSignal<Value | null>(null);
  const comment = useSignal('');
  const isDeclined = useSignal(false);
  if (isDeclined.value) return null;
  const agent = chat.transcript.value.lastAgent;
  return (
    <form
      class="card"
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.value !== null) chat.rate(chosen.value, comment.value.trim());
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
              checked={chosen.value === value}
              onChange={() => (chosen.value = value)}
            />
            <b aria-hidden="true">{value}</b>
            <span>{text.ratings[value - 1]}</span>
          </label>
        ))}
      </div>
      {chosen.value !== null && (
        <CommentField
          label={text.rateComment}
          value={comment.value}
          onInput={(words) => (comment.value = words)}
        />
      )}
      <div class="buttons">
        {chosen.value !== null && (
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
