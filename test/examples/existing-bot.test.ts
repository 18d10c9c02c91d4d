import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BotTurn } from '../../protocol/bot.ts';
import { loopbackRanges } from '../../server/bots/addresses.ts';
import { collectReply } from '../../server/bots/collect.ts';
import { createHttpBot, sign } from '../../server/bots/http.ts';
import { createOutbound } from '../../server/bots/outbound.ts';
import { type DemoBot, startDemoBot } from '../../server/demo.ts';

const secret = 'a secret of the test';
const call = createOutbound({ allowPrivate: loopbackRanges });
const deadlines = { firstByteMs: 20_000, totalMs: 40_000 };
let bot: DemoBot;
let quiet: DemoBot;

beforeAll(async () => {
  bot = await startDemoBot(secret, { BOT_FAULTS: '1', BOT_PACE_MS: '1' });
  quiet = await startDemoBot(secret, { BOT_FAULTS: '0', BOT_PACE_MS: '0' });
});
afterAll(() => Promise.all([bot.stop(), quiet.stop(), call.close()]));

const turn = (text: string, history: BotTurn['history'] = []): BotTurn => ({
  version: 1,
  site: 'pk_test',
  conversation: '0198c0de-0000-7000-8000-000000000001',
  turn: 1,
  text,
  history,
  customer: { id: '0198c0de-0000-7000-8000-000000000002' },
});

const ask = (text: string, limits = deadlines, at = bot) =>
  collectReply(
    createHttpBot({ url: at.url, secret }, { call }),
    turn(text),
    limits,
    new AbortController().signal,
    () => {},
  );

const post = (body: string, headers: Record<string, string>) =>
  fetch(bot.url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test("the example bot is another company's program: it imports nothing of Handrail", () => {
  const folder = new URL('../../examples/existing-bot/', import.meta.url);
  const programs = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'evaluate.ts');
  expect(programs).toContain('main.ts');
  for (const name of programs) {
    const source = readFileSync(new URL(name, folder), 'utf8');
    for (const [, from] of source.matchAll(/from '([^']+)'/g)) expect(from, name).toMatch(/^(node:|\.\/)/);
  }
});

describe('the example bot behind the http adapter', () => {
  test('streams an answer with its source', async () => {
    const pieces: string[] = [];
    const end = await collectReply(
      createHttpBot({ url: bot.url, secret }, { call }),
      turn('How do I activate my card?'),
      deadlines,
      new AbortController().signal,
      (offset, text) => {
        expect(offset).toBe(pieces.join('').length);
        pieces.push(text);
      },
    );
    expect(pieces.length).toBeGreaterThan(5);
    expect(end).toMatchObject({ outcome: 'answered', failure: null, handoff: null, text: pieces.join('') });
    expect(end.sources[0]).toEqual({
      title: 'Activate your card',
      url: 'https://help.northcard.example/activate-your-card',
    });
    expect(end.text).toContain('1. Open **Card**');
  });

  test('says that it does not know, and hands over when asked', async () => {
    expect(await ask('Who won the match yesterday?')).toMatchObject({ outcome: 'unknown', sources: [] });
    expect(await ask('a real person please')).toMatchObject({
      outcome: 'answered',
      handoff: 'The customer asked for a person.',
    });
  });

  test.each([
    ['#crash', 'rejected'],
    ['#cut', 'malformed'],
    ['#broken', 'malformed'],
    ['#empty', 'malformed'],
    ['#long', 'too_large'],
  ])('fails on purpose with %s as %s', async (word, failure) => {
    expect(await ask(`${word} How do I activate my card?`)).toMatchObject({ outcome: 'failed', failure });
  });

  test('keeps what was said before the connection was cut', async () => {
    const { text } = await ask('#cut How do I activate my card?');
    expect(text).toMatch(/^Your card is sent switched off/);
  });

  test.each(['#hang', '#stall'])('runs into the deadline with %s', async (word) => {
    const limits = { firstByteMs: 1_500, totalMs: 1_500 };
    expect(await ask(`${word} How do I activate my card?`, limits)).toMatchObject({
      outcome: 'failed',
      failure: 'timeout',
    });
  });

  test('does not fail on purpose unless it is told to', async () => {
    expect(await ask('#crash How do I activate my card?', deadlines, quiet)).toMatchObject({
      outcome: 'answered',
    });
  });

  test('stops when the customer moves on', async () => {
    const moved = new AbortController();
    const end = await collectReply(
      createHttpBot({ url: bot.url, secret }, { call }),
      turn('#slow How do I activate my card?'),
      deadlines,
      moved.signal,
      () => moved.abort(),
    );
    expect(end).toMatchObject({ outcome: 'failed', failure: 'interrupted' });
    expect(end.text.split(' ').length).toBeLessThan(10);
    // It is there for the next question.
    expect(await ask('hello')).toMatchObject({ outcome: 'answered' });
  });

  test('is well while it hangs for somebody, and ends when told to', async () => {
    const own = await startDemoBot(secret, { BOT_FAULTS: '1' });
    const left = new AbortController();
    const hanging = collectReply(
      createHttpBot({ url: own.url, secret }, { call }),
      turn('#hang'),
      deadlines,
      left.signal,
      () => {},
    );
    const health = await fetch(new URL('/healthz', own.url));
    expect(await health.text()).toBe('ok');
    left.abort();
    await hanging;
    await own.stop();
    await expect(fetch(new URL('/healthz', own.url))).rejects.toThrow();
  });
});

