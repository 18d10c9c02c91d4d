import { useSignal } from '@preact/signals';
import type { GuidanceOrigin } from '../../protocol/guidance.ts';
import { ApiError } from '../api.ts';
import { useWorkplace } from '../workplace.ts';
import { problemWords } from './guidance-words.ts';

/** One click from an agent's better answer to a guidance that waits for approval. */
export function ProposeAnswer(props: {
  origin: GuidanceOrigin;
  isOff?: boolean;
  /** Shown where one points, as other tools of a line. */
  isQuiet?: boolean;
  onDone?: () => void;
}) {
  const { origin, isOff = false, isQuiet = false, onDone } = props;
  const { session } = useWorkplace();
  const said = useSignal<{ isProblem: boolean; text: string } | 'busy' | null>(null);
  const propose = async () => {
    said.value = 'busy';
    try {
      await session.api.changeGuidance('from-answer', { ...origin, reason: '' });
      said.value = { isProblem: false, text: 'Proposed. It waits for approval.' };
      onDone?.();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said.value = { isProblem: true, text: problemWords(error.code) };
    }
  };
  const { value } = said;
  const isDone = value !== null && value !== 'busy' && !value.isProblem;
  return (
    <>
      {!isDone && (
        <button
          type="button"
          class={isQuiet ? 'text-button quiet' : 'text-button'}
          disabled={isOff || value === 'busy'}
          onClick={() => void propose()}
        >
          Propose as guidance
        </button>
      )}
      <span role="status" class={isDone ? 'good small' : 'fail small'}>
        {value === null || value === 'busy' ? '' : ` ${value.text}`}
      </span>
    </>
  );
}
