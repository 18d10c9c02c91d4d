import type { Signal } from '@preact/signals';
import type { WrittenSeat } from './seat.ts';

/** Which customers are offered to somebody: by number, by topic and by language. */
export function SeatFields({ written }: { written: Signal<WrittenSeat> }) {
  const field = (name: keyof WrittenSeat) => ({
    name,
    value: written.value[name],
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => {
      written.value = { ...written.peek(), [name]: event.currentTarget.value };
    },
  });
  return (
    <fieldset class="seat-fields">
      <legend class="soft small">Which customers they are offered</legend>
      <label class="field">
        At once
        <input class="input" type="number" min={1} max={50} required {...field('capacity')} />
      </label>
      <label class="field">
        Teams, and so topics
        <input class="input" placeholder="Any. Or: billing, cards" maxLength={3_000} {...field('teams')} />
      </label>
      <label class="field">
        Languages
        <input class="input" placeholder="Any. Or: de, pt" maxLength={300} {...field('languages')} />
      </label>
    </fieldset>
  );
}
