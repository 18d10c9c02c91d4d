import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ReplayReport, ReplayRun } from '../../protocol/replay.ts';
import { junitOf, linesOf } from '../../server/cli/replay-report.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import { connectCustomer } from '../support/clients.ts';
import { type FakeModel, startFakeModel } from '../support/fake-model.ts';
import { startHttpNlp, startRasaNlp } from '../support/foreign-bots/dialects.ts';
import { type NlpBot, trainNlpBot } from '../support/foreign-bots/nlp-bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { httpBot, of, openBots, question, replayStage } from './replay-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let nlp: NlpBot;
let model: FakeModel;
const bots = openBots();
const { opened, saying } = bots;

beforeAll(async () => {
  // nlp.js prints a line for each round of its training.
  const quiet = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  [server, nlp, model] = await Promise.all([
    startTestServer(inject('postgresUrl'), noLimits),
    trainNlpBot(),
    startFakeModel(),
  ]);
  quiet.mockRestore();
});
afterAll(async () => {
  await server.close();
  await bots.close();
  await model.close();
});

const stage = (bot: SiteBot) => replayStage(server, bot);

describe('a replay', () => {
  test('asks a foreign bot with and without, in no conversation, marked as what it is', async () => {
    const bot = await opened(startHttpNlp(nlp));
    const { site, editor, replayed, saved, get } = await stage(httpBot(bot));
    const { id } = await editor.live({
      text: 'Refunds take **three** days.',
      examples: [question, 'I want my money back'],
    });
    await saved(id, { neighbours: ['When are you open?'], checks: { contains: ['three days'] } });

    const { run, results } = await replayed({ botVersion: '1.0' });
    expect(run).toMatchObject({
      state: 'done',
      by: 'Adam',
      botVersion: '1.0',
      total: 3,
      counts: { passed: 3, failed: 0, open: 0 },
    });
    expect(of({ run, results }, question)).toMatchObject({
      verdict: 'passed',
      applied: { id, version: 1, kind: 'answer' },
      without: 'Refunds take five days.',
      with: 'Refunds take **three** days.',
      isRightAlone: false,
      checks: [{ check: 'contains', passed: true }],
    });
    expect(of({ run, results }, question).diff.filter(({ in: where }) => where !== 'both')).toEqual([
      { in: 'without', text: ' five' },
      { in: 'with', text: ' **three**' },
    ]);
    expect(of({ run, results }, 'When are you open?')).toMatchObject({
      kind: 'neighbour',
      verdict: 'passed',
      applied: null,
      with: 'We are open from nine to five.',
    });

    expect(bot.requests).toHaveLength(3);
    expect(new Set(bot.requests.map(({ body }) => body?.conversation)).size).toBe(3);
    for (const { body, headers } of bot.requests) {
      expect(body).toMatchObject({ replay: true, history: [], turn: 1 });
      expect(headers['handrail-replay']).toBe('1');
    }
    const left =
      'select (select count(*) from conversations where site_id = $1) + (select count(*) from bot_sessions) as n';
    expect(await inDatabase(server.databaseUrl, left, [site.id])).toMatchObject([{ n: '0' }]);
    expect(await get(`replays?guidance=${id}`)).toMatchObject({ items: [{ botVersion: '1.0' }], next: null });
  });

  test('gives a hint in the dialect of the bot, and sees whether it was followed', async () => {
    const rasa = await opened(startRasaNlp(nlp));
    const heedless = await stage({ kind: 'rasa', url: `${rasa.url}/webhooks/rest/webhook`, token: null });
    const hint = { kind: 'hint' as const, text: 'Refunds take three days.', examples: [question] };
    const checks = { contains: ['three days'], notContains: ['five days'] };
    const { id } = await heedless.editor.live(hint);
    await heedless.saved(id, { checks });
    const ignored = await heedless.replayed();
    expect(of(ignored, question)).toMatchObject({
      verdict: 'wrong',
      without: 'Refunds take five days.',
      with: 'Refunds take five days.',
      checks: [{ passed: false }, { passed: false }],
    });
    expect(rasa.requests.map(({ body }) => body?.metadata)).toContainEqual(
      expect.objectContaining({ replay: true, hint: { guidance: id, version: 1, text: hint.text } }),
    );

    const bot = await saying((_, told) => told ?? 'Refunds take five days.');
    const heeding = await stage(httpBot(bot));
    const { id: other } = await heeding.editor.live(hint);
    await heeding.saved(other, { checks });
    const followed = await heeding.replayed();
    // The version that the bot says it is.
    expect(followed.run).toMatchObject({ botVersion: '7', counts: { passed: 1, failed: 0, open: 0 } });
    expect(of(followed, question)).toMatchObject({ with: hint.text, isRightAlone: false });
  });

  test('says where a close question is answered otherwise than in the version before, and fails nothing for it', async () => {
    let [version, answer] = ['1', 'Open from **nine**.'];
    const bot = await saying(
      () => answer,
      () => version,
    );
    const { editor, replayed, saved } = await stage(httpBot(bot));
    const { id } = await editor.live({ text: 'Refunds take three days.', examples: [question] });
    const close = 'When are you open?';
    await saved(id, { neighbours: [close], checks: { contains: ['three days'] } });
    // The first one is held against nothing, and one that only looks otherwise is the same.
    expect(of(await replayed(), close)).toMatchObject({ verdict: 'passed', before: null });
    [version, answer] = ['2', 'open from nine.'];
    expect(of(await replayed(), close)).toMatchObject({ verdict: 'passed', before: null });
    [version, answer] = ['3', 'Open from eight.'];
    const otherwise = await replayed();
    expect(otherwise.run.counts).toEqual({ passed: 2, failed: 0, open: 0 });
    expect(of(otherwise, close)).toMatchObject({
      verdict: 'passed',
      before: {
        botVersion: '2',
        answer: 'open from nine.',
        diff: [
          { in: 'without', text: 'open' },
          { in: 'with', text: 'Open' },
          { in: 'both', text: ' from' },
          { in: 'without', text: ' nine' },
          { in: 'with', text: ' eight' },
          { in: 'both', text: '.' },
        ],
      },
    });
    // Asked once more in the same version: still held against the one before, and not against itself.
    expect(of(await replayed(), close)).toMatchObject({ before: { botVersion: '2' } });
    expect(of(otherwise, question).before).toBeNull();
    // What was found then stays as it was found, whatever came later.
    [version, answer] = ['4', 'Open from eight.'];
    expect(of(await replayed(), close).before).toBeNull();

    const printed = linesOf(otherwise).join('\n');
    expect(printed).toContain('says something else than in version 2');
    expect(printed).toMatch(/before: {2}open from nine\.\n +now: {5}Open from eight\./);
    const junit = junitOf(otherwise);
    expect(junit).toContain('failures="0" errors="0"');
    expect(junit).toMatch(/name="neighbour: When are you open\?">\n +<system-out>/);
  });

  test('holds a bot version back in which an old failure fails again', async () => {
    let [version, answer] = ['1', 'Refunds take five days.'];
    const bot = await saying(
      () => answer,
      () => version,
    );
    const { editor, replayed, saved, get } = await stage(httpBot(bot));
    const { id } = await editor.live({ text: 'Refunds take three days.', examples: [question] });
    await saved(id, { checks: { contains: ['three days'] } });
    // It never knew: the guidance helps, and that is enough.
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'passed', isRightAlone: false });
    [version, answer] = ['2', 'It takes three days.'];
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'passed', isRightAlone: true });
    [version, answer] = ['3', 'Refunds take five days.'];
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'relapsed', rightBefore: '2' });
    // The next one is not let off because the one before was wrong, too.
    version = '4';
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'relapsed', rightBefore: '2' });
    // Whoever can live with it says so by saying again what is asked.
    await saved(id, { checks: { contains: ['three days'] } });
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'passed', rightBefore: null });
    const { items } = await get<{ items: ReplayRun[] }>(`replays?guidance=${id}`);
    expect(items.map(({ botVersion, counts }) => [botVersion, counts.failed])).toEqual([
      ['4', 0],
      ['4', 1],
      ['3', 1],
      ['2', 0],
      ['1', 0],
    ]);
  });

  test('tries a draft before anybody approves it, and finds the close questions that it would change', async () => {
    const bot = await saying((text) => `You said: ${text}`);
    const { editor, replayed, saved } = await stage(httpBot(bot));
    const { id } = await editor.live({ examples: [question] });
    await saved(id, { questions: ['How is my refund doing?'], neighbours: ['Where is my parcel?'] });
    const live = await replayed();
    expect(of(live, 'How is my refund doing?')).toMatchObject({ verdict: 'missed', applied: null });
    expect(of(live, 'Where is my parcel?')).toMatchObject({ verdict: 'passed' });

    const wide = ['How is my refund doing?', question];
    await editor.done('change', {
      id,
      base: 1,
      kind: 'answer',
      text: 'Soon.',
      examples: wide,
      scope: {},
      reason: '',
      isProposed: false,
    });
    await saved(id, {});
    const draft = await replayed({ guidance: id, version: 2 });
    expect(draft.run).toMatchObject({ guidance: id, version: 2, counts: { failed: 0 } });
    expect(of(draft, 'How is my refund doing?')).toMatchObject({
      version: 2,
      verdict: 'passed',
      with: 'Soon.',
    });
    // As alike as the very question: whoever has said that it must not get it hears of that.
    await saved(id, { neighbours: ['Where is my own refund?'] });
    expect(of(await replayed({ guidance: id, version: 2 }), 'Where is my own refund?')).toMatchObject({
      kind: 'neighbour',
      verdict: 'changed',
      applied: { id, version: 2 },
      with: 'Soon.',
    });
    // What customers get has not changed by that.
    expect(of(await replayed(), question)).toMatchObject({ version: 1 });
  });

  test('takes neighbours from what customers asked, none with personal data, and none once they are gone', async () => {
    const bot = await saying(() => 'Hm.');
    const { site, editor, replayed } = await stage(httpBot(bot));
    const past = [
      'Where is my new refund form?',
      'Where is the refund of kim@example.com?',
      question,
      'Do you sell hats?',
    ];
    const customers = [];
    for (const text of past) {
      const customer = await connectCustomer(server.url, site.key);
      await customer.send('message:send', { text });
      await customer.until('answer.ended');
      customer.close();
      customers.push(customer);
    }
    const { id } = await editor.live({ examples: [question] });
    const first = await replayed({ guidance: id });
    const neighbours = ({ results }: ReplayReport) =>
      results.flatMap((one) => (one.kind === 'neighbour' ? [one.question] : []));
    expect(neighbours(first)).toContain(past[0]);
    expect(neighbours(first).join()).not.toMatch(/kim@/);
    expect(neighbours(first)).not.toContain(question);

    // Another version keeps the neighbours of the one before.
    await editor.done('change', {
      id,
      base: 1,
      kind: 'answer',
      text: 'Soon.',
      examples: [question, 'Where is my new refund?'],
      scope: {},
      reason: '',
      isProposed: true,
    });
    expect(neighbours(await replayed({ guidance: id }))).toContain(past[0]);

    const gone = customers[0]?.conversationId ?? '';
    await inDatabase(server.databaseUrl, 'delete from conversations where id = $1', [gone]);
    expect(neighbours(await replayed({ guidance: id }))).not.toContain(past[0]);
    const { id: firstRun } = first.run;
    const again = await server.store.replayReports.report(firstRun, [site.id]);
    expect(JSON.stringify(again)).not.toContain(past[0]);
  });

  test('never takes silence for a yes: of a judge, or of the bot', async () => {
    const bot = await saying(() => 'Refunds take three days.');
    const { site, editor, replayed, saved } = await stage(httpBot(bot));
    const { id } = await editor.live({ text: 'Three days.', examples: [question] });
    await saved(id, { checks: { judge: 'Names the days.' } });
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'unjudged', checks: [{ passed: null }] });
    await server.store.sites.setJudge(site.id, { url: model.url, key: '', model: 'm', band: 0 });
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'passed', isRightAlone: true });
    model.says('no');
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'wrong' });
    model.says('Sure, yes!');
    expect(of(await replayed(), question)).toMatchObject({ verdict: 'unjudged' });
    model.says('yes');

    const down = await stage({ kind: 'http', url: 'http://127.0.0.1:1/reply', secret: 's'.repeat(16) });
    const examples = Array.from({ length: 12 }, (_, at) => `Where is refund ${'x'.repeat(at + 1)}?`);
    await down.editor.live({ text: 'Three days.', examples });
    const { run, results } = await down.replayed();
    expect(run).toMatchObject({ state: 'done', counts: { passed: 0, failed: 0, open: 12 } });
    for (const one of results) expect(one).toMatchObject({ verdict: 'unasked', failure: 'unreachable' });
  });
});
