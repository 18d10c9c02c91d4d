import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ExportContent, ExportFormat } from '../../protocol/exports.ts';
import { atTheBeginning, type Checkpoint } from '../../server/exports/checkpoint.ts';
import { formats } from '../../server/exports/formats.ts';
import { runExport } from '../../server/exports/pipeline.ts';
import { sourceOf } from '../../server/exports/sources.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { ExportAsk } from '../../server/store/exports.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { exportOf, leaveMany, scheduleOf } from './exports-stage.ts';
import { leaveFeedback } from './feedback-data.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let lead: Agent;
const rows = 4_300;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  lead = await server.addAgent(site, 'Lea', 'lead');
  await leaveMany(server, site, rows);
  // More than a page of facts, without playing each of them; in a conversation of their own.
  const long = await leaveFeedback(server, site, { question: 'Long?', answer: 'Yes.' });
  await inDatabase(
    server.databaseUrl,
    `insert into facts (conversation_id, seq, type, at, body)
     select conversation_id, 1000 + n, type, at, jsonb_set(body, '{seq}', to_jsonb(1000 + n))
     from facts, generate_series(1, 12000) n where seq = 1 and conversation_id = $1`,
    [long],
  );
});
afterAll(async () => {
  await inDatabase(server.databaseUrl, 'delete from facts where seq > 1000');
  await server.close();
});

const stepsOf = (ask: ExportAsk, from: Checkpoint = atTheBeginning) =>
  runExport(ask, sourceOf(server.store, [site.id], ask), from);

async function unbroken(ask: ExportAsk) {
  const parts: Uint8Array[] = [];
  let steps = 0;
  for await (const { bytes } of stepsOf(ask)) {
    parts.push(bytes);
    steps += 1;
  }
  return { bytes: Buffer.concat(parts), steps };
}

/** Each step by a process of its own, which knows what the one before kept and nothing else. */
async function broken(ask: ExportAsk): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let kept: Checkpoint = atTheBeginning;
  while (!kept.isDone) {
    for await (const { bytes, checkpoint } of stepsOf(ask, kept)) {
      parts.push(bytes);
      expect(checkpoint.bytes).toBe(Buffer.concat(parts).length);
      kept = JSON.parse(JSON.stringify(checkpoint));
      break;
    }
  }
  return Buffer.concat(parts);
}

const shapes = (Object.keys(formats) as ExportFormat[]).flatMap((format): [ExportContent, ExportFormat][] =>
  ['csv', 'jsonl', 'parquet'].includes(format)
    ? [
        ['feedback', format],
        ['facts', format],
      ]
    : [['feedback', format]],
);

describe('what goes on from where it stopped is the same, byte for byte', () => {
  test.each(shapes)('%s as %s', async (content, format) => {
    const ask = { content, format, filter: { until: Date.now() }, isRedacted: true };
    const { bytes, steps } = await unbroken(ask);
    expect(steps).toBeGreaterThan(3);
    expect((await broken(ask)).equals(bytes)).toBe(true);
  });

  test('an export whose server dies is finished by another one', async () => {
    const id = await exportOf(server, site, lead);
    const first = await server.store.exports.byId(id);
    if (first === null) throw new Error('the export is not there');
    let number = 0;
    let at = 0;
    for await (const { bytes, checkpoint } of stepsOf(first.ask)) {
      const step = { number, at, bytes, checkpoint, isLast: false, now: 0 };
      expect(await server.store.exports.keepStep(id, step)).toBe(true);
      // Somebody who believes to be at it still keeps nothing.
      expect(await server.store.exports.keepStep(id, step)).toBe(false);
      number += 1;
      at = checkpoint.bytes;
      if (number === 3) break;
    }
    const second = await startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl);
    try {
      const state = async () => (await server.store.exports.byId(id))?.state;
      await expect.poll(state, { timeout: 20_000 }).toBe('done');
      const parts: Buffer[] = [];
      const size = (await unbroken(first.ask)).bytes;
      for await (const part of second.store.exports.bytes(id, 0, size.length)) parts.push(part);
      expect(Buffer.concat(parts).equals(size)).toBe(true);
    } finally {
      await second.close();
    }
  });
});

describe('a scheduled export', () => {
  const due = async (id: string, nextAt: number) => {
    await inDatabase(
      server.databaseUrl,
      `update export_schedules set last_at = 1700000001000, next_at = $2 where id = $1`,
      [id, nextAt],
    );
    const second = await startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl);
    return second;
  };
  const madeBy = async (id: string) =>
    (await server.store.exports.ofSites([site.id])).filter(({ scheduleId }) => scheduleId === id);

  test('has what came since the one before, once, and comes again', async () => {
    const id = await scheduleOf(server, site, lead);
    const now = Date.now();
    const second = await due(id, now - 60_000);
    try {
      await expect
        .poll(async () => (await madeBy(id)).map(({ state }) => state), { timeout: 20_000 })
        .toEqual(['done']);
      const [made] = await madeBy(id);
      expect(made?.ask.filter).toEqual({ from: 1_700_000_001_000, until: now - 60_000 });
      expect(made?.total).toBe(rows - 1_000 + 1);
      const [schedule] = await server.store.exportSchedules.ofSites([site.id]);
      expect(schedule).toMatchObject({ lastAt: now - 60_000, by: 'Lea' });
      expect(schedule?.nextAt).toBeGreaterThan(now);
    } finally {
      await second.close();
    }
  });

  test('ends when its person may not have it any more', async () => {
    const was = await server.addAgent(site, 'Tom', 'lead');
    const id = await scheduleOf(server, site, was);
    await inDatabase(server.databaseUrl, `update agents set role = 'agent' where id = $1`, [was.id]);
    const second = await due(id, Date.now() - 60_000);
    try {
      await vi.waitFor(async () => expect(await server.store.exportSchedules.byId(id)).toBeNull(), 20_000);
      expect(await madeBy(id)).toEqual([]);
    } finally {
      await second.close();
    }
  });
});

test('what a customer asked not to be trained on is in no export, nor is anything of its conversation', async () => {
  const other = await server.addSite({ kind: 'page' });
  const said = { answer: 'Yes.', verdict: 'down' } as const;
  await leaveFeedback(server, other, { ...said, question: 'Mine?', doNotTrain: true });
  const kept = await leaveFeedback(server, other, { ...said, question: 'Ours?' });
  const facts = await inDatabase(server.databaseUrl, 'select from facts where conversation_id = $1', [kept]);
  for (const [content, written, withheld] of [
    ['feedback', 1, 1],
    ['facts', facts.length, facts.length],
  ] as const) {
    const ask: ExportAsk = { content, format: 'jsonl', filter: {}, isRedacted: true };
    const source = sourceOf(server.store, [other.id], ask);
    let text = '';
    let end: Checkpoint = atTheBeginning;
    for await (const { bytes, checkpoint } of runExport(ask, source, atTheBeginning)) {
      text += Buffer.from(bytes).toString();
      end = checkpoint;
    }
    expect(end).toMatchObject({ rows: written + withheld, written, leftOut: { do_not_train: withheld } });
    expect(text).toContain('Ours?');
    expect(text).not.toContain('Mine?');
  }
});
