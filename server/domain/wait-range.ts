import type { WaitRange } from '../../protocol/handoff.ts';

/** Fewer waits than this say nothing about the next one. */
const leastWaits = 5;
const minuteMs = 60_000;

/**
 * How long it usually takes until a person comes: four of five of the last customers waited no longer than `toMs`, and
 * one of five was served within `fromMs`. Rounded away from each other to whole minutes, so that it is not closer than
 * it is true.
 * @param waitedMs what the last customers waited, ms
 * @returns null while there are too few to say
 */
export function waitRangeOf(waitedMs: readonly number[]): WaitRange | null {
  if (waitedMs.length < leastWaits) return null;
  const sorted = [...waitedMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return inMinutes({ fromMs: at(0.2), toMs: at(0.8) });
}

/** Rounded away from each other to whole minutes: no closer than it is true, and never less than a minute. */
export const inMinutes = ({ fromMs, toMs }: WaitRange): WaitRange => ({
  fromMs: Math.floor(fromMs / minuteMs) * minuteMs,
  toMs: Math.max(1, Math.ceil(toMs / minuteMs)) * minuteMs,
});
