import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { BotTurn } from '../../protocol/bot.ts';
import { loopbackRanges } from '../../server/bots/addresses.ts';
import { collectReply } from '../../server/bots/collect.ts';
import { createHttpBot } from '../../server/bots/http.ts';
import { createOutbound } from '../../server/bots/outbound.ts';
import { type BotBehaviour, sse, startTestBot, type TestBot } from '../support/bot.ts';

const turn: BotTurn = {
  version: 1,
  site: 'pk_test',
  conversation: '0198c0de-0000-7000-8000-000000000001',
  turn: 3,
  text: 'Where is my card?',
  history: [],
  customer: { id: '0198c0de-0000-7000-8000-000000000002' },
};
const deadlines = { firstByteMs: 5_000, totalMs: 10_000 };

const call = createOutbound({ allowPrivate: loopbackRanges, retryAfterMs: 1 });
afterAll(call.close);

const open = new Set<TestBot>();
afterEach(async () => {
  for (const bot of open) await bot.close();
  open.clear();
});

async function ask(behave: BotBehaviour, limits = deadlines, signal = new AbortController().signal) {
  const bot = await startTestBot(behave);
  open.add(bot);
  const pieces: string[] = [];
  const end = await collectReply(
    createHttpBot({ url: bot.url, secret: 's' }, { call }),
    turn,
    limits,
    signal,
    (offset, text) => {
      expect(offset, 'pieces follow each other').toBe(pieces.join('').length);
      pieces.push(text);
    },
  );
  return { ...end, pieces, bot };
}

const asJson =
  (body: unknown, type = 'application/json') =>
  (_turn: BotTurn, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': type });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const raw = (text: string) => (_turn: BotTurn, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.end(text);
};
const end = 'event: end\ndata: {"outcome":"answered"}\n\n';
const text = (said: string) => `event: text\ndata: ${JSON.stringify({ text: said })}\n\n`;

describe('what a bot may answer', () => {
  const answered: [string, BotBehaviour, object][] = [
    [
      'JSON',
      asJson({ text: 'Yes.', sources: [{ title: 'A', url: 'https://a.example' }] }),
      {
        text: 'Yes.',
        outcome: 'answered',
        failure: null,
        sources: [{ title: 'A', url: 'https://a.example' }],
        handoff: null,
      },
    ],
    [
      'JSON of another name',
      asJson({ text: 'Yes.' }, 'application/vnd.acme+json; charset=utf-8'),
      { text: 'Yes.' },
    ],
    [
      'JSON that says more than we know',
      asJson({ text: 'Yes.', model: 'm', sources: [{ title: 'A', url: 'https://a.example', score: 1 }] }),
      { text: 'Yes.', sources: [{ title: 'A', url: 'https://a.example' }] },
    ],
    [
      'that it does not know',
      asJson({ text: 'I do not know.', outcome: 'unknown' }),
      { outcome: 'unknown', failure: null },
    ],
    [
      'only a wish for a person',
      asJson({ text: '', handoff: { reason: 'a complaint' } }),
      { outcome: 'answered', text: '', handoff: 'a complaint' },
    ],
    ['a long wish', asJson({ text: '', handoff: { reason: 'x'.repeat(900) } }), { handoff: 'x'.repeat(500) }],
    [
      'a stream',
      raw(`${text('Hello ')}${text('you')}${end}`),
      { text: 'Hello you', pieces: ['Hello ', 'you'] },
    ],
    [
      'a stream with comments, unknown events and line ends of all kinds',
      raw(
        `: hi\r\n\r\nevent: ping\rdata: x\r\revent: usage\ndata: {"tokens":1}\n\n${text('Yes')}retry: 10\nid: 4\n\n${end}`,
      ),
      { text: 'Yes', outcome: 'answered' },
    ],
    [
      'a stream that says more than we know',
      raw(
        `event: text\ndata: {"text":"Yes","id":7}\n\nevent: end\ndata: {"outcome":"unknown","usage":{}}\n\n`,
      ),
      { text: 'Yes', outcome: 'unknown' },
    ],
    [
      'a stream with data in two lines',
      raw(`event: text\ndata: {"text":\ndata: "Yes"}\n\n${end}`),
      { text: 'Yes' },
    ],
    ['nothing after the end', raw(`${text('Yes')}${end}${text('No')}not even sense`), { text: 'Yes' }],
    [
      'a wish in a stream',
      raw(`${text('I fetch someone.')}event: handoff\ndata: {"reason":"${'x'.repeat(600)}"}\n\n${end}`),
      { handoff: 'x'.repeat(500) },
    ],
    [
      'more sources than are shown',
      asJson({
        text: 'Yes.',
        sources: Array.from({ length: 30 }, (_, n) => ({ title: `${n}`, url: 'https://a.example' })),
      }),
      { sources: expect.objectContaining({ length: 10 }) },
    ],
  ];
  test.each(answered)('%s', async (_name, behave, expected) => {
    expect(await ask(behave)).toMatchObject(expected);
  });

  test('a stream that is cut anywhere, also inside a letter, is the same stream', async () => {
    const said = 'Grüße 👩‍👩‍👧 「はい」';
    const bytes = Buffer.from(
      `${text(said)}event: source\ndata: {"title":"Ä","url":"https://a.example"}\n\n${end}`,
    );
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const { text, outcome, sources } = await ask(async (_turn, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          for (const [index, from] of edges.slice(0, -1).entries()) {
            await new Promise((resolve) => response.write(bytes.subarray(from, edges[index + 1]), resolve));
            await new Promise(setImmediate);
          }
          response.end();
        });
        expect({ text, outcome, sources }).toEqual({
          text: said,
          outcome: 'answered',
          sources: [{ title: 'Ä', url: 'https://a.example' }],
        });
      }),
      { numRuns: 25 },
    );
  });
});

