import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { createLive, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser, quick } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterEach(() => chats.closeAll());
afterAll(async () => {
  await server.close();
  await bot.close();
});

test('a site that the server does not know is refused for good, and what was written is kept', async () => {
  const { chat } = chats.open({ site: 'pk_nobody' });
  chat.send('Hello');
  await until('refused', () => chat.connection.value === 'refused');
  expect(chat.refusal.value).toBe('site_not_found');
  expect(chat.outbox.value).toMatchObject([{ state: 'queued' }]);
});

test('a server of another version is refused, as soon as it tells', async () => {
  const { chat } = chats.open({
    surroundings: {
      async fetch(url: string, init: RequestInit) {
        const reply = await fetch(url, init);
        return url.includes('/v1/sites/') ? Response.json({ ...(await reply.json()), version: 2 }) : reply;
      },
    },
  });
  chat.start();
  await until('refused', () => chat.connection.value === 'refused');
  expect(chat.refusal.value).toBe('version_mismatch');
});

test('a server that refuses the version of the handshake is not asked again', async () => {
  let connects = 0;
  const { chat } = chats.open({
    surroundings: {
      loadLive: async () => ({
        createLive(options: LiveOptions) {
          const handshake = () => {
            connects += 1;
            return { ...options.handshake(), version: 999 };
          };
          return createLive({ ...options, handshake });
        },
      }),
    },
  });
  chat.send('Hello');
  await until('refused', () => chat.connection.value === 'refused');
  expect(chat.refusal.value).toBe('version_mismatch');
  expect(connects).toBe(1);
});

test('a page of a foreign origin is refused', async () => {
  const guarded = await server.addSite(
    { kind: 'http', url: bot.url, secret: 's' },
    { allowedOrigins: ['https://northcard.example'] },
  );
  const { chat } = chats.open({
    site: guarded.key,
    surroundings: {
      fetch: (url: string, init: RequestInit) =>
        fetch(url, { ...init, headers: { ...init.headers, origin: 'https://evil.example' } }),
    },
  });
  chat.start();
  await until('refused', () => chat.connection.value === 'refused');
  expect(chat.refusal.value).toBe('origin_not_allowed');
});

test('a customer whom the server has forgotten starts anew, and what was unsent moves along', async () => {
  const browser = createBrowser();
  const first = chats.open({ browser });
  first.chat.send('Before');
  await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
  const old = first.chat.transcript.value.conversationId;
  const other = chats.open({ browser });
  other.chat.start();
  await until('the other tab', () => answers(other.chat)[0]?.state === 'answered');

  const cut = {
    fetch: () => Promise.reject(new TypeError('no')),
    loadLive: () => Promise.reject(new TypeError('no')),
  };
  const away = chats.reload(first, { surroundings: cut });
  other.chat.close();
  away.chat.giveFeedback({ turn: 1, verdict: 'up', reasons: [], comment: '' });
  away.chat.send('After');
  expect(away.chat.outbox.value).toHaveLength(2);
  await server.store.db
    .updateTable('customers')
    .set({ secret_hash: randomBytes(32) })
    .execute();

  const { chat } = chats.reload(away);
  const second = chats.open({ browser });
  second.chat.start();
  chat.start();
  await until('the new conversation', () => chat.transcript.value.conversationId !== old);
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(messages(chat)).toEqual(['After']);
  await until('an empty outbox', () => chat.outbox.value.length === 0);
  await until('the other tab follows', () => messages(second.chat).includes('After'));
});

test('when the conversation is gone from the server, what was unsent starts a new one', async () => {
  const browser = createBrowser();
  const first = chats.open({ browser });
  first.chat.send('Before');
  await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
  const gone = first.chat.transcript.value.conversationId;
  const stranger = chats.open();
  stranger.chat.send('I am somebody else');
  await until('the stranger', () => answers(stranger.chat)[0]?.state === 'answered');
  // As after an erasure: the session is good, but this conversation is not found.
  const owner = await server.store.db
    .selectFrom('conversations')
    .select('customer_id')
    .where('id', '=', stranger.chat.transcript.value.conversationId)
    .executeTakeFirstOrThrow();
  await server.store.db.updateTable('conversations').set(owner).where('id', '=', gone).execute();

  first.chat.giveFeedback({ turn: 1, verdict: 'up', reasons: [], comment: '' });
  first.chat.send('After');
  first.chat.requestHuman();
  await until('a new conversation', () => messages(first.chat).includes('After'));
  expect(first.chat.transcript.value.conversationId).not.toBe(gone);
  await until('waiting there', () => first.chat.transcript.value.status === 'waiting');
  expect(messages(first.chat)).toEqual(['After']);
  await until('an empty outbox', () => first.chat.outbox.value.length === 0);
  const { chat } = chats.reload(first);
  chat.start();
  await until('the new one after a reload', () => messages(chat).includes('After'));
});

test('a server that forgets every customer at once is not asked without end', async () => {
  const madeAt: number[] = [];
  const renewal = 400;
  const { chat } = chats.open({
    surroundings: {
      pace: { ...quick, renewal },
      async fetch(url: string, init: RequestInit) {
        if (!url.endsWith('/v1/sessions')) return fetch(url, init);
        madeAt.push(Date.now());
        const nobody = { customerId: crypto.randomUUID(), token: `nobody-${madeAt.length}` };
        return Response.json(nobody, { status: 201 });
      },
    },
  });
  chat.send('Hello');
  chat.requestHuman();
  // Read anew with every try of the outbox.
  await until('several renewals', () => chat.outbox.value && madeAt.length >= 4);
  // The first two are the start and the first renewal; every further one has waited.
  const gaps = madeAt.slice(2).map((at, index) => at - (madeAt[index + 1] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(renewal - 50);
  expect(chat.outbox.value.map((item) => item.state)).not.toContain('failed');
});
