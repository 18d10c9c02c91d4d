import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '../../server/bots/outbound.ts';
import { type Embeddings, remembered } from '../../server/retrieval/embeddings.ts';
import { createLocalEmbeddings } from '../../server/retrieval/local-embeddings.ts';
import { createMatcher } from '../../server/retrieval/matcher.ts';
import { createOpenAiEmbeddings } from '../../server/retrieval/openai-embeddings.ts';

interface Asked {
  readonly model: string;
  readonly input: string[];
}
type Answer = (asked: Asked, response: ServerResponse) => void;

const vectorOf = (text: string) => [text.length, text.charCodeAt(0) || 0, 1];
const json = (response: ServerResponse, body: unknown) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};
/** In reverse: the place of a vector is what its index says. */
const right: Answer = ({ input }, response) =>
  json(response, { data: input.map((text, index) => ({ index, embedding: vectorOf(text) })).reverse() });

let answer: Answer = right;
let requests: { asked: Asked; authorization: string | undefined }[] = [];
const server = createServer((request: IncomingMessage, response) => {
  void textOf(request).then((body) => {
    const asked = JSON.parse(body) as Asked;
    requests.push({ asked, authorization: request.headers.authorization });
    answer(asked, response);
  });
});
const outbound = createOutbound({ allowPrivate: ['127.0.0.1'] });
let embeddings: Embeddings;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  embeddings = createOpenAiEmbeddings(
    { url: `http://127.0.0.1:${port}/v1/`, key: 'secret', model: 'small' },
    outbound,
  );
});
beforeEach(() => {
  answer = right;
  requests = [];
});
afterAll(async () => {
  await outbound.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const soon = () => AbortSignal.timeout(10_000);

describe('embeddings of an OpenAI-compatible endpoint', () => {
  test('come in the order of the texts, in several requests', async () => {
    const texts = Array.from({ length: 150 }, (_, at) => 'x'.repeat(at + 1));
    const vectors = await embeddings.embed(texts, soon());
    expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
    expect(requests.map(({ asked }) => asked.input.length)).toEqual([64, 64, 22]);
    expect(requests[0]).toMatchObject({ authorization: 'Bearer secret', asked: { model: 'small' } });
  });

  const broken: [string, Answer][] = [
    ['no vectors', (_, response) => json(response, { error: 'no' })],
    ['too few vectors', (_, response) => json(response, { data: [{ index: 0, embedding: [1] }] })],
    [
      'vectors of two lengths',
      ({ input }, response) =>
        json(response, { data: input.map((_, index) => ({ index, embedding: Array(index + 1).fill(1) })) }),
    ],
    [
      'one place twice',
      ({ input }, response) => json(response, { data: input.map(() => ({ index: 0, embedding: [1, 2] })) }),
    ],
    ['no JSON', (_, response) => response.end('<html>')],
    ['a refusal', (_, response) => response.writeHead(500).end()],
  ];
  test.each(broken)('%s: fails', async (_name, how) => {
    answer = how;
    await expect(embeddings.embed(['a', 'bb'], soon())).rejects.toThrow();
  });

  test('end with their signal', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('enough'));
    await expect(embeddings.embed(['a'], controller.signal)).rejects.toThrow('enough');
  });

  test('are asked once for a text that was asked before, up to a number of texts', async () => {
    const known = remembered(embeddings, 2);
    await known.embed(['a', 'bb', 'a'], soon());
    expect(await known.embed(['bb', 'ccc'], soon())).toEqual([
      new Float32Array(vectorOf('bb')),
      new Float32Array(vectorOf('ccc')),
    ]);
    await known.embed(['a'], soon());
    expect(requests.map(({ asked }) => asked.input)).toEqual([['a', 'bb'], ['ccc'], ['a']]);
  });
});

describe('the model that runs offline', () => {
  test('gives each text its own vector, in a thread of its own', async () => {
    const local = await createLocalEmbeddings();
    const texts = [
      'I would like to have the money back that I paid for my order, please',
      'hello',
      'refund my order',
    ];
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 0);
    const vectors = await local.embed(texts, soon());
    clearInterval(ticking);
    expect(turns, 'this thread went on meanwhile').toBeGreaterThan(0);
    expect(vectors.map(({ length }) => length)).toEqual([512, 512, 512]);
    const alike = (one: number, other: number) =>
      vectors[one]?.reduce((sum, value, at) => sum + value * (vectors[other]?.[at] ?? 0), 0) ?? 0;
    expect(alike(0, 2)).toBeGreaterThan(alike(0, 1));
    // The order of a batch is ours, and says nothing.
    const [again] = await local.embed(['hello'], soon());
    expect(again?.every((value, at) => Math.abs(value - (vectors[1]?.[at] ?? 0)) < 1e-4)).toBe(true);
    await expect(local.embed(['hello'], AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('a matcher with embeddings', () => {
  const guidances = [{ id: 'refund', examples: ['I want a refund for my order', 'money back please'] }];
  const traffic = Array.from({ length: 60 }, (_, at) => `where is parcel number ${at}`);
  const build = (failures: unknown[]) =>
    createMatcher({
      guidances,
      traffic,
      falseApply: 0.1,
      embeddings,
      onEmbeddingsFailed: (error) => failures.push(error),
    });

  test('decides by words where the model does not answer at all', async () => {
    answer = (_, response) => response.writeHead(503).end();
    const failures: unknown[] = [];
    const matcher = await build(failures);
    expect(failures).toHaveLength(1);
    expect(await matcher.match('I want a refund for my order')).toMatchObject({
      id: 'refund',
      isApplied: true,
    });
  });

  test('decides by words where it is too slow for one question', async () => {
    const failures: unknown[] = [];
    const matcher = await build(failures);
    expect(failures).toEqual([]);
    answer = () => undefined;
    expect(await matcher.match('I want a refund for my order')).toMatchObject({
      id: 'refund',
      isApplied: true,
    });
    expect(failures).toHaveLength(1);
  });

  test('decides by words where its vectors have another length than before', async () => {
    const failures: unknown[] = [];
    const matcher = await build(failures);
    answer = (_, response) => json(response, { data: [{ index: 0, embedding: [1, 2, 3, 4, 5] }] });
    expect(await matcher.match('I want a refund for my order')).toMatchObject({
      id: 'refund',
      isApplied: true,
    });
    expect(failures).toHaveLength(1);
  });
});
