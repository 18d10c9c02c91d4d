import type { Outbound } from '../bots/outbound.ts';
import { type Embeddings, remembered } from './embeddings.ts';
import { createLocalEmbeddings } from './local-embeddings.ts';
import { createMatcher, type Matcher, type MatcherInput } from './matcher.ts';
import { createOpenAiEmbeddings } from './openai-embeddings.ts';

/** What the operator has chosen (docs/retrieval.md). */
export interface EmbeddingsSettings {
  /** `local`, an address up to `/v1`, or null for words alone. */
  readonly guidanceEmbeddings: string | null;
  readonly guidanceEmbeddingsModel: string | null;
  readonly guidanceEmbeddingsKey: string | null;
}

/** What is known of a site: its guidance, its past questions, and the rate that it has chosen. */
export type SiteInput = Pick<MatcherInput, 'guidances' | 'traffic' | 'unguided' | 'falseApply'>;

/** Makes what finds the guidance for questions of a site: the same live, in a replay, and where it is measured. */
export type SiteMatchers = (input: SiteInput) => Promise<Matcher>;

/**
 * Vectors that are kept in memory, 40 MB at 512 numbers: an index that is made anew asks for the same past questions
 * again.
 */
const mostRemembered = 20_000;

/**
 * @param onWordsAlone told why meaning is not used, or was not for one question
 * @throws NoLocalModelError where `local` is not installed
 */
export async function createSiteMatchers(
  settings: EmbeddingsSettings & { readonly guidanceWithinMs: number },
  call: Outbound,
  onWordsAlone: (error: unknown) => void,
): Promise<SiteMatchers> {
  const embeddings = await embeddingsFor(settings, call);
  // Words must still be in time when meaning is not.
  const meaningWithinMs = Math.round((settings.guidanceWithinMs * 2) / 3);
  return (input) =>
    createMatcher({ ...input, embeddings, meaningWithinMs, onEmbeddingsFailed: onWordsAlone });
}

async function embeddingsFor(settings: EmbeddingsSettings, call: Outbound): Promise<Embeddings | null> {
  const { guidanceEmbeddings: chosen, guidanceEmbeddingsModel: model, guidanceEmbeddingsKey: key } = settings;
  if (chosen === null) return null;
  const embeddings =
    chosen === 'local'
      ? await createLocalEmbeddings()
      : createOpenAiEmbeddings({ url: chosen, key: key ?? '', model: model ?? '' }, call);
  return remembered(embeddings, mostRemembered);
}
