import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Outbound } from '../bots/outbound.ts';
import { checkedVectors, type Embeddings } from './embeddings.ts';

/** Fields that we do not know are left alone. */
const Answer = Type.Object({
  data: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0, maximum: 10_000 }),
      embedding: Type.Array(Type.Number(), { minItems: 1, maxItems: 8_192 }),
    }),
    { maxItems: 10_000 },
  ),
});
const validator = Compile(Answer);

/** Texts of one request: what every endpoint takes. */
const batch = 64;
/** 64 vectors of 8,192 numbers as JSON. */
const maxBytes = 16_000_000;

export interface OpenAiEmbeddingsSettings {
  /** Up to `/v1`. */
  readonly url: string;
  /** Empty: none is sent. */
  readonly key: string;
  readonly model: string;
}

/**
 * Any OpenAI-compatible endpoint: `POST <url>/embeddings`.
 * `embed` throws a BotError as every call to the outside does, and a TypeError for an answer that is none.
 */
export function createOpenAiEmbeddings(
  { url, key, model }: OpenAiEmbeddingsSettings,
  call: Outbound,
): Embeddings {
  const ask = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> => {
    const response = await call(`${url.replace(/\/+$/, '')}/embeddings`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
      signal,
      maxBytes,
    });
    const answer: unknown = await response.json();
    if (!validator.Check(answer))
      throw new TypeError('the endpoint answers with something else than vectors');
    return inOrder(answer, texts.length);
  };
  return {
    name: model,
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batch) {
        vectors.push(...(await ask(texts.slice(at, at + batch), signal)));
      }
      // All of one length, across requests, too.
      return checkedVectors(vectors, texts.length);
    },
  };
}

/** Endpoints may answer in any order, and say the place of each. */
function inOrder({ data }: Static<typeof Answer>, count: number): Float32Array[] {
  const sorted = data.toSorted((one, other) => one.index - other.index);
  if (sorted.some(({ index }, at) => index !== at)) throw new TypeError('a vector is missing or there twice');
  return checkedVectors(
    sorted.map(({ embedding }) => embedding),
    count,
  );
}
