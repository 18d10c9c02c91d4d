import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptEmbeddings } from '../../bench/kept-embeddings.ts';
import type { Embeddings } from '../../server/retrieval/embeddings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handrail-kept-'));
});
afterAll(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;

test('what a model said is asked once, in this run and in the next, whatever a run that broke off has left', async () => {
  const asked: string[][] = [];
  const model: Embeddings = {
    name: 'a model, small',
    async embed(texts) {
      asked.push([...texts]);
      return texts.map((text) => Float32Array.of(text.length, 0.25, -1));
    },
  };
  const first = await keptEmbeddings(model, folder);
  expect(await first.embed(['ccc', 'a', 'ccc'], never)).toEqual([
    Float32Array.of(3, 0.25, -1),
    Float32Array.of(1, 0.25, -1),
    Float32Array.of(3, 0.25, -1),
  ]);
  const [file = ''] = await readdir(folder);
  await appendFile(join(folder, file), '{"text":"half a li');

  const second = await keptEmbeddings(model, folder);
  expect(await second.embed(['a', 'bb'], never)).toEqual([
    Float32Array.of(1, 0.25, -1),
    Float32Array.of(2, 0.25, -1),
  ]);
  const third = await keptEmbeddings(model, folder);
  expect(await third.embed(['bb', 'ccc'], never)).toHaveLength(2);
  expect(asked).toEqual([['a', 'ccc'], ['bb']]);
});
