/**
 * The least score at which at most `falseApply` of the past questions would have been taken; null where there are too
 * few of them to tell: none of 3 / rate questions taken is the least that speaks for a rate (95 %).
 */
export function thresholdFor(scores: readonly number[], falseApply: number): number | null {
  if (falseApply <= 0 || scores.length < 3 / falseApply) return null;
  const sorted = Float64Array.from(scores).sort().reverse();
  const taken = Math.floor(sorted.length * falseApply);
  // Just above the first one that may not be taken.
  return (sorted[taken] ?? 0) + 1e-9;
}
