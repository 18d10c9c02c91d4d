import { type Terms, termsOf } from './terms.ts';

/** A text as the weights of its terms, of length 1 (0 without a known term). */
export interface Vector {
  readonly terms: Int32Array;
  readonly weights: Float32Array;
}

/** Weighs terms by how rare they are among the texts it was built from; others are left out. */
export interface Weighing {
  /** How many terms there are: they are numbered from 0. */
  readonly size: number;
  vector(text: string): Vector;
}

const kinds = ['words', 'grams'] as const;

/** Yields after each text, as all that is built here does: a caller may do other things in between. */
export function* createWeighing(texts: readonly string[]): Generator<void, Weighing> {
  const numbers = { words: new Map<string, number>(), grams: new Map<string, number>() };
  const counts: number[] = [];
  for (const text of texts) {
    const terms = termsOf(text);
    for (const kind of kinds) {
      for (const term of new Set(terms[kind])) {
        const number = numbers[kind].get(term) ?? counts.length;
        numbers[kind].set(term, number);
        counts[number] = (counts[number] ?? 0) + 1;
      }
    }
    yield;
  }
  const rarity = Float64Array.from(counts, (count) => Math.log((1 + texts.length) / (1 + count)) + 1);
  const weigh = (terms: Terms, kind: (typeof kinds)[number]): [number, number][] => {
    const found = new Map<number, number>();
    for (const term of terms[kind]) {
      const number = numbers[kind].get(term);
      if (number !== undefined) found.set(number, (found.get(number) ?? 0) + 1);
    }
    const weights = [...found].map(([number, count]): [number, number] => [
      number,
      (1 + Math.log(count)) * (rarity[number] ?? 0),
    ]);
    // Words and n-grams count half each, whatever their number.
    const length = Math.sqrt(2 * weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
    return weights.map(([number, weight]) => [number, weight / (length || 1)]);
  };
  return {
    size: counts.length,
    vector(text) {
      const terms = termsOf(text);
      const entries = kinds.flatMap((kind) => weigh(terms, kind));
      return {
        terms: Int32Array.from(entries, ([number]) => number),
        weights: Float32Array.from(entries, ([, weight]) => weight),
      };
    },
  };
}

/** @returns for a vector its cosine with each of `vectors`, in one pass over the terms they share */
export function createPostings(vectors: readonly Vector[], size: number): (vector: Vector) => Float32Array {
  const starts = new Int32Array(size + 1);
  for (const { terms } of vectors) for (const term of terms) starts[term + 1] = (starts[term + 1] ?? 0) + 1;
  for (let term = 0; term < size; term += 1) starts[term + 1] = (starts[term + 1] ?? 0) + (starts[term] ?? 0);
  const texts = new Int32Array(starts[size] ?? 0);
  const weights = new Float32Array(texts.length);
  const next = starts.slice();
  vectors.forEach((vector, text) => {
    vector.terms.forEach((term, at) => {
      const place = next[term] ?? 0;
      next[term] = place + 1;
      texts[place] = text;
      weights[place] = vector.weights[at] ?? 0;
    });
  });
  return (vector) => {
    const sums = new Float32Array(vectors.length);
    vector.terms.forEach((term, at) => {
      const weight = vector.weights[at] ?? 0;
      const end = starts[term + 1] ?? 0;
      for (let place = starts[term] ?? 0; place < end; place += 1) {
        const text = texts[place] ?? 0;
        sums[text] = (sums[text] ?? 0) + weight * (weights[place] ?? 0);
      }
    });
    return sums;
  };
}