describe('a bot that does not do its part', () => {
  const failed: [string, BotBehaviour, string, string?][] = [
    ['status 500', (_turn, response) => response.writeHead(500).end('oh no'), 'rejected'],
    ['status 401', (_turn, response) => response.writeHead(401).end(), 'rejected'],
    [
      'a redirect',
      (_turn, response) => response.writeHead(307, { location: 'https://evil.example/' }).end(),
      'rejected',
    ],
    ['another type', asJson('<p>hi</p>', 'text/html'), 'malformed'],
    ['JSON that is none', asJson('{"text":'), 'malformed'],
    ['JSON of another shape', asJson({ answer: 'Yes.' }), 'malformed'],
    ['JSON with a text that is none', asJson({ text: 7 }), 'malformed'],
    ['an empty answer', asJson({ text: ' \n' }), 'malformed', ' \n'],
    ['an empty body', asJson(''), 'malformed'],
    ['an empty stream', raw(''), 'malformed'],
    ['a stream of nothing but an end', raw(end), 'malformed'],
    ['a stream without an end', raw(text('Half an ans')), 'malformed', 'Half an ans'],
    [
      'a stream whose last event is cut off',
      raw(`${text('Yes')}event: end\ndata: {"outcome"`),
      'malformed',
      'Yes',
    ],
    ['an event that is no JSON', raw(`${text('Yes')}event: text\ndata: {oops\n\n${end}`), 'malformed', 'Yes'],
    ['an event of another shape', raw(`event: text\ndata: {"text":null}\n\n${end}`), 'malformed'],
    ['an event that is null', raw(`event: text\ndata: null\n\n${end}`), 'malformed'],
    [
      'an outcome that is none',
      raw(`${text('Yes')}event: end\ndata: {"outcome":"stopped"}\n\n`),
      'malformed',
      'Yes',
    ],
    [
      'a text beyond all measure',
      raw(`${text('x'.repeat(15_000))}${text('y'.repeat(15_000))}${end}`),
      'too_large',
      'x'.repeat(15_000) + 'y'.repeat(5_000),
    ],
    ['a body beyond all measure', asJson({ text: 'Yes.', padding: 'x'.repeat(1_100_000) }), 'too_large'],
    ['a stream of rubbish without an end', raw(`: ${'x'.repeat(1_100_000)}`), 'too_large'],
  ];
  test.each(failed)('%s', async (_name, behave, failure, said = '') => {
    expect(await ask(behave)).toMatchObject({ outcome: 'failed', failure, text: said });
  });

  test('a connection that breaks in the middle', async () => {
    const broken: BotBehaviour = (_turn, response) => {
      sse(response).send('text', { text: 'Half' });
      setImmediate(() => response.destroy());
    };
    expect(await ask(broken)).toMatchObject({
      outcome: 'failed',
      failure: 'malformed',
      text: expect.stringMatching(/^(Half)?$/),
    });
  });

  test('nobody there', async () => {
    const bot = await startTestBot(() => undefined);
    await bot.close();
    const reply = collectReply(
      createHttpBot({ url: bot.url, secret: 's' }, { call }),
      turn,
      deadlines,
      new AbortController().signal,
      () => undefined,
    );
    expect(await reply).toMatchObject({ outcome: 'failed', failure: 'unreachable' });
  });

  const silent: [string, BotBehaviour, { firstByteMs: number; totalMs: number }, string][] = [
    ['never answers', () => undefined, { firstByteMs: 100, totalMs: 60_000 }, ''],
    [
      'sends headers and no word',
      (_turn, response) => void sse(response),
      { firstByteMs: 100, totalMs: 60_000 },
      '',
    ],
    [
      'starts and never ends',
      (_turn, response) => void sse(response).send('text', { text: 'Well' }),
      { firstByteMs: 60_000, totalMs: 300 },
      'Well',
    ],
  ];
  test.each(silent)(
    'one that %s is given up at its deadline, and told so',
    async (_name, behave, limits, said) => {
      let closed: Promise<void> = Promise.resolve();
      const reply = await ask((turn, response, request) => {
        closed = new Promise((resolve) => response.once('close', resolve));
        return behave(turn, response, request);
      }, limits);
      expect(reply).toMatchObject({ outcome: 'failed', failure: 'timeout', text: said });
      await closed;
    },
  );

  test('one that is not needed any more sees its request closed', async () => {
    const moved = new AbortController();
    let closed: Promise<void> = Promise.resolve();
    const reply = await ask(
      (_turn, response) => {
        closed = new Promise((resolve) => response.once('close', resolve));
        sse(response).send('text', { text: 'Well' });
        moved.abort();
      },
      deadlines,
      moved.signal,
    );
    expect(reply.failure).toBe('interrupted');
    await closed;
  });
});

test('a bot can check that we asked, just now, and that it is no repetition', async () => {
  const { bot } = await ask(asJson({ text: 'Yes.' }));
  const [request] = bot.requests as unknown as { headers: Record<string, string>; rawBody: string }[];
  const [, t = '', v1] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request?.headers['handrail-signature'] ?? '') ?? [];
  expect(v1).toBe(createHmac('sha256', 's').update(`${t}.${request?.rawBody}`).digest('hex'));
  expect(Math.abs(Number(t) * 1_000 - Date.now())).toBeLessThan(60_000);
  expect(request?.headers['idempotency-key']).toBe(`${turn.conversation}:3`);
  expect(bot.asked).toEqual([turn]);
});
