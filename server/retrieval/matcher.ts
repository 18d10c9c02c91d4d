import { createLexicalIndex, type Guided } from '../domain/retrieval/lexical.ts';
import { thresholdFor } from '../domain/retrieval/threshold.ts';
import type { Embeddings } from './embeddings.ts';

export interface MatcherInput {
  readonly guidances: readonly Guided[];
  /** Past questions of the site's customers; from them the statistics and the threshold. */
  readonly traffic: readonly string[];
  /** The share of questions, at most, that may get a guidance which is not theirs. */
  readonly falseApply: number;
  readonly embeddings?: Embeddings | null;
}

export interface Match {
  readonly id: string;
  readonly score: number;
  readonly threshold: number;
  readonly isApplied: boolean;
}

export interface Matcher {
  /** The score from which a guidance is applied. */
  readonly threshold: number;
  /** False: there is too little traffic to set a threshold by; only (nearly) the same question is applied. */
  readonly isCalibrated: boolean;
  /** The best of the eligible guidances, applied or not; null: nothing is near, or there are none. */
  match(question: string, isEligible?: (id: string) => boolean, signal?: AbortSignal): Promise<Match | null>;
}

/** Stands for "too little traffic": only a question that is (nearly) an example itself scores so high. */
const sameQuestion = 0.9;
/** Past questions by which the threshold is set. */
const mostJudged = 2_000;

export async function createMatcher({ guidances, traffic, falseApply }: MatcherInput): Promise<Matcher> {
  const index = createLexicalIndex(guidances, traffic);
  const everyone = () => true;
  const step = Math.max(1, Math.ceil(traffic.length / mostJudged));
  const scores: number[] = [];
  for (let at = 0; at < traffic.length; at += step) {
    const [best] = index.rank(traffic[at] ?? '', everyone, true);
    scores.push(best?.score ?? Number.NEGATIVE_INFINITY);
  }
  const found = thresholdFor(scores, falseApply);
  const threshold = found ?? sameQuestion;
  return {
    threshold,
    isCalibrated: found !== null,
    async match(question, isEligible = everyone, signal) {
      signal?.throwIfAborted();
      const [best] = index.rank(question, isEligible);
      if (best === undefined) return null;
      return { ...best, threshold, isApplied: best.score >= threshold };
    },
  };
}
