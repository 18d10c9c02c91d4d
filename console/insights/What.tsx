import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { definitions, type FigureName } from './figure-words.ts';

/** What a figure means, one click away. */
export function What({ of }: { of: FigureName }) {
  const id = useId();
  const isOpen = useSignal(false);
  const { name, what } = definitions[of];
  return (
    <span class="what-is">
      <button
        type="button"
        class="what-button"
        aria-label={`What is “${name}”?`}
        aria-expanded={isOpen.value}
        aria-controls={id}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !isOpen.value) return;
          isOpen.value = false;
          event.stopPropagation();
        }}
        onBlur={() => {
          isOpen.value = false;
        }}
      >
        ?
      </button>
      <span id={id} class="what-words" role="note" hidden={!isOpen.value}>
        {what}
      </span>
    </span>
  );
}
