import { describe, expect, test } from 'vitest';
import { type Calibrated, createCalibrated, pastFrom } from '../../server/domain/retrieval/calibrated.ts';
import { contradicts, guardedOf } from '../../server/domain/retrieval/guard.ts';
import { nearest } from '../../server/domain/retrieval/nearest.ts';
import { createProducts } from '../../server/domain/retrieval/products.ts';
import { leastPast, thresholdFrom, thresholdFromUnguided } from '../../server/domain/retrieval/threshold.ts';

/** Questions of made-up topics: words of the topic among words that all have. */
const everywhere = ['how', 'do', 'i', 'please', 'can', 'the', 'my', 'help', 'with', 'about', 'what', 'is'];
const wordOf = (topic: number, word: number) =>
  `q${'abcdefghij'[topic % 10]}${'klmnopqrst'[word]}${topic}x${word}`;
function question(topic: number, draw: number): string {
  const words = Array.from({ length: 3 }, (_, at) => wordOf(topic, (draw * 7 + at * 3 + topic) % 9));
  const common = Array.from({ length: 4 }, (_, at) => everywhere[(draw * 5 + at * 7) % everywhere.length]);
  return [...common, ...words].join(' ');
}
const of = (topics: readonly number[], draws: readonly number[]) =>
  draws.flatMap((draw) => topics.map((topic) => question(topic, draw)));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

const guidances = range(0, 10).map((topic) => ({
  id: `topic-${topic}`,
  examples: [question(topic, 0), question(topic, 1), question(topic, 2)],
}));
const falseApply = 0.02;
const everyone = () => true;

