import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import type { Chat } from '../../widget/core/model.ts';
import type { Surroundings } from '../../widget/core/surroundings.ts';
import { createLive, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser } from './support/browser.ts';
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

const here = (chat: Chat | undefined) => chat?.transcript.value.conversationId;

const noWay = {
  fetch: async () => {
    throw new TypeError('Failed to fetch');
  },
  loadLive: async () => {
    throw new TypeError('Failed to fetch');
  },
};

test('[D6] a reload keeps the conversation, what is unsent, the draft and what is unread', async () => {
  const first = chats.open();
  first.chat.setVisible(true);
  first.chat.send('One');
  await until('the answer', () => answers(first.chat)[0]?.state === 'answered');
  expect(first.chat.unread.value).toBe(0);
  const { conversationId } = first.chat.transcript.value;
  first.chat.setVisible(false);
  first.chat.send('Two');
  await until('the answer', () => answers(first.chat)[1]?.state === 'answered');
  expect(first.chat.unread.value).toBe(1);

  const away = chats.reload(first, { surroundings: noWay });
  away.chat.send('Three');
  away.chat.send('Four');
  away.chat.draft.value = 'and more';
  await until('offline', () => away.chat.connection.value === 'offline');

  const { chat } = chats.reload(away);
  expect(chat.draft.value).toBe('and more');
  expect(chat.site.value?.key).toBe(site.key);
  expect(chat.transcript.value.conversationId).toBe(conversationId);
  expect(chat.outbox.value.map(({ body }) => body)).toMatchObject([{ text: 'Three' }, { text: 'Four' }]);
  chat.start();
  await until('all messages', () => messages(chat).length === 4);
  expect(messages(chat)).toEqual(['One', 'Two', 'Three', 'Four']);
  await until('the answers', () => chat.transcript.value.pendingTurn === null);
  expect(chat.unread.value, 'Two and Four; Three was stopped or answered').toBeGreaterThanOrEqual(2);
  chat.setVisible(true);
  expect(chat.unread.value).toBe(0);
  await until('an empty outbox', () => chat.outbox.value.length === 0);
});

test('two tabs that start at once are one customer in one conversation', async () => {
  const browser = createBrowser();
  let sessions = 0;
  const surroundings = {
    fetch: (url: string, init: RequestInit) => {
      if (url.endsWith('/v1/sessions')) sessions += 1;
      return fetch(url, init);
    },
  };
  const a = chats.open({ browser, surroundings });
  const b = chats.open({ browser, surroundings });
  a.chat.send('From a');
  b.chat.send('From b');
  await until('both messages in a', () => messages(a.chat).length === 2);
  await until('both messages in b', () => messages(b.chat).length === 2);
  expect(sessions).toBe(1);
  expect(a.chat.transcript.value.conversationId).toBe(b.chat.transcript.value.conversationId);
});

test('two tabs that start at once are one customer also when each sees late what the other has kept', async () => {
  // As in a real browser: a lock is granted before the storage of the other process is up to date.
  const lagMs = 20;
  const browser = createBrowser();
  let sessions = 0;
  const lateTab = () => {
    const late = new Map<string, string | null>();
    const tab = browser.tab();
    tab.store.watch((key) => {
      if (key === null || late.has(key)) return;
      late.set(key, null);
      setTimeout(() => late.delete(key), lagMs);
    });
    const own = new Set<string>();
    const store = {
      ...tab.store,
      get: (key: string) => (late.has(key) && !own.has(key) ? null : tab.store.get(key)),
      set(key: string, value: string) {
        own.add(key);
        tab.store.set(key, value);
      },
      watch: (listener: (key: string | null) => void) =>
        tab.store.watch((key) => setTimeout(listener, lagMs + 1, key)),
    };
    const surroundings = {
      store,
      fetch: (url: string, init: RequestInit) => {
        if (url.endsWith('/v1/sessions')) sessions += 1;
        return fetch(url, init);
      },
    };
    return chats.open({ browser, surroundings });
  };
  const [a, b] = [lateTab(), lateTab()];
  b.chat.start();
  a.chat.send('From a');
  await until('the answer in a', () => answers(a.chat)[0]?.state === 'answered');
  await until('the answer in b', () => answers(b.chat)[0]?.state === 'answered');
  expect(sessions).toBe(1);
});

/** A tab whose sends are written down, and can be held back. */
const sending = (log: string[], hold?: Promise<unknown>): Partial<Surroundings> => ({
  loadLive: async () => ({
    createLive(options: LiveOptions) {
      const live = createLive(options);
      const command: typeof live.command = async (name, body) => {
        if ('text' in body) log.push(body.text);
        await hold;
        return live.command(name, body);
      };
      return { ...live, command };
    },
  }),
});

