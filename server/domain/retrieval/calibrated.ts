import { createGround } from './ground.ts';
import { type Asked, createRelevance, type Guided, type Relevance, type Scored } from './relevance.ts';
import { createSpace } from './space.ts';
import { leastPast, thresholdFrom, thresholdFromUnguided } from './threshold.ts';

/** More would only cost time. */
const [mostBackground, mostHeld] = [4_000, 3_000];
/** How often examples are left out, each time another one of each guidance. */
const rounds = 3;

export interface Past {
  /** Past questions that the others are compared with. */
  readonly background: readonly string[];
  /** Past questions that nothing is built from: they stand for those that will be asked. */
  readonly held: readonly string[];
  /** Whether it is known that no guidance is for any of `held`. */
  readonly isUnguided: boolean;
}

/** Which past questions are used, and for what. Evenly taken from all, so that the same ones give the same. */
export function pastFrom(traffic: readonly string[], unguided: readonly string[], falseApply: number): Past {
  if (unguided.length >= leastPast(falseApply)) {
    return {
      background: evenly(traffic, mostBackground),
      held: evenly(unguided, mostHeld),
      isUnguided: true,
    };
  }
  // With less than that a threshold cannot be set anyway.
  if (traffic.length < 2 * leastPast(falseApply)) {
    return { background: evenly(traffic, mostBackground), held: [], isUnguided: false };
  }
  return {
    background: evenly(
      traffic.filter((_, at) => at % 2 === 0),
      mostBackground,
    ),
    held: evenly(
      traffic.filter((_, at) => at % 2 === 1),
      mostHeld,
    ),
    isUnguided: false,
  };
}

function evenly(texts: readonly string[], most: number): readonly string[] {
  if (texts.length <= most) return texts;
  return Array.from({ length: most }, (_, at) => texts[Math.floor((at * texts.length) / most)] ?? '');
}

export interface Calibrated extends Relevance {
  /** The score from which a guidance is applied; null: too little traffic to set one. */
  readonly threshold: number | null;
  /** Numbers in the vector of a meaning; 0 for words alone. */
  readonly meaningLength: number;
}

/** @param meaningOf the vector of a text that was asked for; null: words alone */
export function* createCalibrated(
  guidances: readonly Guided[],
  { background, held, isUnguided }: Past,
  falseApply: number,
  meaningOf: ((text: string) => Float32Array) | null,
): Generator<void, Calibrated> {
  const examples = guidances.flatMap((guidance) => guidance.examples);
  const texts = [...examples, ...background];
  const space = yield* createSpace(texts, meaningOf === null ? null : texts.map(meaningOf));
  const ground = yield* createGround(space, examples.length);
  const relevance = {
    ...(yield* createRelevance(ground, guidances)),
    meaningLength: space.points[0]?.meaning?.length ?? 0,
  };
  const asked = (text: string): Asked => ({ text, meaning: meaningOf === null ? null : meaningOf(text) });
  const score = (by: Relevance, text: string) => scoreOf(by.best(asked(text), everyone));

  const past = new Float64Array(held.length);
  for (const [at, text] of held.entries()) {
    past[at] = score(relevance, text);
    yield;
  }
  if (isUnguided) return { ...relevance, threshold: thresholdFromUnguided(past, falseApply) };
  if (held.length === 0) return { ...relevance, threshold: null };

  const pastWithout = new Float64Array(held.length);
  const leftOut: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const out = leftOutIn(round, guidances);
    const without = yield* createRelevance(ground, guidances, (example) => out.has(example));
    for (let at = round; at < held.length; at += rounds) {
      pastWithout[at] = score(without, held[at] ?? '');
      yield;
    }
    for (const example of [...out].slice(0, mostHeld / rounds)) {
      leftOut.push(score(without, examples[example] ?? ''));
      yield;
    }
  }
  const observed = { past, pastWithout, leftOut: Float64Array.from(leftOut) };
  return { ...relevance, threshold: thresholdFrom(observed, falseApply) };
}

const everyone = () => true;

/** What contradicts is never applied, however alike it is. */
const scoreOf = (best: Scored | null) =>
  best === null || best.isContrary ? Number.NEGATIVE_INFINITY : best.score;

/** One example of each guidance that has others. */
function leftOutIn(round: number, guidances: readonly Guided[]): ReadonlySet<number> {
  const out = new Set<number>();
  let first = 0;
  for (const { examples } of guidances) {
    if (examples.length > 1 && round < examples.length) out.add(first + round);
    first += examples.length;
  }
  return out;
}
