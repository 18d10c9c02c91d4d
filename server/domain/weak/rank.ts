import type { FeedbackReason, Signal } from '../../../protocol/feedback.ts';
import type { Failing } from './failings.ts';

const signalWeights: Readonly<Record<Signal, number>> = {
  asked_for_person: 2,
  came_back: 2,
  rephrased: 1,
  asked_again: 1,
};
/** What was said is false or hurts: worse than what only did not help. */
const harmful = new Set<FeedbackReason>(['wrong', 'outdated', 'unkind_or_unfair']);
/** One answer is one answer, however much speaks against it. */
const mostOfAnswer = 6;

/**
 * How bad one answer was. A thumb down (3; 4 where it was false or unkind) and an agent's better answer (3) say it
 * outright; whoever asks for a person or comes back (2) says nearly as much, whoever asks again (1) less, and a bot that
 * says that it does not know (1) has at least not misled anybody.
 */
export function weightOf(
  failing: Pick<Failing, 'isDown' | 'reasons' | 'isUnknown' | 'isImproved' | 'signals'>,
) {
  const { isDown, reasons, isUnknown, isImproved, signals } = failing;
  const down = isDown ? 3 + Number(reasons.some((reason) => harmful.has(reason))) : 0;
  const shown = signals.reduce((sum, signal) => sum + signalWeights[signal], 0);
  return Math.min(mostOfAnswer, down + shown + 3 * Number(isImproved) + Number(isUnknown));
}

/** What one customer has met with a question: the worst of their answers, and the last time. */
export interface Met {
  readonly weight: number;
  readonly at: number;
}

/** What is past counts half after this time. */
const halfLifeMs = 30 * 24 * 60 * 60_000;
/** 2020-01-01; any moment will do, as long as it stays. */
const epoch = 1_577_836_800_000;

/**
 * The rank of a question by harm: how many customers, how bad, how recent. Each customer counts once, so that nobody
 * makes a question urgent alone. All fade alike, so the order of two questions does not depend on when one looks: it is
 * kept, and sorted by, as it is.
 * @returns the logarithm (base 2) of the sum of the weights, faded back to a fixed moment; -Infinity for none
 */
export function heatOf(met: readonly Met[]): number {
  const exponents = met
    .filter(({ weight }) => weight > 0)
    .map(({ weight, at }) => Math.log2(weight) + (at - epoch) / halfLifeMs);
  const most = exponents.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY);
  if (most === Number.NEGATIVE_INFINITY) return most;
  // Taken out and put back: 2 to the power of years of half-lives is more than a number holds.
  return most + Math.log2(exponents.reduce((sum, exponent) => sum + 2 ** (exponent - most), 0));
}

/** The harm itself at a moment, as people read it: 3 is one thumb down just now. */
export const harmAt = (heat: number, now: number): number => 2 ** (heat - (now - epoch) / halfLifeMs);
