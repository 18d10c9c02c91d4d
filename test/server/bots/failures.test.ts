import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { AnswerFailure } from '../../../protocol/conversation.ts';
import type { Site } from '../../../server/store/sites.ts';
import { conversationText } from '../../../widget/text/en/conversation.ts';
import { panelText } from '../../../widget/text/en/panel.ts';
import { failureLine } from '../../../widget/ui/failure-line.ts';
import { type BotBehaviour, sse, startTestBot, type TestBot } from '../../support/bot.ts';
import { connectCustomer } from '../../support/clients.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { noLimits } from '../requests.ts';

/** The words that customers read, written out: a change of them must be a decision. */
const brokenLine = "That didn't work on our side, not yours. Try once more, or talk to a person.";

let server: TestServer;
let bot: TestBot;
let site: Site;
let behave: BotBehaviour;
const trapped: string[] = [];
const trap = createServer((request, response) => {
  trapped.push(request.url ?? '');
  response.end('{"text":"From the inside."}');
});

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    botFirstByteMs: 400,
    botTotalMs: 900,
    // Here each failure is to be seen for itself.
    botCircuitFailures: 1_000_000,
  });
  bot = await startTestBot((...args) => behave(...args));
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await server.close();
  await bot.close();
  trap.close();
});

const trapUrl = () => {
  const address = trap.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/inside`;
};

/** A customer asks, the turn ends with this failure, the words are read, and a person can be had at once. */
async function expectHonestEnd(siteKey: string, failure: AnswerFailure, words: string, said = '') {
  const customer = await connectCustomer(server.url, siteKey);
  await customer.send('message:send', { text: 'Where is my card?' });
  const ended = await customer.until('answer.ended');
  expect(ended).toMatchObject({ turn: 1, outcome: 'failed', failure });
  expect(ended.text.startsWith(said)).toBe(true);
  expect(failureLine(ended.failure, conversationText)).toBe(words);
  expect([panelText.tryAgain, panelText.talkToHuman]).toEqual(['Try again', 'Talk to a human']);
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  expect(await customer.until('handoff.requested')).toMatchObject({ reason: 'customer_asked' });
  customer.close();
  return ended;
}

const json = (response: ServerResponse, body: string) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(body);

describe('a bot that fails: the turn ends, the customer reads why, and a person is one tap away', () => {
  const failing: [string, BotBehaviour, AnswerFailure, string?][] = [
    ['hangs before its first byte', () => undefined, 'timeout'],
    ['sends headers and hangs', (_turn, response) => void sse(response), 'timeout'],
    [
      'begins and hangs',
      (_turn, response) => void sse(response).send('text', { text: 'Well' }),
      'timeout',
      'Well',
    ],
    [
      'is so slow that it never gets there',
      (_turn, response) => {
        const stream = sse(response);
        stream.send('text', { text: 'Well' });
        const timer = setInterval(() => stream.send('text', { text: ', well' }), 50);
        response.once('close', () => clearInterval(timer));
      },
      'timeout',
      'Well',
    ],
    [
      'chatters on for 2 MB',
      (_turn, response) => {
        const stream = sse(response);
        for (let piece = 0; piece < 200; piece++) stream.send('text', { text: 'x'.repeat(10_000) });
        stream.end();
      },
      'too_large',
      'x'.repeat(20_000),
    ],
    [
      'sends 2 MB of nothing',
      (_turn, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`: ${'x'.repeat(2_000_000)}\n\n`);
      },
      'too_large',
    ],
    [
      'sends 2 MB of JSON',
      (_turn, response) => json(response, `{"text":"${'x'.repeat(2_000_000)}"}`),
      'too_large',
    ],
    [
      'sends a broken stream',
      (_turn, response) => {
        sse(response).send('text', { text: 'Half an ans' });
        response.end('event: text\ndata: {"text": \n\n');
      },
      'malformed',
      'Half an ans',
    ],
    [
      'forgets the end',
      (_turn, response) => {
        const stream = sse(response);
        stream.send('text', { text: 'Half an ans' });
        stream.end();
      },
      'malformed',
      'Half an ans',
    ],
    ['sends JSON that is none', (_turn, response) => json(response, '{"text":'), 'malformed'],
    ['sends JSON of another shape', (_turn, response) => json(response, '{"answer":"Yes."}'), 'malformed'],
    ['says nothing', (_turn, response) => json(response, '{"text":""}'), 'malformed'],
    ['answers with status 500', (_turn, response) => void response.writeHead(500).end('oh no'), 'rejected'],
    ['answers with status 503', (_turn, response) => void response.writeHead(503).end(), 'rejected'],
    ['does not know us', (_turn, response) => void response.writeHead(401).end(), 'rejected'],
    [
      'redirects to the metadata of the cloud',
      (_turn, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
      'rejected',
    ],
    [
      'redirects to this machine',
      (_turn, response) => void response.writeHead(307, { location: trapUrl() }).end(),
      'rejected',
    ],
    ['drops the connection', (_turn, _response, request) => void request.socket.destroy(), 'unreachable'],
  ];
  test.each(failing)('one that %s', async (_name, misbehave, failure, said) => {
    behave = misbehave;
    await expectHonestEnd(site.key, failure, brokenLine, said);
    expect(trapped).toEqual([]);
  });

  test('one that hangs can be left at once: asking for a person does not wait for it', async () => {
    behave = () => undefined;
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'hello?' });
    expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
    const requested = await customer.until('handoff.requested');
    const ended = await customer.until('answer.ended');
    expect(requested.seq).toBeLessThan(ended.seq);
    customer.close();
  });

  test('one at a private address that nobody allowed is not asked', async () => {
    // The next door's machine and the cloud's metadata, as an admin might enter them; only 127.0.0.0/8 is allowed here.
    for (const url of [
      'http://10.0.0.7/reply',
      'http://169.254.169.254/latest/',
      'http://[::ffff:10.0.0.7]/',
    ]) {
      const inside = await server.addSite({ kind: 'http', url, secret: 's' });
      await expectHonestEnd(inside.key, 'rejected', brokenLine);
    }
  });
});

/** A bot as a process of its own, which says one word of its answer and then waits. */
const program = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: text\\ndata: {"text":"Let me see"}\\n\\n');
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

describe('a bot whose process is killed', () => {
  async function startProcess() {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [port] = await once(createInterface({ input: child.stdout }), 'line');
    const kill = async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    };
    return { url: `http://127.0.0.1:${port}/reply`, kill };
  }

  test('in the middle of its answer: what it said stays', async () => {
    const { url, kill } = await startProcess();
    const own = await server.addSite({ kind: 'http', url, secret: 's' }, { limits: { totalMs: 60_000 } });
    const customer = await connectCustomer(server.url, own.key);
    const begun = once(customer.socket as Socket as never, 'answer:chunk');
    await customer.send('message:send', { text: 'Where is my card?' });
    await begun;
    await kill();
    const ended = await customer.until('answer.ended');
    expect(ended).toMatchObject({ outcome: 'failed', failure: 'malformed', text: 'Let me see' });
    expect(failureLine(ended.failure, conversationText)).toBe(brokenLine);
    customer.close();
  });

  test('before it is asked: it is unreachable, and a person is asked for as ever', async () => {
    const { url, kill } = await startProcess();
    await kill();
    const own = await server.addSite({ kind: 'http', url, secret: 's' });
    await expectHonestEnd(own.key, 'unreachable', brokenLine);
    const customer = await connectCustomer(server.url, own.key);
    expect(await customer.send('handoff:request', {}), 'without a word to the bot').toMatchObject({
      ok: true,
    });
    customer.close();
  });
});

describe('a server whose turn is given up on our side', () => {
  test('says that it broke off', () => {
    expect(failureLine('interrupted', conversationText)).toBe(
      'The answer broke off. That was on our side, not yours. Try once more, or talk to a person.',
    );
  });
});
