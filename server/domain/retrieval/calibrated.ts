import { createGround } from './ground.ts';
import { createRelevance, type Guided, type Relevance, type Scored } from './relevance.ts';
import { createSpace } from './space.ts';
import { leastPast, thresholdFrom, thresholdFromUnguided } from './threshold.ts';

/** More would only cost time. */
const most = { background: 4_000, held: 3_000, unguided: 4_000, besides: 2_000 };
/** How often examples are left out, each time another one of each guidance; less often where they are many. */
const mostRounds = 3;
/**
 * How many past questions a likeness is held against, and what spreading counts for. Where right questions may be among
 * them, many count, so that these are few, and they carry what spreads; where it is known that none is, the nearest few
 * say best what is too near. Chosen on training questions, never on those that the figures in docs/retrieval.md are from.
 */
const manners = {
  unknown: { crowd: 10, weightOfSpread: 0.2 },
  unguided: { crowd: 3, weightOfSpread: 0.1 },
};

export interface Past {
  /** Past questions that the others are compared with. */
  readonly background: readonly string[];
  /**
   * Past questions that stand for those that will be asked. Nothing is built from them, unless they are `isUnguided`:
   * then the others are compared with them, too, and each is judged as if it were not there.
   */
  readonly held: readonly string[];
  /** Whether it is known that no guidance is for any of `held`. */
  readonly isUnguided: boolean;
}

/** Which past questions are used, and for what. Evenly taken from all, so that the same ones give the same. */
export function pastFrom(traffic: readonly string[], unguided: readonly string[], falseApply: number): Past {
  if (unguided.length >= leastPast(falseApply)) {
    const known = new Set(unguided);
    return {
      background: evenly(
        // Each question once: next to a copy of itself nothing else is near.
        traffic.filter((text) => !known.has(text)),
        most.besides,
      ),
      held: evenly(unguided, most.unguided),
      isUnguided: true,
    };
  }
  // With less than that a threshold cannot be set anyway.
  if (traffic.length < 2 * leastPast(falseApply)) {
    return { background: evenly(traffic, most.background), held: [], isUnguided: false };
  }
  return {
    background: evenly(
      traffic.filter((_, at) => at % 2 === 0),
      most.background,
    ),
    held: evenly(
      traffic.filter((_, at) => at % 2 === 1),
      most.held,
    ),
    isUnguided: false,
  };
}

function evenly(texts: readonly string[], count: number): readonly string[] {
  if (texts.length <= count) return texts;
  return Array.from({ length: count }, (_, at) => texts[Math.floor((at * texts.length) / count)] ?? '');
}

export interface Calibrated extends Relevance {
  /** The score from which a guidance is applied; null: too little traffic to set one. */
  readonly threshold: number | null;
  /** Numbers in the vector of a meaning; 0 for words alone. */
  readonly meaningLength: number;
  /** Which share of the examples that were left out is found at the threshold; null where none was. */
  readonly found: number | null;
}

/** @param meaningOf the vector of a text that was asked for; null: words alone */
export function* createCalibrated(
  guidances: readonly Guided[],
  { background, held, isUnguided }: Past,
  falseApply: number,
  meaningOf: ((text: string) => Float32Array) | null,
): Generator<void, Calibrated> {
  const examples = guidances.flatMap((guidance) => guidance.examples);
  const behind = examples.length + background.length;
  const texts = [...examples, ...background, ...(isUnguided ? held : [])];
  const { crowd, weightOfSpread } = isUnguided ? manners.unguided : manners.unknown;
  const space = yield* createSpace(texts, meaningOf === null ? null : texts.map(meaningOf));
  const ground = yield* createGround(space, examples.length, {
    from: isUnguided ? behind : examples.length,
    to: texts.length,
    most: crowd,
  });
  const relevance = {
    ...(yield* createRelevance(ground, guidances, weightOfSpread)),
    meaningLength: space.points[0]?.meaning?.length ?? 0,
  };
  if (isUnguided) {
    const [seen, strange] = [new Float64Array(held.length), new Float64Array(held.length)];
    for (const [at, text] of held.entries()) {
      const [asSeen, asStrange] = relevance.ofPast(text, behind + at);
      seen[at] = scoreOf(asSeen);
      strange[at] = scoreOf(asStrange);
      yield;
    }
    return { ...relevance, threshold: thresholdFromUnguided({ seen, strange }, falseApply), found: null };
  }

  const score = (by: Relevance, text: string) =>
    scoreOf(by.best({ text, meaning: meaningOf === null ? null : meaningOf(text) }, everyone));
  const past = new Float64Array(held.length);
  for (const [at, text] of held.entries()) {
    past[at] = score(relevance, text);
    yield;
  }
  if (held.length === 0) return { ...relevance, threshold: null, found: null };

  const pastWithout = new Float64Array(held.length);
  const leftOut: number[] = [];
  const rounds = Math.min(mostRounds, Math.ceil(most.held / guidances.length));
  for (let round = 0; round < rounds; round += 1) {
    const out = leftOutIn(round, guidances);
    const without = yield* createRelevance(ground, guidances, weightOfSpread, (example) => out.has(example));
    for (let at = round; at < held.length; at += rounds) {
      pastWithout[at] = score(without, held[at] ?? '');
      yield;
    }
    for (const example of [...out].slice(0, most.held / rounds)) {
      leftOut.push(score(without, examples[example] ?? ''));
      yield;
    }
  }
  const observed = { past, pastWithout, leftOut: Float64Array.from(leftOut) };
  const threshold = thresholdFrom(observed, falseApply);
  const found =
    threshold === null ? null : leftOut.filter((one) => one >= threshold).length / (leftOut.length || 1);
  return { ...relevance, threshold, found };
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
