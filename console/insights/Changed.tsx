import type { Change } from './figure-words.ts';

/** How a figure differs from the range before, in words; colour only repeats whether that is good. */
export function Changed({
  change,
  good,
  before,
}: {
  change: Change | null;
  /** Which way is better; null: neither. */
  good: 'up' | 'down' | null;
  /** The figure of the range before. */
  before: string;
}) {
  if (change === null) return <span class="change soft">too few to compare</span>;
  const { direction, words } = change;
  const isGood = direction === good;
  const tone = direction === 'same' || good === null ? 'soft' : isGood ? 'good' : 'fail';
  return (
    <span class={`change ${tone}`} title={`Before: ${before}`}>
      {direction !== 'same' && <span aria-hidden="true">{direction === 'up' ? '↑ ' : '↓ '}</span>}
      {words}
      <span class="hidden">, before: {before}</span>
    </span>
  );
}
