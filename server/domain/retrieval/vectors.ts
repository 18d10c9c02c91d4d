/** A text as the weights of its terms, of length 1; terms that no text of the index has are left out. */
export interface Vector {
  readonly terms: Int32Array;
  readonly weights: Float32Array;
}

/** Weighs terms by how rare they are among the texts it was built from. */
export interface Weighing {
  /** How many terms there are: they are numbered from 0. */
  readonly size: number;
  vector(terms: readonly string[]): Vector;
}

export function createWeighing(texts: readonly (readonly string[])[]): Weighing {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  for (const terms of texts) {
    for (const term of new Set(terms)) {
      const number = numbers.get(term) ?? numbers.size;
      numbers.set(term, number);
      counts[number] = (counts[number] ?? 0) + 1;
    }
  }
  const rarity = Float64Array.from(counts, (count) => Math.log((1 + texts.length) / (1 + count)) + 1);
  return {
    size: counts.length,
    vector(terms) {
      const found = new Map<number, number>();
      for (const term of terms) {
        const number = numbers.get(term);
        if (number !== undefined) found.set(number, (found.get(number) ?? 0) + 1);
      }
      let sum = 0;
      const entries = [...found].map(([number, count]): [number, number] => {
        const weight = (1 + Math.log(count)) * (rarity[number] ?? 0);
        sum += weight * weight;
        return [number, weight];
      });
      const length = Math.sqrt(sum) || 1;
      return {
        terms: Int32Array.from(entries, ([number]) => number),
        weights: Float32Array.from(entries, ([, weight]) => weight / length),
      };
    },
  };
}

/** Which texts have a term, and how much of it: the likeness of a text to all others in one pass. */
export interface Postings {
  /** The cosine of the text with each text of the index. */
  likenesses(vector: Vector): Float32Array;
}

export function createPostings(vectors: readonly Vector[], size: number): Postings {
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
  return {
    likenesses(vector) {
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
    },
  };
}
