import type { GuidanceKind, ProofVerdict } from '../../../protocol/guidance.ts';
import type { MeasureVerdict, ProofMeasure } from '../../../protocol/proof.ts';
import type { SideCounts } from './cases.ts';
import { newcombe, type Rate, wilson, z95OfThree } from './intervals.ts';

/** Below so many cases on a side nothing is said of a difference. */
export const leastCases = 20;

/** The measures of a guidance, and what they say together. */
export interface Judgement {
  readonly down: ProofMeasure;
  readonly handed: ProofMeasure;
  readonly back: ProofMeasure;
  readonly verdict: ProofVerdict;
}

/**
 * What a guidance changed on its topic. Every measure counts something bad: less of it is better. The intervals of the
 * three differences hold together with 95 %, so that one in twenty guidances that change nothing is misjudged, and not
 * one in seven. Where one measure got worse the whole did, whatever became of the others.
 */
export function judge(kind: GuidanceKind, before: SideCounts, after: SideCounts): Judgement {
  const down = measured(before.down, after.down);
  const handed = measured(before.handed, after.handed);
  const back = measured(before.back, after.back);
  // Those who are sent to people come to people: that is what it is for.
  const meant = kind === 'person' ? { ...handed, verdict: 'intended' as const } : handed;
  const verdicts = [down, meant, back].map(({ verdict }) => verdict);
  return { down, handed: meant, back, verdict: together(verdicts) };
}

function together(verdicts: readonly MeasureVerdict[]): ProofVerdict {
  if (verdicts.includes('worse')) return 'worse';
  if (verdicts.includes('better')) return 'better';
  return verdicts.includes('no_difference') ? 'no_difference' : 'too_few';
}

function measured(before: Rate, after: Rate): ProofMeasure {
  const by = before.of === 0 || after.of === 0 ? null : after.part / after.of - before.part / before.of;
  const difference = by === null ? null : { by, ...newcombe(before, after, z95OfThree) };
  return {
    before: { ...before, ...wilson(before) },
    after: { ...after, ...wilson(after) },
    difference,
    verdict: verdictOf(before, after, difference),
  };
}

function verdictOf(before: Rate, after: Rate, difference: ProofMeasure['difference']): MeasureVerdict {
  if (difference === null || before.of < leastCases || after.of < leastCases) return 'too_few';
  if (difference.low > 0) return 'worse';
  return difference.high < 0 ? 'better' : 'no_difference';
}
