import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ExportFormat, ExportList, ExportManifest } from '../../protocol/exports.ts';
import type { FeedbackItem } from '../../protocol/feedback.ts';
import type { Guidance } from '../../protocol/guidance.ts';
import { atTheBeginning } from '../../server/exports/checkpoint.ts';
import { connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { correction, editorAt, untilLookedUp } from './guidance-stage.ts';
import { httpBot, openBots } from './replay-stage.ts';
import { json, noLimits } from './requests.ts';

const [guided] = correction.examples as [string];
const unguided = 'Do you sell garden chairs?';
let server: TestServer;
let guidance: Guidance;
let cookie: string;
const bots = openBots();

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, guidanceWithinMs: 2_000 });
  const site = await server.addSite(httpBot(await bots.saying(() => 'I do not know.')));
  ({ cookie } = await server.addAgent(site, 'Ada', 'admin'));
  const editor = editorAt(server, site, { cookie });
  guidance = await editor.live(correction);
  await untilLookedUp([server], site, editor);
  const customer = await connectCustomer(server.url, site.key);
  for (const [at, text] of [guided, unguided].entries()) {
    await customer.send('message:send', { text });
    await customer.until('answer.ended', ({ turn }) => turn === at + 1);
    await customer.send('feedback:give', { turn: at + 1, verdict: 'down', reasons: [], comment: '' });
  }
  customer.close();
});
afterAll(async () => {
  await server.close();
  await bots.close();
});

const get = (path: string) => fetch(`${server.url}${path}`, { headers: { cookie } });

/** The file of an export that was made in the background, and its manifest. */
async function exported(content: 'feedback' | 'facts', format: ExportFormat) {
  const order = json({ content, format, filter: {} }, { cookie });
  const begun = await fetch(`${server.url}/v1/exports/start`, order);
  expect(begun.status).toBe(201);
  const { id }: { id: string } = await begun.json();
  const state = async () => {
    const { exports }: ExportList = await (await get('/v1/exports')).json();
    return exports.find((one) => one.id === id)?.state;
  };
  await expect.poll(state, { timeout: 20_000 }).toBe('done');
  const manifest: ExportManifest = await (await get(`/v1/exports/${id}/manifest`)).json();
  return { bytes: Buffer.from(await (await get(`/v1/exports/${id}/file`)).arrayBuffer()), manifest };
}
const inCsv = (bytes: Buffer): Record<string, string>[] => parse(bytes, { bom: true, columns: true });
const inLines = (bytes: Buffer): Record<string, unknown>[] =>
  String(bytes)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const inParquet = (bytes: Buffer): Promise<Record<string, unknown>[]> => {
  // A copy of its own: a Buffer may be a part of a larger one.
  const { buffer } = new Uint8Array(bytes);
  return parquetReadObjects({ file: buffer });
};
/** As the answer's own facts tell it, and the list in the console. */
async function applied() {
  const { items }: { items: FeedbackItem[] } = await (await get('/v1/feedback')).json();
  const told = items.find(({ question }) => question === guided)?.guidance;
  if (told === null || told === undefined) throw new Error('the answer was not guided');
  return told;
}

describe('what people had approved for an answer is told in an export', () => {
  test('of feedback, as columns and in lines; where there was nothing, nothing is', async () => {
    const { id, version, kind, score } = await applied();
    expect({ id, version, kind }).toEqual({ id: guidance.id, version: 1, kind: 'answer' });
    expect(score).toBeGreaterThan(0);

    const csv = await exported('feedback', 'csv');
    const rows = inCsv(csv.bytes);
    expect(rows.find((row) => row.question === guided)).toMatchObject({
      guidance_id: id,
      guidance_version: '1',
      guidance_score: String(score),
      guidance_kind: 'answer',
    });
    expect(rows.find((row) => row.question === unguided)).toMatchObject({
      guidance_id: '',
      guidance_version: '',
      guidance_score: '',
      guidance_kind: '',
    });
    expect(csv.manifest).toMatchObject({
      formatVersion: atTheBeginning.formatVersion,
      definitions: { guidance: expect.any(String), guidance_score: expect.any(String) },
    });

    const table = await inParquet((await exported('feedback', 'parquet')).bytes);
    expect(table.find((row) => row.question === guided)).toMatchObject({
      guidance_id: id,
      guidance_version: 1,
      guidance_score: score,
      guidance_kind: 'answer',
    });
    const bare = table.find((row) => row.question === unguided);
    expect([bare?.guidance_id, bare?.guidance_version, bare?.guidance_score]).toEqual([null, null, null]);

    const lines = inLines((await exported('feedback', 'jsonl')).bytes);
    expect(lines.find((row) => row.question === guided)).toMatchObject({
      guidance: { id, version, kind, score },
    });
    expect(lines.find((row) => row.question === unguided)).toMatchObject({ guidance: null });
  });

  test('of facts: with the beginning and the end of the answer', async () => {
    const { id, score } = await applied();
    const told = { guidance_id: id, guidance_kind: 'answer' };
    const csv = await exported('facts', 'csv');
    const ofAnswers = (rows: Record<string, unknown>[]) =>
      rows.filter(({ type }) => type === 'answer.started' || type === 'answer.ended');
    const [started, ended, ...others] = ofAnswers(inCsv(csv.bytes));
    for (const row of [started, ended])
      expect(row).toMatchObject({ ...told, guidance_version: '1', guidance_score: String(score) });
    expect(others.map((row) => row.guidance_id)).toEqual(['', '']);
    expect(csv.manifest.definitions).toHaveProperty('guidance_score');

    const table = ofAnswers(await inParquet((await exported('facts', 'parquet')).bytes));
    expect(table[1]).toMatchObject({ ...told, guidance_version: 1, guidance_score: score });
    expect(table[3]).toMatchObject({ guidance_id: null, guidance_score: null });

    const lines = ofAnswers(inLines((await exported('facts', 'jsonl')).bytes));
    expect(lines[1]).toMatchObject({ guidance: { id, version: 1, kind: 'answer', score } });
  });
});