describe('what the example bot refuses', () => {
  const body = JSON.stringify(turn('hello'));

  test.each([
    ['no signature', () => ({})],
    ['another secret', () => ({ 'handrail-signature': sign('guessed', body, Date.now()) })],
    ['another body', () => ({ 'handrail-signature': sign(secret, `${body} `, Date.now()) })],
    ['six minutes old', () => ({ 'handrail-signature': sign(secret, body, Date.now() - 360_000) })],
    ['from the future', () => ({ 'handrail-signature': sign(secret, body, Date.now() + 360_000) })],
    [
      'a later time put in',
      () => {
        const old = sign(secret, body, Date.now() - 360_000);
        return { 'handrail-signature': old.replace(/t=\d+/, `t=${Math.floor(Date.now() / 1_000)}`) };
      },
    ],
    ['rubbish', () => ({ 'handrail-signature': 't=1,v1=zz' })],
  ])('a signature with %s', async (_, headers) => {
    const response = await post(body, headers());
    expect(response.status).toBe(401);
  });

  test('a body that is no turn, though signed', async () => {
    for (const wrong of ['{', 'null', '[]', '{"text":1,"history":[]}', '{"text":"a","history":[null]}']) {
      const response = await post(wrong, { 'handrail-signature': sign(secret, wrong, Date.now()) });
      expect({ wrong, status: response.status }).toEqual({ wrong, status: 400 });
    }
  });

  test('a body that is too large', async () => {
    const large = 'x'.repeat(4_100_000);
    const response = await post(large, { 'handrail-signature': sign(secret, large, Date.now()) });
    expect(response.status).toBe(413);
  });

  test('other paths and methods', async () => {
    expect((await fetch(bot.url)).status).toBe(405);
    expect((await fetch(new URL('/admin', bot.url))).status).toBe(404);
  });

  test('a client that breaks off in the middle of its body does it no harm', async () => {
    await new Promise<void>((resolve) => {
      const broken = request(bot.url, { method: 'POST', headers: { 'content-length': '1000' } });
      broken.on('error', () => resolve());
      broken.write('{"text":');
      broken.on('socket', (socket) => socket.on('connect', () => broken.destroy()));
      broken.on('close', () => resolve());
    });
    expect(await ask('hello')).toMatchObject({ outcome: 'answered' });
  });
});
