import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';

/** Something that the server tells nobody again: to be copied now, and put away. */
export function ShownOnce({ label, text, onDone }: { label: string; text: string; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const copied = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = 'Copied.';
    } catch {
      // Without leave, or without https: the text is marked, and copied by hand.
      field.current?.select();
      copied.value = 'Copy it with your keyboard: it is selected.';
    }
  };
  return (
    <div class="shown-once">
      <label class="field">
        {label}
        <input
          ref={field}
          class="input mono"
          readOnly
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      <div class="form-buttons">
        <button type="button" class="button small primary" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="button small" onClick={onDone}>
          I have it
        </button>
        <span class="good small" role="status">
          {copied.value}
        </span>
      </div>
    </div>
  );
}
