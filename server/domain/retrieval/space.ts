import { createProducts } from './products.ts';
import { createPostings, createWeighing, type Vector } from './vectors.ts';

/** A text as it is compared: by its words, and by its meaning where a model gave one. */
export interface Point {
  readonly words: Vector;
  /** Around the middle of the site's questions, of length 1; null without a model. */
  readonly meaning: Float32Array | null;
}

/** Texts that questions are compared with, numbered from 0. */
export interface Space {
  readonly points: readonly Point[];
  point(text: string, meaning: Float32Array | null): Point;
  /** How alike the point is to each text. */
  likenesses(point: Point): Float32Array;
}

/** What words add to meaning: names, numbers and rare terms, which models blur. */
const shareOfWords = 1;

/** @param meanings one vector a text, all of one length; null: words alone */
export function* createSpace(
  texts: readonly string[],
  meanings: readonly Float32Array[] | null,
): Generator<void, Space> {
  const weighing = yield* createWeighing(texts);
  const middle = meanings === null ? null : middleOf(meanings);
  const point = (text: string, meaning: Float32Array | null): Point => ({
    words: weighing.vector(text),
    meaning: meaning === null || middle === null ? null : centred(meaning, middle),
  });
  const points: Point[] = [];
  for (const [at, text] of texts.entries()) {
    points.push(point(text, meanings?.[at] ?? null));
    yield;
  }
  const ofWords = createPostings(
    points.map(({ words }) => words),
    weighing.size,
  );
  const ofMeaning =
    middle === null
      ? null
      : createProducts(
          points.map(({ meaning }) => meaning),
          middle.length,
        );
  return {
    points,
    point,
    likenesses({ words, meaning }) {
      const sums = ofWords(words);
      if (meaning === null || ofMeaning === null) return sums;
      const products = ofMeaning(meaning);
      for (let at = 0; at < sums.length; at += 1) {
        sums[at] = (shareOfWords * (sums[at] ?? 0) + (products[at] ?? 0)) / (1 + shareOfWords);
      }
      return sums;
    },
  };
}

function middleOf(meanings: readonly Float32Array[]): Float32Array {
  const middle = new Float32Array(meanings[0]?.length ?? 0);
  for (const meaning of meanings) {
    meaning.forEach((value, index) => {
      middle[index] = (middle[index] ?? 0) + value / meanings.length;
    });
  }
  return middle;
}

function centred(meaning: Float32Array, middle: Float32Array): Float32Array {
  const moved = meaning.map((value, index) => value - (middle[index] ?? 0));
  const length = Math.sqrt(moved.reduce((sum, value) => sum + value * value, 0));
  return moved.map((value) => value / (length || 1));
}
