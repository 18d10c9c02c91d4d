import { sameWords } from '../domain/guidance.ts';
import { type Calibrated, createCalibrated, type Past, pastFrom } from '../domain/retrieval/calibrated.ts';
import type { Guided } from '../domain/retrieval/relevance.ts';
import type { Embeddings } from './embeddings.ts';
import { inSlices } from './slices.ts';

export interface MatcherInput {
  readonly guidances: readonly Guided[];
  /** Past questions of the site's customers; from them the statistics and the threshold. */
  readonly traffic: readonly string[];
  /** Past questions of which it is known that no guidance is for them; with enough of them the threshold is theirs. */
  readonly unguided?: readonly string[];
  /** The share of questions without a guidance of their own, at most, that may get one: above 0, below 1. */
  readonly falseApply: number;
  readonly embeddings?: Embeddings | null;
  /** Longest that a question waits for its meaning, ms; then words decide. Half a second if left out. */
  readonly meaningWithinMs?: number;
  /** Told why meaning is not used, or was not for one question. */
  readonly onEmbeddingsFailed?: (error: unknown) => void;
}

export interface Match {
  readonly id: string;
  readonly score: number;
  readonly threshold: number;
  readonly isApplied: boolean;
  /** Its examples say the opposite, or other numbers: never applied, however alike. */
  readonly isContrary: boolean;
}

export interface Matcher {
  /** The score from which a guidance is applied. */
  readonly threshold: number;
  /** False: there is too little traffic to set a threshold by, and only (nearly) the same question is applied. */
  readonly isCalibrated: boolean;
  /**
   * The best of the eligible guidances, applied or not; null: nothing is near, or there are none. Where the embeddings
   * fail or are slow, words decide.
   * @throws the reason of `signal`, and nothing else
   */
  match(question: string, isEligible?: (id: string) => boolean, signal?: AbortSignal): Promise<Match | null>;
}

/** As alike as this is the same question: applied even where no threshold can be set. */
const sameQuestion = 0.9;
/** Models read about this much; the rest would only cost. */
const mostChars = 1_000;
const usualMeaningWithinMs = 500;
/** Building may wait for many. */
const buildWithinMs = 600_000;

/**
 * Builds what finds the guidance for a question. Takes seconds for thousands of guidances, in slices of some ms.
 * @throws RangeError when `falseApply` is no share
 */
export async function createMatcher(input: MatcherInput): Promise<Matcher> {
  const { guidances, traffic, unguided = [], falseApply, embeddings = null } = input;
  const { meaningWithinMs = usualMeaningWithinMs } = input;
  if (!(falseApply > 0 && falseApply < 1)) throw new RangeError('falseApply is above 0 and below 1');
  const failed = input.onEmbeddingsFailed ?? (() => undefined);
  const past = pastFrom(othersThan(guidances, traffic), othersThan(guidances, unguided), falseApply);
  const byWords = await inSlices(createCalibrated(guidances, past, falseApply, null));
  let byMeaning: Calibrated | null = null;
  // Without a threshold only the same question is applied, and that words see best.
  if (embeddings !== null && byWords.threshold !== null && guidances.length > 0) {
    try {
      const meanings = await meaningsOf(guidances, past, embeddings);
      const withMeaning = await inSlices(createCalibrated(guidances, past, falseApply, meanings));
      // Among right questions that nobody has told from the others meaning may find less than words do: then it is
      // left alone.
      if ((withMeaning.found ?? 1) >= (byWords.found ?? 0)) byMeaning = withMeaning;
    } catch (error) {
      failed(error);
    }
  }

  const decide = (by: Calibrated, text: string, meaning: Float32Array | null, isEligible: IsEligible) => {
    const best = by.best({ text, meaning }, (at) => isEligible(guidances[at]?.id ?? ''));
    const guidance = guidances[best?.guidance ?? -1];
    if (best === null || guidance === undefined || best.likeness <= 0) return null;
    const isSame = best.likeness >= sameQuestion;
    const threshold = by.threshold ?? sameQuestion;
    const score = by.threshold === null ? best.likeness : best.score;
    const { isContrary } = best;
    const isApplied = !isContrary && (isSame || score >= threshold);
    const shown = isApplied ? Math.max(score, threshold) : score;
    return { id: guidance.id, score: shown, threshold, isApplied, isContrary };
  };

  return {
    threshold: (byMeaning ?? byWords).threshold ?? sameQuestion,
    isCalibrated: byWords.threshold !== null,
    async match(question, isEligible = () => true, signal) {
      signal?.throwIfAborted();
      if (byMeaning !== null && embeddings !== null) {
        const within = AbortSignal.any([AbortSignal.timeout(meaningWithinMs), ...(signal ? [signal] : [])]);
        const onFailed = (error: unknown) => signal?.aborted !== true && failed(error);
        const meaning = await meaningOf(question, embeddings, onFailed, within);
        signal?.throwIfAborted();
        // A model that was changed behind the same name is another model.
        const isSameModel = meaning?.length === byMeaning.meaningLength;
        if (meaning !== null && !isSameModel)
          failed(new TypeError('the vectors have another length than before'));
        if (meaning !== null && isSameModel) return decide(byMeaning, question, meaning, isEligible);
      }
      return decide(byWords, question, null, isEligible);
    },
  };
}

/**
 * Past questions without those that are examples. Examples are taken from what was asked, so the past is full of them:
 * nothing is as like an example as itself, and a threshold set among them would let nothing else through.
 */
function othersThan(guidances: readonly Guided[], traffic: readonly string[]): string[] {
  const examples = new Set(guidances.flatMap((guidance) => guidance.examples).map(sameWords));
  return traffic.filter((text) => !examples.has(sameWords(text)));
}

type IsEligible = (id: string) => boolean;

const read = (text: string) => text.slice(0, mostChars);

async function meaningsOf(guidances: readonly Guided[], { background, held }: Past, embeddings: Embeddings) {
  const texts = [...guidances.flatMap(({ examples }) => examples), ...background, ...held].map(read);
  const distinct = [...new Set(texts)];
  const vectors = await embeddings.embed(distinct, AbortSignal.timeout(buildWithinMs));
  const found = new Map(distinct.map((text, at) => [text, vectors[at] ?? new Float32Array()]));
  return (text: string) => found.get(read(text)) ?? new Float32Array();
}

async function meaningOf(
  question: string,
  embeddings: Embeddings,
  failed: (error: unknown) => void,
  within: AbortSignal,
): Promise<Float32Array | null> {
  try {
    const [meaning = null] = await Promise.race([
      embeddings.embed([read(question)], within),
      aborted(within),
    ]);
    return meaning;
  } catch (error) {
    failed(error);
    return null;
  }
}

/** A model that does not look at its signal may not hold an answer up. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
