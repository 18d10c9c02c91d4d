import type { Outbound } from '../bots/outbound.ts';
import { type Embeddings, remembered } from './embeddings.ts';
import { createLocalEmbeddings } from './local-embeddings.ts';
import { createOpenAiEmbeddings } from './openai-embeddings.ts';

/** What the operator has chosen (docs/retrieval.md). */
export interface EmbeddingsSettings {
  /** `local`, an address up to `/v1`, or null for words alone. */
  readonly guidanceEmbeddings: string | null;
  readonly guidanceEmbeddingsModel: string | null;
  readonly guidanceEmbeddingsKey: string | null;
}

/**
 * Vectors that are kept in memory, 40 MB at 512 numbers: an index that is made anew asks for the same past questions
 * again.
 */
const mostRemembered = 20_000;

/**
 * The embeddings that guidance is found with besides words; null: words alone.
 * @throws NoLocalModelError where `local` is not installed
 */
export async function embeddingsFor(
  settings: EmbeddingsSettings,
  call: Outbound,
): Promise<Embeddings | null> {
  const { guidanceEmbeddings: chosen, guidanceEmbeddingsModel: model, guidanceEmbeddingsKey: key } = settings;
  if (chosen === null) return null;
  const embeddings =
    chosen === 'local'
      ? await createLocalEmbeddings()
      : createOpenAiEmbeddings({ url: chosen, key: key ?? '', model: model ?? '' }, call);
  return remembered(embeddings, mostRemembered);
}
