import { termsOf } from './terms.ts';
import { createPostings, createWeighing } from './vectors.ts';

export interface Guided {
  readonly id: string;
  readonly examples: readonly string[];
}

export interface Scored {
  readonly id: string;
  readonly score: number;
}

/** Neighbours in past traffic by which a likeness is judged: alike to everything is alike to nothing. */
const neighbours = 10;

export interface LexicalIndex {
  /** The eligible guidances, best first. `isPast`: the question is itself one of the past ones. */
  rank(question: string, isEligible: (id: string) => boolean, isPast?: boolean): readonly Scored[];
}

/** Words and character n-grams, against the background of what the site is asked. */
export function createLexicalIndex(guidances: readonly Guided[], traffic: readonly string[]): LexicalIndex {
  const owners = guidances.flatMap(({ examples }, owner) => examples.map(() => owner));
  const examples = guidances.flatMap((guidance) => guidance.examples.map(termsOf));
  const past = traffic.map(termsOf);
  const weighing = createWeighing([...examples, ...past]);
  const exampleVectors = examples.map((terms) => weighing.vector(terms));
  const ofExamples = createPostings(exampleVectors, weighing.size);
  const ofPast = createPostings(
    past.map((terms) => weighing.vector(terms)),
    weighing.size,
  );
  const crowding = (vector: (typeof exampleVectors)[number], skip: number) => {
    const nearest = Float32Array.from(ofPast.likenesses(vector)).sort().reverse();
    const taken = nearest.subarray(skip, skip + neighbours);
    return taken.length === 0 ? 0 : taken.reduce((sum, one) => sum + one, 0) / taken.length;
  };
  const crowded = exampleVectors.map((vector) => crowding(vector, 0));
  return {
    rank(question, isEligible, isPast = false) {
      const vector = weighing.vector(termsOf(question));
      const likenesses = ofExamples.likenesses(vector);
      const own = crowding(vector, isPast ? 1 : 0);
      const best = new Float64Array(guidances.length).fill(Number.NEGATIVE_INFINITY);
      const sums = new Float64Array(guidances.length);
      owners.forEach((owner, at) => {
        const score = 2 * (likenesses[at] ?? 0) - own - (crowded[at] ?? 0);
        best[owner] = Math.max(best[owner] ?? 0, score);
        sums[owner] = (sums[owner] ?? 0) + score;
      });
      return guidances
        .flatMap(({ id, examples: { length } }, owner) =>
          length > 0 && isEligible(id)
            ? [{ id, score: ((best[owner] ?? 0) + (sums[owner] ?? 0) / length) / 2 }]
            : [],
        )
        .sort((a, b) => b.score - a.score);
    },
  };
}
