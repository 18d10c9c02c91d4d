/**
 * Past questions are of two kinds: those that a guidance is for, and those that none is for. Which is which is not
 * known, and only the second kind can be wrongly applied to. What is known is how questions of the first kind score:
 * as examples do that are left out. From there the share of the first kind follows (where high scores are, hardly
 * anything else is), and by taking it off, how many of the second kind are above a score.
 */
export interface Observed {
  /** Scores of past questions. */
  readonly past: Float64Array;
  /** Scores of the same questions, in the same order, with some examples left out. */
  readonly pastWithout: Float64Array;
  /** Scores of the examples that were left out. */
  readonly leftOut: Float64Array;
}

/** Between these shares of left-out examples above a score their distribution is known well enough. */
const [leastKnown, mostKnown, knownStep] = [0.15, 0.8, 0.02];
/** Fewer left-out examples say nothing about how right questions score: then every past question counts as a wrong one. */
const leastLeftOut = 20;
/**
 * Of the share that right questions seem to have, so much is taken off: rather silent than wrong, and the less the fewer
 * past questions say so. Questions on a neighbouring matter look like right ones: at 0.7, some 400 past questions let
 * 1.3 % through instead of 1 % (`npm run bench -- walk --seed 1,2,3`), at 0.6 they let 0.7 %.
 * @param past how many past questions it is seen from
 */
const believed = (past: number): number => 0.92 - 6.5 / Math.sqrt(past);
const mostRight = 0.9;
const justAbove = 1e-9;

/** The past questions that it takes to speak of a rate: none of 3 / rate is what speaks for it (with 95 %). */
export const leastPast = (falseApply: number): number => Math.ceil(3 / falseApply);

/**
 * The least score at which at most `falseApply` of the questions that no guidance is for would be taken.
 * @returns null where there are too few questions to tell
 */
export function thresholdFrom({ past, pastWithout, leftOut }: Observed, falseApply: number): number | null {
  if (past.length < leastPast(falseApply)) return null;
  const taken = shareTaken(pastWithout, leftOut, falseApply);
  // Just above the first one that may not be taken.
  return (past.toSorted().reverse()[Math.floor(past.length * taken)] ?? Number.POSITIVE_INFINITY) + justAbove;
}

/** Scores of past questions that no guidance is for, each as if it had not been asked. */
export interface Unguided {
  readonly seen: Float64Array;
  /** The same questions, in the same order, as if nothing like them had been asked, either. */
  readonly strange: Float64Array;
}

/** Of the questions that will come, this share is thought to be of matters that the past does not know. */
const strangers = 0.1;

/**
 * The threshold where it is known that no guidance is for any of the questions. Those that were seen are only some of
 * those that will come, so that few enough are let through for the rate to be kept with 95 %; and some of those that
 * will come are like nothing that was seen.
 */
export function thresholdFromUnguided({ seen, strange }: Unguided, falseApply: number): number | null {
  if (seen.length < leastPast(falseApply)) return null;
  const [known, unknown] = [seen, strange].map((scores) => scores.toSorted().reverse());
  const tooMany = surelyTaken(seen.length, falseApply) + 1;
  let [taken, ofKnown, ofUnknown] = [0, 0, 0];
  let score = Number.POSITIVE_INFINITY;
  // From the top down both lists, until one more would be too many.
  while (taken < tooMany - 1e-9) {
    const [one, other] = [
      known?.[ofKnown] ?? Number.NEGATIVE_INFINITY,
      unknown?.[ofUnknown] ?? Number.NEGATIVE_INFINITY,
    ];
    score = Math.max(one, other);
    if (one >= other) ofKnown += 1;
    else ofUnknown += 1;
    taken += one >= other ? 1 - strangers : strangers;
  }
  return score + justAbove;
}

/** How many of `count` may be taken so that the share among all is at most `share`, with 95 % (Clopper and Pearson). */
function surelyTaken(count: number, share: number): number {
  let logOne = count * Math.log(1 - share);
  let atMost = Math.exp(logOne);
  let taken = 0;
  for (; taken < count; taken += 1) {
    logOne += Math.log(((count - taken) * share) / ((taken + 1) * (1 - share)));
    atMost += Math.exp(logOne);
    if (atMost > 0.05) break;
  }
  return taken;
}

/** The share of past questions that may be taken, right ones among them. */
function shareTaken(pastWithout: Float64Array, leftOut: Float64Array, falseApply: number): number {
  const known = leftOut.filter(Number.isFinite);
  if (known.length < leastLeftOut) return falseApply;
  const sorted = pastWithout.toSorted().reverse();
  const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, score) => sum + (score - mean) ** 2, 0) / known.length);
  const seen = known.length / leftOut.length;
  const rightAbove = (score: number) => seen * normalAbove((score - mean) / (deviation || 1));

  let right = mostRight;
  let at = 0;
  for (let share = leastKnown; share <= mostKnown; share += knownStep) {
    // Falls with the share, so that the two lists are gone through once.
    while (at < sorted.length && rightAbove(sorted[at] ?? 0) < share) at += 1;
    right = Math.min(right, at / sorted.length / share);
  }
  right *= Math.max(0, believed(sorted.length));

  let taken = falseApply;
  for (let count = Math.floor(sorted.length * falseApply); count < sorted.length / 2; count += 1) {
    const all = count / sorted.length;
    const wrong = (all - right * rightAbove(sorted[count] ?? 0)) / (1 - right);
    if (wrong <= falseApply) taken = all;
    else if (wrong > 2 * falseApply) break;
  }
  return taken;
}

/** The share of a normal distribution above `deviations` from its mean (Abramowitz and Stegun 26.2.17, to 1e-7). */
function normalAbove(deviations: number): number {
  const far = Math.abs(deviations);
  const t = 1 / (1 + 0.2316419 * far);
  const sum =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-far * far) / 2) / Math.sqrt(2 * Math.PI)) * sum;
  return deviations >= 0 ? tail : 1 - tail;
}
