import type { WaitRange } from '../../protocol/handoff.ts';

/** What is known of a queue at the moment in which a wait is estimated. */
export interface QueueView {
  /** 1 = next. */
  readonly place: number;
  /** Customers who could be taken right now: capacity that is not used, of agents who are there. */
  readonly free: number;
  /** Customers at once of all agents who are there. */
  readonly capacity: number;
  /** How long one customer keeps an agent, ms; the mean of the last ones. */
  readonly handlingMs: number;
  /** How long it takes from an offer to its acceptance, ms; the mean of the last ones. */
  readonly responseMs: number;
}

/** An estimate that was given, and what came of it. */
export interface PastWait {
  readonly expectedMs: number;
  readonly waitedMs: number;
  /** The range that was told, of `usualShare`; null while nothing was. */
  readonly told: WaitRange | null;
}

/** The share of waits that lie in the ranges that customers are told. */
export const usualShare = 0.8;
/** Of so many past waits that were expected to be about as long a range is made; with fewer nothing is said. */
const neighbours = 100;
const leastPast = 25;
/** So many of the last ranges say whether ranges have been too narrow lately. */
const checked = 80;
/** How far the tails are cut or let grow for it. */
const [leastTail, mostTail] = [0.02, 1.3];

/**
 * The wait that arithmetic expects, ms: those ahead and oneself must each find a seat, and seats come free one after
 * the other, `capacity` of them in each handling time. Wrong in detail (agents differ, come and go), which is why what
 * is told is a range made of how wrong it was before; see `createWaitRanges`.
 */
export function expectedWaitMs({ place, free, capacity, handlingMs, responseMs }: QueueView): number {
  const mustComeFree = Math.max(0, place - free);
  return responseMs + (mustComeFree * handlingMs) / Math.max(1, capacity);
}

/**
 * Tells the range in which `share` of the waits end that are expected to be this long. Past waits whose expectation was
 * nearest to it (as a ratio) tell how far truth lies from arithmetic; the range runs between the quantiles of that, with
 * the ranks of split conformal prediction (Lei et al., JASA 2018). Waits of one busy hour resemble each other more than
 * those of the next, so ranges that have missed too often lately are widened, as in adaptive conformal inference (Gibbs
 * and Candes, NeurIPS 2021).
 * @param past the last waits of this site, oldest first, at most some hundred; sorted once for all who are told
 * @returns null while too few are known to be honest
 */
export function createWaitRanges(past: readonly PastWait[]) {
  const sorted = [...past].sort((a, b) => a.expectedMs - b.expectedMs);
  const factor = tailFactor(past);
  return (expectedMs: number, share = usualShare): WaitRange | null => {
    if (past.length < leastPast) return null;
    const base = baseOf(expectedMs);
    const ratios = nearest(sorted, base)
      .map((one) => one.waitedMs / baseOf(one.expectedMs))
      .sort((a, b) => a - b);
    const tail = ((1 - share) / 2) * factor * (ratios.length + 1);
    const low = ratios[Math.max(0, Math.floor(tail) - 1)] ?? 0;
    const high = ratios[Math.min(ratios.length - 1, Math.ceil(ratios.length + 1 - tail) - 1)] ?? low;
    return { fromMs: Math.floor(low * base), toMs: Math.ceil(high * base) };
  };
}
export type WaitRanges = ReturnType<typeof createWaitRanges>;

/** Those next to this base in the sorted row: the farther end is left out until few enough are left. */
function nearest(sorted: readonly PastWait[], base: number): readonly PastWait[] {
  const ratioAt = (at: number) => baseOf(sorted[at]?.expectedMs ?? 0) / base;
  let [from, to] = [0, sorted.length];
  while (to - from > neighbours) {
    // Below 1 on the left and above it on the right: the product tells which of the two is farther.
    if (ratioAt(from) * ratioAt(to - 1) < 1) from += 1;
    else to -= 1;
  }
  return sorted.slice(from, to);
}

/** A second more, so that waits of next to nothing have a ratio, too. */
const baseOf = (expectedMs: number) => expectedMs + 1_000;

/** 1 while told ranges hold as often as they should; less, the more often they did not. */
function tailFactor(past: readonly PastWait[]): number {
  let tellings = 0;
  let misses = 0;
  for (const { told, waitedMs } of past.slice(-checked)) {
    if (told === null) continue;
    tellings += 1;
    if (waitedMs < told.fromMs || waitedMs > told.toMs) misses += 1;
  }
  if (tellings < leastPast) return 1;
  const tooMany = misses / tellings - (1 - usualShare);
  return Math.min(mostTail, Math.max(leastTail, 1 - gain * (tooMany / (1 - usualShare))));
}
const gain = 4;
