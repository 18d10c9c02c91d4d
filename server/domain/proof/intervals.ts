/** How often something happened, of so many times that it could. */
export interface Rate {
  readonly part: number;
  readonly of: number;
}

/** Between these a share lies, or a difference of two. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % of the normal distribution. */
export const z95 = 1.959964;
/** Three at once hold together with 95 % if each holds with 98.33 % (Bonferroni). */
export const z95OfThree = 2.39398;

/**
 * Wilson's interval of a share, without continuity correction; of nothing it is everything, 0 to 1.
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212; method 3
 * of R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998)
 * 857-872.
 */
export function wilson({ part, of }: Rate, z = z95): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const square = z * z;
  const middle = 2 * part + square;
  const reach = z * Math.sqrt(square + (4 * part * (of - part)) / of);
  const whole = 2 * (of + square);
  // Of none and of all the end is exact, and not what rounding leaves of it.
  return {
    low: part === 0 ? 0 : (middle - reach) / whole,
    high: part === of ? 1 : (middle + reach) / whole,
  };
}

/**
 * The interval of the difference `after - before` of two shares that have nothing to do with one another: the hybrid
 * score interval, method 10 of R. G. Newcombe, "Interval estimation for the difference between independent proportions:
 * comparison of eleven methods", Statistics in Medicine 17 (1998) 873-890.
 */
export function newcombe(before: Rate, after: Rate, z = z95): Interval {
  if (before.of === 0 || after.of === 0) return { low: -1, high: 1 };
  const [was, is] = [before.part / before.of, after.part / after.of];
  const [ofBefore, ofAfter] = [wilson(before, z), wilson(after, z)];
  const by = is - was;
  return {
    low: by - Math.hypot(is - ofAfter.low, ofBefore.high - was),
    high: by + Math.hypot(ofAfter.high - is, was - ofBefore.low),
  };
}
