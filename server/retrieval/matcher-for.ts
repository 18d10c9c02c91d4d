import type { Outbound } from '../bots/outbound.ts';
import { type EmbeddingsSettings, embeddingsFor } from './embeddings-for.ts';
import { createMatcher, type Matcher, type MatcherInput } from './matcher.ts';

/** Builds what finds the guidance of a site, as the operator has chosen: the same live and in a replay. */
export type MatcherOf = (
  input: Pick<MatcherInput, 'guidances' | 'traffic' | 'falseApply'>,
) => Promise<Matcher>;

export interface MatcherSettings extends EmbeddingsSettings {
  /** Longest that a question waits for its guidance, ms. */
  readonly guidanceWithinMs: number;
}

/** @throws NoLocalModelError where `local` embeddings are chosen and not installed */
export async function matcherFor(
  settings: MatcherSettings,
  call: Outbound,
  onEmbeddingsFailed: (error: unknown) => void,
): Promise<MatcherOf> {
  const embeddings = await embeddingsFor(settings, call);
  // Words must still be in time when meaning is not.
  const meaningWithinMs = Math.round((settings.guidanceWithinMs * 2) / 3);
  return (input) => createMatcher({ ...input, embeddings, meaningWithinMs, onEmbeddingsFailed });
}
