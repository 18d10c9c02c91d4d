import type { ProofVerdict } from '../../protocol/guidance.ts';
import type { MeasureVerdict, Proof, ProofRate } from '../../protocol/proof.ts';
import { count } from '../shared/words.ts';

/** What is measured: each of them something bad, so that less is better. */
export const measures = ['down', 'handed', 'back'] as const;
export type Measure = (typeof measures)[number];

export const measureNames: Readonly<Record<Measure, string>> = {
  down: 'Thumb down',
  handed: 'Asked for a person',
  back: 'Back within 72 h',
};

export const verdictNames: Readonly<Record<MeasureVerdict, string>> = {
  better: 'Better',
  worse: 'Worse',
  no_difference: 'No difference shown',
  too_few: 'Too few to say',
  intended: 'Meant so',
};

export const verdictTones: Readonly<Record<MeasureVerdict, 'good' | 'fail' | 'soft'>> = {
  better: 'good',
  worse: 'fail',
  no_difference: 'soft',
  too_few: 'soft',
  intended: 'soft',
};

/** How a row of the list says what its guidance did; what says nothing is left out. */
export const effectWords = (effect: ProofVerdict | null): string =>
  effect === 'worse' ? 'Made things worse.' : effect === 'better' ? 'Made things better.' : '';

const more: Readonly<Record<Measure, string>> = {
  down: 'thumbs down',
  handed: 'asked for a person',
  back: 'came back within 72 h',
};

/** The verdict in a sentence. */
export function verdictWords(proof: Proof): string {
  const of = (verdict: MeasureVerdict) =>
    measures.filter((measure) => proof[measure].verdict === verdict).map((measure) => more[measure]);
  const worse = `more ${of('worse').join(', more ')}`;
  const better = `fewer ${of('better').join(', fewer ')}`;
  switch (proof.verdict) {
    case 'worse':
      return `It made things worse: ${worse}${of('better').length > 0 ? `; though ${better}` : ''}.`;
    case 'better':
      return `It made things better: ${better}.`;
    case 'no_difference':
      return 'No difference is shown.';
    case 'too_few':
      return `Too few to say: ${count(proof.cases.before, 'case')} before, ${proof.cases.after.toLocaleString()} after. It takes ${leastCases} on each side.`;
  }
}

/** As the server counts (domain/proof/verdict.ts). */
const leastCases = 20;

/** Where each side's share is only a guess one says how many, not how much. */
export const rateWords = ({ part, of }: ProofRate): string =>
  of === 0
    ? 'none'
    : of < leastCases
      ? `${part.toLocaleString()} of ${of.toLocaleString()}`
      : `${(100 * (part / of)).toFixed(1)} %`;

/** "12–24 %": where the share lies with 95 %. */
export const intervalWords = ({ low, high }: Pick<ProofRate, 'low' | 'high'>): string =>
  `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)} %`;

/** The end of a scale that all these fit on: the next tenth above all intervals. */
export const topOf = (rates: readonly ProofRate[]): number =>
  Math.min(
    1,
    Math.ceil(10 * Math.max(0.1, ...rates.filter(({ of }) => of > 0).map(({ high }) => high))) / 10,
  );

/** "0 – 60 %" */
export const scaleWords = (top: number): string => `0 – ${Math.round(100 * top)} %`;
