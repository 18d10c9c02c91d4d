import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { isCommand } from '../../widget/core/outbox-rules.ts';
import { createLive, type Live, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser, impatient } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
let database: Awaited<ReturnType<typeof createDatabase>>;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  server = await startTestServer(inject('postgresUrl'), {}, database.url);
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterEach(() => chats.closeAll());
afterAll(async () => {
  await server.close();
  await bot.close();
  await database.drop();
});

/** A live connection with faults. */
const faulty = (spoil: (live: Live, options: LiveOptions) => Partial<Live>) => ({
  loadLive: async () => ({
    createLive: (options: LiveOptions) => {
      const live = createLive(options);
      return { ...live, ...spoil(live, options) };
    },
  }),
});

const sent = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

describe('[D1] [D3] [D6] what is sent arrives once and in order', () => {
  test('when the server goes down in the middle and comes back', async () => {
    const { chat, browser } = chats.open();
    const other = chats.open({ browser });
    other.chat.start();
    chat.requestHuman();
    await until('waiting', () => chat.transcript.value.status === 'waiting');
    const texts = sent(12);
    for (const text of texts.slice(0, 6)) chat.send(text);
    await until('the first ones', () => messages(chat).length > 1);
    const port = Number(new URL(server.url).port);
    const closing = server.close();
    for (const text of texts.slice(6, 9)) chat.send(text);
    await closing;
    for (const text of texts.slice(9)) chat.send(text);
    await until('offline', () => chat.connection.value === 'offline');
    server = await startTestServer(inject('postgresUrl'), { port }, database.url);
    await until('online', () => chat.connection.value === 'online');
    await until('all', () => messages(chat).length >= 12);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    expect(messages(chat)).toEqual(texts);
    await until('all in the other tab', () => messages(other.chat).length >= 12);
    expect(messages(other.chat)).toEqual(texts);
  });

  test('when the answers of the socket get lost, with all that was told on that connection', async () => {
    let sends = 0;
    let isDeaf = false;
    const { chat } = chats.open({
      surroundings: {
        loadLive: async () => ({
          createLive(options: LiveOptions) {
            const facts: typeof options.on.facts = (event) => {
              if (!isDeaf) options.on.facts(event);
            };
            const live = createLive({ ...options, on: { ...options.on, facts } });
            return {
              ...live,
              async command(name, body) {
                isDeaf = sends++ % 2 === 0;
                const reply = await live.command(name, body);
                if (!isDeaf) return reply;
                live.disconnect();
                isDeaf = false;
                throw new Error('socket has been disconnected');
              },
            } satisfies Live;
          },
        }),
      },
    });
    const texts = sent(4);
    for (const text of texts) chat.send(text);
    await until('all', () => messages(chat).length >= 4);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    expect(messages(chat)).toEqual(texts);
    expect(sends, 'some were sent again').toBeGreaterThan(4);
  });

  test('when no answer comes on a connection that looks alive', async () => {
    let isDeaf = true;
    const { chat } = chats.open({
      surroundings: faulty((live) => ({
        async command(name, body) {
          const reply = await live.command(name, body);
          if (!isDeaf) return reply;
          isDeaf = false;
          throw new Error('operation has timed out');
        },
      })),
    });
    chat.send('Once');
    await until('an empty outbox', () => messages(chat).length > 0 && chat.outbox.value.length === 0);
    expect(messages(chat)).toEqual(['Once']);
  });

  test('when the answers of plain HTTP get lost, and the server is busy in between', async () => {
    let calls = 0;
    const { chat } = chats.open({
      surroundings: {
        pace: impatient,
        loadLive: () => Promise.reject(new TypeError('blocked')),
        async fetch(url: string, init: RequestInit) {
          if (!url.includes('/v1/commands/')) return fetch(url, init);
          calls += 1;
          if (calls % 3 === 1) {
            const busy = { code: 'unavailable', title: '', retryable: true, retryAfterMs: 20 };
            return Response.json(busy, { status: 503 });
          }
          const reply = await fetch(url, init);
          if (calls % 3 === 0) return reply;
          throw new TypeError('Failed to fetch');
        },
      },
    });
    const texts = sent(3);
    for (const text of texts) chat.send(text);
    await until('all', () => messages(chat).length >= 3);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    expect(messages(chat)).toEqual(texts);
    expect(calls).toBeGreaterThanOrEqual(6);
  });

  test('when a tab dies while it sends', async () => {
    const browser = createBrowser();
    const hung = chats.open({
      browser,
      surroundings: faulty(() => ({ command: () => new Promise(() => {}) })),
    });
    hung.chat.send('One');
    hung.chat.send('Two');
    await until('sending', () => hung.chat.outbox.value[0]?.state === 'sending');
    const { chat } = chats.reload(hung);
    chat.start();
    await until('both', () => messages(chat).length === 2);
    expect(messages(chat)).toEqual(['One', 'Two']);
  });
});