function build(traffic: readonly string[], unguided: readonly string[] = []): Calibrated {
  const work = createCalibrated(guidances, pastFrom(traffic, unguided, falseApply), falseApply, null);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
const best = (by: Calibrated, text: string) => by.best({ text, meaning: null }, everyone);
const isTaken = (by: Calibrated, text: string) => {
  const found = best(by, text);
  return found !== null && !found.isContrary && found.score >= (by.threshold ?? Number.POSITIVE_INFINITY);
};

const unguidedTraffic = of(range(10, 50), range(0, 20));
const mixedTraffic = of(range(0, 50), range(3, 23));
const shareTaken = (by: Calibrated, questions: readonly string[]) =>
  questions.filter((text) => isTaken(by, text)).length / questions.length;

describe('retrieval', () => {
  test('says the same of the same', () => {
    const [one, other] = [build(mixedTraffic), build(mixedTraffic)];
    expect(one.threshold).toBe(other.threshold);
    for (const text of of(range(0, 20), [40])) expect(best(one, text)).toEqual(best(other, text));
  });

  test('finds the guidance of each example, and nothing among none', () => {
    const by = build(mixedTraffic);
    for (const [guidance, { examples }] of guidances.entries()) {
      for (const text of examples) expect(best(by, text)).toMatchObject({ guidance, isContrary: false });
    }
    expect(by.best({ text: question(0, 0), meaning: null }, () => false)).toBeNull();
  });

  test('keeps the rate on questions that it has not seen, right ones in the traffic or not', () => {
    const strange = of(range(10, 50), range(30, 60));
    const own = of(range(0, 10), range(30, 60));
    for (const by of [build(mixedTraffic), build(unguidedTraffic), build(mixedTraffic, unguidedTraffic)]) {
      expect(by.threshold).not.toBeNull();
      // Twice the rate is what chance allows 1,200 questions.
      expect(shareTaken(by, strange)).toBeLessThanOrEqual(2 * falseApply);
      // Far above the rate: it does tell right ones from others.
      expect(shareTaken(by, own)).toBeGreaterThan(0.05);
    }
  });

  test('has no threshold where there are too few past questions', () => {
    expect(build([]).threshold).toBeNull();
    expect(build(mixedTraffic.slice(0, 2 * leastPast(falseApply) - 1)).threshold).toBeNull();
    expect(build(mixedTraffic.slice(0, 2 * leastPast(falseApply))).threshold).not.toBeNull();
  });

  test('survives what nobody would ask', () => {
    const by = build(mixedTraffic);
    for (const text of ['', '   ', '???', '\u0000', '🙂', 'ð'.repeat(50_000), 'no '.repeat(5_000)]) {
      expect(isTaken(by, text)).toBe(false);
    }
  });
});

describe('the threshold', () => {
  const ranked = (count: number) => Float64Array.from({ length: count }, (_, at) => at);
  const never = (count: number) => new Float64Array(count).fill(Number.NEGATIVE_INFINITY);

  test('lets through so few that the rate is kept with 95 %', () => {
    const seen = ranked(1_000);
    const threshold = thresholdFromUnguided({ seen, strange: never(1_000) }, 0.01) ?? 0;
    // Where 1 % would be taken, 4 or fewer of 1,000 are seen in 2.9 % of all cases, and 5 or fewer in 6.6 %. A tenth of
    // those that will come are thought to be strange, and the rest may have their part.
    expect(seen.filter((score) => score >= threshold)).toHaveLength(5);
  });

  test('is above all that were seen where there are just enough of them', () => {
    const seen = ranked(300);
    expect(thresholdFromUnguided({ seen, strange: never(300) }, 0.01)).toBeGreaterThan(298);
    expect(thresholdFromUnguided({ seen: ranked(299), strange: never(299) }, 0.01)).toBeNull();
  });

  test('is higher where what nobody has asked before would score high', () => {
    const seen = ranked(1_000);
    const at = (strange: Float64Array) => thresholdFromUnguided({ seen, strange }, 0.01) ?? 0;
    expect(at(seen.map((score) => score + 50))).toBeGreaterThan(at(never(1_000)));
  });

  test('is not lowered by a few left-out examples', () => {
    const past = Float64Array.from({ length: 1_000 }, (_, at) => at);
    const few = { past, pastWithout: past, leftOut: Float64Array.from({ length: 19 }, () => 990) };
    const none = { ...few, leftOut: new Float64Array() };
    expect(thresholdFrom(few, 0.01)).toBe(thresholdFrom(none, 0.01));
  });
});

describe('products', () => {
  test.each([1, 3, 16, 37, 512])('of vectors of %i numbers are what they are one by one', (length) => {
    const vector = (seed: number) =>
      Float32Array.from({ length }, (_, at) => Math.sin(seed * 1_000 + at * 7.3));
    const rows = range(0, 41).map((seed) => (seed === 5 ? null : vector(seed)));
    const of = createProducts(rows, length);
    for (const seed of [100, 101]) {
      const one = vector(seed);
      const found = of(one);
      expect(found).toHaveLength(rows.length);
      for (const [at, row] of rows.entries()) {
        const right =
          row === null ? 0 : one.reduce((sum, value, index) => sum + value * (row[index] ?? 0), 0);
        expect(found[at]).toBeCloseTo(right, 4);
      }
    }
  });

  test('of none are none', () => {
    expect(createProducts([], 512)(new Float32Array(512))).toHaveLength(0);
  });
});

describe('the nearest', () => {
  test('are the most alike of a stretch, best first, without those left out', () => {
    const likenesses = Float32Array.from([0.9, 0.1, 0.8, 0, 0.7, 0.6, 0.95]);
    const near = nearest(likenesses, 2, { from: 1, to: 6 }, (text) => text === 2);
    expect(near.map(({ text }) => text)).toEqual([4, 5]);
    expect(nearest(likenesses, 9).map(({ text }) => text)).toEqual([6, 0, 2, 4, 5, 1]);
  });
});

describe('the guard', () => {
  const against = (question: string, ...examples: string[]) =>
    contradicts(guardedOf(question), examples.map(guardedOf));

  test.each([
    ['do not cancel my order', 'cancel my order'],
    ["Please don't cancel the order", 'I want to cancel my order'],
    ['cancel my order', 'never cancel my order'],
    ['Bitte nicht den Vertrag kündigen', 'Vertrag kündigen'],
    ['is delivery within 24 hours', 'is delivery within 48 hours'],
  ])('%s is not: %s', (question, example) => {
    expect(against(question, example)).toBe(true);
  });

  test.each([
    ['please cancel my order', 'cancel my order'],
    ['is delivery within 48 hours?', 'delivery within 48 hours'],
    ['why has my parcel not arrived', 'where is my order'],
    ['my card does not work', "the card doesn't work"],
  ])('%s may be: %s', (question, example) => {
    expect(against(question, example)).toBe(false);
  });

  test('one example that says the same is enough', () => {
    expect(against('do not cancel my order', 'cancel my order', 'please do not cancel the order')).toBe(
      false,
    );
  });
});
