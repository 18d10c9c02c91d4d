import { weightOf } from './graph.ts';
import type { Ground, Place } from './ground.ts';
import { contradicts, type Guarded, guardedOf } from './guard.ts';

/** A correction, and questions that it is for. */
export interface Guided {
  readonly id: string;
  readonly examples: readonly string[];
}

export interface Asked {
  readonly text: string;
  readonly meaning: Float32Array | null;
}

export interface Scored {
  /** Which of the guidances, from 0. */
  readonly guidance: number;
  /** Only to be compared with scores on the same ground. */
  readonly score: number;
  /** How alike the question is to the nearest example, 0 to 1. */
  readonly likeness: number;
  /** The examples speak of the same matter and say the opposite, or other numbers. */
  readonly isContrary: boolean;
}

export interface Relevance {
  /** The guidance that fits best among the eligible ones; null: there is none. */
  best(asked: Asked, isEligible: (guidance: number) => boolean): Scored | null;
  /** For a past question, had it not been asked; and had nothing like it been. @param number which text of the ground */
  ofPast(text: string, number: number): readonly [Scored | null, Scored | null];
}

/** Where nothing spreads to: about as much as a far question has. */
const floor = 1e-4;
/** A hundredth of the floor: it moves no score by more than 0.002, and every guidance has such a share in most texts. */
const leastShare = floor / 100;
const nobody = () => false;
const everyone = () => true;

/**
 * How well questions fit guidances whose examples are the first texts of the ground, guidance after guidance.
 * @param weightOfSpread of what spreads, beside 1 for what is alike
 * @param isLeftOut examples that count as if they were not there: how well it does without them is how it does with
 *   questions that it has not seen
 */
export function* createRelevance(
  ground: Ground,
  guidances: readonly Guided[],
  weightOfSpread: number,
  isLeftOut: (example: number) => boolean = nobody,
): Generator<void, Relevance> {
  // Numbers side by side and no object each: there are millions of them where guidances are thousands.
  const spreads: { readonly guidances: number[]; readonly shares: number[] }[] = [];
  const owns: { readonly examples: readonly number[]; readonly guards: readonly Guarded[] }[] = [];
  let first = 0;
  for (const [guidance, { examples }] of guidances.entries()) {
    const kept = examples.flatMap((text, at) =>
      isLeftOut(first + at) ? [] : [{ example: first + at, guard: guardedOf(text) }],
    );
    owns.push({ examples: kept.map(({ example }) => example), guards: kept.map(({ guard }) => guard) });
    first += examples.length;
    const seeds = kept.map(({ example }) => example);
    for (const { text, share } of ground.graph.spread(seeds, leastShare, isLeftOut)) {
      const of = spreads[text] ?? { guidances: [], shares: [] };
      spreads[text] = of;
      of.guidances.push(guidance);
      of.shares.push(share);
    }
    yield;
  }

  const spreadTo = ({ near }: Place) => {
    const spread = new Float64Array(guidances.length);
    const sum = near.reduce((total, { likeness }) => total + weightOf(likeness), 0);
    for (const { text, likeness } of near) {
      const of = spreads[text];
      if (of === undefined) continue;
      const weight = weightOf(likeness) / sum;
      for (let at = 0; at < of.guidances.length; at += 1) {
        const guidance = of.guidances[at] ?? 0;
        spread[guidance] = (spread[guidance] ?? 0) + (of.shares[at] ?? 0) * weight;
      }
    }
    return spread;
  };

  const bestAt = (
    place: Place,
    text: string,
    isEligible: (guidance: number) => boolean,
    itself: number | null,
  ) => {
    const spread = spreadTo(place);
    const best = { guidance: -1, score: Number.NEGATIVE_INFINITY, likeness: 0 };
    for (const [guidance, { examples }] of owns.entries()) {
      if (examples.length === 0 || !isEligible(guidance)) continue;
      let [most, sum, likeness] = [Number.NEGATIVE_INFINITY, 0, 0];
      for (const example of examples) {
        const alike = place.likenesses[example] ?? 0;
        // Alike beyond what either is to past questions in general.
        const one = 2 * alike - place.crowding - ground.crowding(example, itself);
        most = Math.max(most, one);
        likeness = Math.max(likeness, alike);
        sum += one;
      }
      const score =
        (most + sum / examples.length) / 2 + weightOfSpread * Math.log((spread[guidance] ?? 0) + floor);
      if (score > best.score) Object.assign(best, { guidance, score, likeness });
    }
    return best.guidance === -1 ? null : withGuard(best, text, owns);
  };

  return {
    best: ({ text, meaning }, isEligible) =>
      bestAt(ground.place(ground.point(text, meaning), isLeftOut), text, isEligible, null),
    ofPast(text, number) {
      const [seen, strange] = ground.placesOfPast(number);
      return [bestAt(seen, text, everyone, number), bestAt(strange, text, everyone, number)];
    },
  };
}

const withGuard = (
  best: Omit<Scored, 'isContrary'>,
  text: string,
  owns: readonly { readonly guards: readonly Guarded[] }[],
): Scored => ({ ...best, isContrary: contradicts(guardedOf(text), owns[best.guidance]?.guards ?? []) });
