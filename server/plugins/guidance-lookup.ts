import { type Asker, type FoundGuidance, idsByWords, isInScope, sameWords } from '../domain/guidance.ts';
import type { LiveGuidance } from '../store/live-guidance.ts';

/** Finds which guidance a question is for, if any. Made from everything that is live, and from past questions. */
export interface Matcher {
  match(
    question: string,
    isEligible: (id: string) => boolean,
    signal: AbortSignal,
  ): Promise<{
    id: string;
    score: number;
    threshold: number;
    isApplied: boolean;
    isContrary: boolean;
  } | null>;
}

/** Confirms a doubtful guidance, or does not: silence is a no. Never throws. */
export interface Confirmer {
  /** How far below the threshold a score may be and still be doubtful; further off nobody is asked. */
  readonly band: number;
  confirms(
    question: string,
    guidance: Pick<LiveGuidance, 'examples' | 'text'>,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** What a question is looked up in. */
export interface LookedUp {
  readonly live: ReadonlyMap<string, LiveGuidance>;
  /** Ids by the words of their examples: who asks just that needs no index, and no statistics. */
  readonly byWords: ReadonlyMap<string, readonly string[]>;
  /** Null while none is made: then only the very questions of the examples are found. */
  readonly matcher: Matcher | null;
  /** Null: nobody is asked, and what is doubtful is not applied. */
  readonly confirmer: Confirmer | null;
}

/** A question that is an example, word for word. */
const thatVeryQuestion = { score: 1, threshold: 1, isApplied: true, isContrary: false } as const;
/** A question is in its first words; the rest of a long message would only take time. */
const mostLetters = 1_000;

/** What is live, by id and by the words of its examples. */
export function shelved(found: readonly LiveGuidance[]): Pick<LookedUp, 'live' | 'byWords'> {
  return { live: new Map(found.map((one) => [one.id, one])), byWords: idsByWords(found) };
}

/**
 * The guidance that a question is for, as it is decided live and in a replay alike.
 * @throws what the matcher throws, and the reason of `signal`
 */
export async function lookUp(
  { live, byWords, matcher, confirmer }: LookedUp,
  question: string,
  asker: Asker,
  signal: AbortSignal,
): Promise<FoundGuidance | null> {
  const isEligible = (id: string) => {
    const one = live.get(id);
    return one !== undefined && isInScope(one.scope, asker);
  };
  const text = question.slice(0, mostLetters);
  const same = byWords.get(sameWords(question))?.find(isEligible);
  const match =
    same === undefined ? await matcher?.match(text, isEligible, signal) : { id: same, ...thatVeryQuestion };
  const one = live.get(match?.id ?? '');
  if (match === null || match === undefined || one === undefined) return null;
  const { id, version, kind } = one;
  const { score, threshold } = match;
  const found = { applied: { id, version, kind, score, threshold }, text: one.text };
  if (match.isApplied) return found;
  // What says the opposite is as near as can be: no model is asked about that.
  const isDoubtful = confirmer !== null && !match.isContrary && score >= threshold - confirmer.band;
  if (!isDoubtful || !(await confirmer.confirms(text, one, signal))) return null;
  return { ...found, applied: { ...found.applied, judge: 'yes' } };
}
