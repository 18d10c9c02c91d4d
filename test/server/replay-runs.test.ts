import { randomUUID } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ReplayRun } from '../../protocol/replay.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import { type JsonRequest, startJsonServer } from '../support/foreign-bots/json-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { httpBot, openBots, question, replayStage } from './replay-stage.ts';
import { expectProblem, noLimits } from './requests.ts';

let server: TestServer;
const bots = openBots();
const { opened, saying } = bots;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(async () => {
  await server.close();
  await bots.close();
});

const stage = (bot: SiteBot) => replayStage(server, bot);

describe('runs', () => {
  test('are one at a time, can be stopped, and keep what was asked', async () => {
    const asked: (() => void)[] = [];
    const bot = await opened(
      startJsonServer(async ({ body }: JsonRequest) => {
        if (String(body?.text).includes('slow')) await new Promise<void>((resolve) => asked.push(resolve));
        return { text: 'Hm.' };
      }),
    );
    const { editor, begin, post, report } = await stage(httpBot(bot));
    await editor.live({ examples: ['Is it quick?', 'Is it slow?', 'Is it so slow?', 'Is it as slow?'] });
    const { id } = (await (await begin()).json()) as ReplayRun;
    await vi.waitFor(async () => {
      expect(asked).toHaveLength(3);
      expect((await report(id)).run.counts.passed + (await report(id)).run.counts.failed).toBe(1);
    });
    await expectProblem(await begin(), 'replay_running');
    const stopped = (await (await post('replays/stop', { id })).json()) as ReplayRun;
    expect(stopped).toMatchObject({ state: 'interrupted', problem: 'stopped by Adam', total: 4 });
    for (const answer of asked) answer();
    expect((await report(id)).results.map(({ verdict }) => verdict !== null)).toContain(false);
    // There is room for the next one.
    expect((await begin()).status).toBe(201);
    for (const answer of asked) answer();
  });

  test('that another process has left are gone on with, and nothing is asked twice', async () => {
    const bot = await saying((text) => `You said: ${text}`);
    const { site, editor, ended } = await stage(httpBot(bot));
    const { id } = await editor.live({ examples: ['Is it red?', 'Is it blue?', 'Is it green?'] });
    const at = Date.now();
    const run = { id: randomUUID(), siteId: site.id, botVersion: null, guidance: null, version: null };
    await server.store.replays.begin({ ...run, by: 'Ada', startedAt: at, leaseUntil: at + 60_000 });
    const question = { guidance_id: id, version: 1, kind: 'must_get' as const, conversation_id: null };
    const all = ['Is it red?', 'Is it blue?', 'Is it green?'].map((text) => ({
      ...question,
      question: text,
    }));
    await server.store.replays.choose(run.id, all);
    const came = { applied: null, without: 'Red.', with: 'Red.', checks: [], isRightAlone: null };
    const outcome = { ...came, verdict: 'missed' as const, rightBefore: null, failure: null };
    await server.store.replays.keep(run.id, 0, outcome);
    // As pg-boss does it with the job of a process that died.
    await server.app.jobs.plan('replay', [{ id: randomUUID(), data: { id: run.id, part: 0 }, dueAt: at }]);
    const { run: now, results } = await ended(run.id);
    expect(now).toMatchObject({ state: 'done', total: 3, botVersion: '7', counts: { passed: 2, failed: 1 } });
    expect(results[0]).toMatchObject({ verdict: 'missed', without: 'Red.' });
    expect(bot.requests.map(({ body }) => body?.text).toSorted()).toEqual(['Is it blue?', 'Is it green?']);
  });

  test("whose process died are ended as interrupted, and are in nobody's way", async () => {
    const bot = await saying(() => 'Hm.');
    const { site, editor, replayed, report } = await stage(httpBot(bot));
    await editor.live({ examples: [question] });
    const dead = {
      id: randomUUID(),
      siteId: site.id,
      botVersion: null,
      guidance: null,
      version: null,
      by: null,
    };
    const at = Date.now() - 60_000;
    await server.store.replays.begin({ ...dead, startedAt: at, leaseUntil: at + 30_000 });
    expect((await replayed()).run.state).toBe('done');
    expect((await report(dead.id)).run).toMatchObject({ state: 'interrupted', problem: 'its process died' });
  });

  test.each<[string, SiteBot, RegExp]>([
    ['in the page', { kind: 'page' }, /function in the page/],
    [
      'that answers into a conversation',
      { kind: 'chatwoot', url: 'http://127.0.0.1:1', token: 't', secret: 's' },
      /Chatwoot/,
    ],
  ])('are not begun where the bot is one %s', async (_, bot, why) => {
    const { begin } = await stage(bot);
    const problem = (await (await begin()).json()) as { code: string; detail: string };
    expect(problem).toMatchObject({ code: 'bot_not_askable', detail: expect.stringMatching(why) });
  });

  test('concern the own sites only: cases, starts and reports', async () => {
    const bot = await saying(() => 'Hm.');
    const [one, other] = [await stage(httpBot(bot)), await stage(httpBot(bot))];
    const { id } = await one.editor.live({ examples: [question] });
    const { run } = await one.replayed();
    await expectProblem(
      await other.post('guidance/case', { id, questions: [], neighbours: [], checks: null }),
      'not_found',
    );
    await expectProblem(await other.begin({ guidance: id }), 'not_found');
    await expectProblem(await other.post('replays/stop', { id: run.id }), 'not_found');
    const lines = JSON.stringify({ guidance: id });
    await expectProblem(await other.post('replays/import', { site: other.site.key, lines }), 'invalid');
    expect(await other.get('replays')).toEqual({ items: [], next: null });
  });
});

describe('cases', () => {
  test('come as JSONL, all or none, and the fault is named with its line', async () => {
    const { site, editor, post, get } = await stage({ kind: 'page' });
    const { id } = await editor.live({ text: 'Five days.', examples: [question] });
    expect(await get(`guidance/${id}/case`)).toMatchObject({
      questions: [],
      checks: null,
      examples: [question],
      usual: { similar: { text: 'Five days.' } },
      changedBy: null,
    });
    const good = {
      guidance: id,
      questions: ['Refund?'],
      neighbours: ['Parcel?'],
      checks: { contains: ['five'] },
    };
    const imported = (...lines: object[]) =>
      post('replays/import', { site: site.key, lines: lines.map((one) => JSON.stringify(one)).join('\n') });
    const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail;
    expect(await detailOf(await imported(good, { guidance: uuidv7() }))).toBe(
      'line 2: this site has no such guidance',
    );
    expect(await detailOf(await imported(good, { guidance: 'x' }))).toMatch(/^line 2: guidance /);
    expect(await detailOf(await imported(good, good))).toBe('line 2: the guidance is there already');
    expect(await get(`guidance/${id}/case`)).toMatchObject({ questions: [] });
    expect(await (await imported(good)).json()).toEqual({ cases: 1 });
    expect(await get(`guidance/${id}/case`)).toMatchObject({ questions: ['Refund?'], changedBy: 'Adam' });
  });
});