test('[D6] a message that is too long fails visibly, does not hold up the next, and is discarded', async () => {
  const { chat } = chats.open();
  chat.send('x'.repeat(8_001));
  chat.send('short');
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(messages(chat)).toEqual(['short']);
  const failed = await until(
    'the failed one alone',
    () => chat.outbox.value.length === 1 && chat.outbox.value[0],
  );
  expect(failed).toMatchObject({ state: 'failed', code: 'too_large' });
  chat.retrySend(failed.cid);
  expect(chat.outbox.value[0]?.state, 'as long as before').toBe('failed');
  chat.discard(failed.cid);
  expect(chat.outbox.value).toEqual([]);
});

test('[D6] what the server refuses for good can be sent again, or under a new cid if the old one is taken', async () => {
  let isRefusing = true;
  const { chat } = chats.open({
    surroundings: faulty((live) => ({
      async command(name, body) {
        if (!isRefusing) return live.command(name, body);
        return {
          ok: false,
          code: 'text' in body && body.text === 'a' ? 'cid_reused' : 'forbidden',
          message: '',
          retryable: false,
        };
      },
    })),
  });
  chat.send('a');
  chat.send('b');
  await until('both failed', () => chat.outbox.value.filter((item) => item.state === 'failed').length === 2);
  const [a, b] = chat.outbox.value;
  expect([a?.code, b?.code]).toEqual(['cid_reused', 'forbidden']);
  isRefusing = false;
  chat.retrySend(b?.cid ?? '');
  await until('b', () => messages(chat).includes('b'));
  chat.retrySend(a?.cid ?? '');
  await until('a', () => messages(chat).includes('a'));
  const cids = chat.transcript.value.items.flatMap((item) => (item.kind === 'message' ? [item.cid] : []));
  expect(cids).toContain(b?.cid);
  expect(cids).not.toContain(a?.cid);
});

test('[D6] what breaks the connection three times is set aside, and what is behind it is sent', async () => {
  let breaks = 0;
  const { chat } = chats.open({
    surroundings: faulty((live) => ({
      async command(name, body) {
        if (!('text' in body && body.text === 'poison')) return live.command(name, body);
        breaks += 1;
        live.disconnect();
        throw new Error('socket has been disconnected');
      },
    })),
  });
  chat.send('poison');
  chat.send('fine');
  await until('the one behind', () => messages(chat).includes('fine'));
  expect(breaks).toBe(3);
  const failed = chat.outbox.value.find((item) => item.state === 'failed');
  expect(failed).toMatchObject({ code: 'unavailable' });
  expect(failed && isCommand(failed, 'message:send') && failed.body.text).toBe('poison');
});

test('[D5] a transcript that missed facts heals by the next event and by the head', async () => {
  let isDeaf = true;
  const { chat } = chats.open({
    surroundings: {
      loadLive: async () => ({
        createLive: (options: LiveOptions) =>
          createLive({
            ...options,
            on: {
              ...options.on,
              facts: (event) => {
                if (!isDeaf) options.on.facts(event);
              },
            },
          }),
      }),
    },
  });
  chat.send('One');
  await until('the own message by the ack', () => messages(chat).includes('One'));
  isDeaf = false;
  chat.send('Two');
  await until('the second answer', () => answers(chat)[1]?.state === 'answered');
  expect(messages(chat)).toEqual(['One', 'Two']);
  expect(answers(chat)[0]?.state).not.toBe('pending');
});
