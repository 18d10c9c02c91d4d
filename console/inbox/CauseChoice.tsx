import type { Signal } from '@preact/signals';
import type { FailureCause } from '../../protocol/handoff.ts';
import { Key } from '../shared/Key.tsx';
import { causes } from '../shared/words.ts';

const choices = Object.keys(causes) as FailureCause[];

/** Why the bot failed: one row, one press, and never required. */
export function CauseChoice({ cause }: { cause: Signal<FailureCause | null> }) {
  return (
    <fieldset class="causes">
      <legend>Why did the bot fail? Optional; the customer never sees it.</legend>
      {choices.map((choice, index) => (
        <button
          key={choice}
          type="button"
          class="chip"
          aria-pressed={cause.value === choice}
          onClick={() => (cause.value = cause.peek() === choice ? null : choice)}
        >
          {causes[choice]} <Key name={String(index + 1)} />
        </button>
      ))}
    </fieldset>
  );
}

/** Digits choose while no text is written. @returns whether the key was one of these */
export function chooseByDigit(event: KeyboardEvent, cause: Signal<FailureCause | null>): boolean {
  const isText = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  const choice = /^[1-7]$/.test(event.key) ? choices[Number(event.key) - 1] : undefined;
  if (isText || choice === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
  cause.value = cause.peek() === choice ? null : choice;
  return true;
}