test('[D6] one tab sends at a time: what two write at once arrives once, and in the order of writing', async () => {
  const browser = createBrowser();
  const log: string[] = [];
  const [a, b] = [0, 1].map(() => chats.open({ browser, surroundings: sending(log) }).chat);
  a?.start();
  b?.start();
  await until('both online', () => [a, b].every((chat) => chat?.connection.value === 'online'));
  await until('one conversation', () => here(a) === here(b));
  const texts = Array.from({ length: 12 }, (_, index) => `line ${index}`);
  for (const [index, text] of texts.entries()) {
    (index % 2 === 0 ? a : b)?.send(text);
    // Commands are put in order by the time of their cid, to the millisecond.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  for (const chat of [a, b]) {
    if (chat === undefined) continue;
    await until('all', () => messages(chat).length >= texts.length);
    await until('an empty outbox', () => chat.outbox.value.length === 0);
    expect(messages(chat)).toEqual(texts);
  }
  expect(log, 'no tab sent what the other had').toEqual(texts);
});

test('[D6] when the tab that sends dies, another one that is open takes over', async () => {
  const browser = createBrowser();
  const log: string[] = [];
  const hung = chats.open({ browser, surroundings: sending(log, new Promise(() => {})) });
  hung.chat.start();
  await until('online', () => hung.chat.connection.value === 'online');
  const { chat } = chats.open({ browser, surroundings: sending(log) });
  chat.start();
  await until('online', () => chat.connection.value === 'online');
  await until('one conversation', () => here(chat) === here(hung.chat));
  hung.chat.send('One');
  await until('sending', () => hung.chat.outbox.value[0]?.state === 'sending');
  hung.chat.send('Two');
  await until('known to the other', () => chat.outbox.value.length === 2);
  expect(log, 'the other waits').toEqual(['One']);
  hung.tab.kill();
  await until('both', () => messages(chat).length === 2);
  expect(messages(chat)).toEqual(['One', 'Two']);
  expect(log).toEqual(['One', 'One', 'Two']);
});

test('[D6] what one tab writes offline shows in the other, which sends it', async () => {
  const browser = createBrowser();
  const away = chats.open({ browser, surroundings: noWay });
  const here = chats.open({ browser });
  here.chat.start();
  await until('online', () => here.chat.connection.value === 'online');
  away.chat.send('Through the other tab');
  await until('the message', () => messages(here.chat).includes('Through the other tab'));
  await until('an empty outbox', () => away.chat.outbox.value.length === 0);
});

test('another tab follows into a new conversation, and what is read in one is read in both', async () => {
  const browser = createBrowser();
  const a = chats.open({ browser });
  const b = chats.open({ browser });
  b.chat.start();
  a.chat.send('One');
  await until('the answer in b', () => answers(b.chat)[0]?.state === 'answered');
  expect(b.chat.unread.value).toBe(1);
  await until('the answer in a', () => answers(a.chat)[0]?.state === 'answered');
  a.chat.setVisible(true);
  await until('read in b', () => b.chat.unread.value === 0);
  a.chat.resolve('solved');
  await until('resolved', () => a.chat.transcript.value.status === 'resolved');
  a.chat.startOver();
  await until(
    'b follows',
    () => b.chat.transcript.value.conversationId === a.chat.transcript.value.conversationId,
  );
  b.chat.send('Two');
  await until('the message in a', () => messages(a.chat).includes('Two'));
});

test('forgetting wipes what is kept and makes every tab as new', async () => {
  const browser = createBrowser();
  const a = chats.open({ browser });
  const b = chats.open({ browser });
  a.chat.setVisible(true);
  a.chat.send('One');
  b.chat.start();
  await until('the answer', () => answers(b.chat)[0]?.state === 'answered');
  a.chat.draft.value = 'secret';
  a.chat.forget();
  expect(browser.stored.size).toBe(0);
  expect(a.chat.connection.value).toBe('idle');
  expect(a.chat.draft.value).toBe('');
  expect(a.chat.transcript.value.items).toEqual([]);
  await until('b is new', () => b.chat.connection.value === 'idle');
  expect(b.chat.transcript.value.items).toEqual([]);
  expect(b.chat.unread.value).toBe(0);
  a.chat.send('Another one');
  await until('the answer', () => answers(a.chat)[0]?.state === 'answered');
  expect(messages(a.chat)).toEqual(['Another one']);
});

test('[D6] blocked storage is no obstacle', async () => {
  const blocked = () => {
    throw new DOMException('blocked', 'SecurityError');
  };
  const store = { get: blocked, set: blocked, delete: blocked, keys: blocked, watch: blocked };
  const { chat } = chats.open({ surroundings: { store } });
  chat.draft.value = 'half';
  chat.send('Hello');
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  await until('an empty outbox', () => chat.outbox.value.length === 0);
  chat.forget();
  expect(chat.connection.value).toBe('idle');
});

test("a person's joining, words and leaving count as unread while nobody looks", async () => {
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  const { chat, tab } = chats.open();
  chat.setVisible(true);
  tab.setVisible(false);
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  const { conversationId } = chat.transcript.value;
  await desk.send('handoff:accept', conversationId, {});
  await desk.send('message:send', conversationId, { text: 'Hello' });
  await desk.send('handoff:return', conversationId, { decision: '' });
  await until(
    'the hand back',
    () => chat.transcript.value.status === 'bot' && chat.transcript.value.lastAgent,
  );
  expect(chat.unread.value).toBe(3);
  tab.setVisible(true);
  expect(chat.unread.value).toBe(0);
  desk.close();
});
