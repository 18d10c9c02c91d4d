import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { createLive, type LiveOptions } from '../../widget/live/live.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { impatient } from './support/browser.ts';
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

/** A network that lets plain requests through and no socket, until it is opened. */
const blockedSocket = () => {
  const network = { isBlocked: true };
  const loadLive = async () => ({
    createLive: (options: LiveOptions) => {
      const live = createLive(options);
      return {
        ...live,
        connect: () => (network.isBlocked ? setTimeout(options.onFailed, 1, null) : live.connect()),
      };
    },
  });
  return { network, loadLive };
};

test('a conversation in which nothing has been said is not asked for', async () => {
  const asked: string[] = [];
  const { loadLive } = blockedSocket();
  const { chat } = chats.open({
    surroundings: {
      loadLive,
      pace: impatient,
      async fetch(url: string, init: RequestInit) {
        const reply = await fetch(url, init);
        if (url.includes('/facts')) asked.push(`${reply.status} ${messages(chat).length}`);
        return reply;
      },
    },
  });
  chat.start();
  // By then it has been looked what is new, more than once.
  await until('plain HTTP', () => chat.connection.value === 'limited');
  expect(asked).toEqual([]);
  chat.send('Where is my card?');
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((look) => !look.startsWith('200'))).toEqual([]);
});

test('[D8] without a socket everything works over plain HTTP, and the socket is taken once it comes', async () => {
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  const { network, loadLive } = blockedSocket();
  const { chat } = chats.open({ surroundings: { loadLive, pace: impatient } });
  chat.send('Where is my card?');
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(chat.connection.value).toBe('limited');
  chat.giveFeedback({ turn: 1, verdict: 'down', reasons: ['outdated'], comment: '' });
  await until('the feedback', () => answers(chat)[0]?.feedback?.verdict === 'down');
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  const { conversationId } = chat.transcript.value;
  await desk.send('handoff:accept', conversationId, {});
  await desk.send('message:send', conversationId, { text: 'Hello' });
  await until('the agent', () => messages(chat).includes('Hello'));
  chat.send('Hello to you');
  await desk.send('handoff:return', conversationId, { decision: '' });
  await until('the hand back', () => chat.transcript.value.status === 'bot');
  chat.resolve('solved');
  chat.rate('conversation:rate', { rating: 5, comment: '' });
  await until('the rating', () => chat.transcript.value.rating?.rating === 5);
  expect(chat.connection.value).toBe('limited');

  network.isBlocked = false;
  await until('online', () => chat.connection.value === 'online');
  desk.close();
});

test('[D8] asking for a person does not wait for the socket, and keeps its place behind what was said', async () => {
  const { loadLive } = blockedSocket();
  const { chat } = chats.open({ surroundings: { loadLive } });
  chat.send('I need help');
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  const order = chat.transcript.value.items.map((item) =>
    item.kind === 'event' ? item.fact.type : item.kind,
  );
  // The answer and the place in the queue may have come by now, or not.
  const own = order.filter((kind) => kind !== 'answer' && kind !== 'queue.told');
  expect(own).toEqual(['message', 'handoff.requested']);
  expect(chat.connection.value).toBe('connecting');
});

test('without a network: offline at once, nothing lost, and sent when it is back', async () => {
  let isCut = false;
  const { chat, tab } = chats.open({
    surroundings: {
      fetch: (url: string, init: RequestInit) =>
        isCut ? Promise.reject(new TypeError('Failed to fetch')) : fetch(url, init),
      loadLive: async () => ({
        createLive: (options: LiveOptions) => {
          const live = createLive(options);
          return { ...live, connect: () => (isCut ? setTimeout(options.onFailed, 1, null) : live.connect()) };
        },
      }),
    },
  });
  chat.start();
  await until('online', () => chat.connection.value === 'online');
  isCut = true;
  tab.setOnline(false);
  expect(chat.connection.value).toBe('offline');
  chat.send('One');
  chat.requestHuman();
  chat.cancelRequest();
  expect(chat.outbox.value.map((item) => item.name).includes('message:send')).toBe(true);
  isCut = false;
  tab.setOnline(true);
  await until('sent', () => messages(chat).includes('One') && chat.outbox.value.length === 0);
  expect(chat.transcript.value.status).toBe('bot');
});

test('a server that is away is noticed and found again without any help', async () => {
  let isAway = true;
  const { chat } = chats.open({
    surroundings: {
      fetch: (url: string, init: RequestInit) =>
        isAway ? Promise.resolve(new Response('<html>502</html>', { status: 502 })) : fetch(url, init),
    },
  });
  chat.send('Hello');
  await until('offline', () => chat.connection.value === 'offline');
  isAway = false;
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(chat.connection.value).toBe('online');
});

test('a page that goes into the back-forward cache lets go of its socket, and comes back with what was missed', async () => {
  const { chat, tab } = chats.open();
  chat.requestHuman();
  await until(
    'waiting',
    () => chat.transcript.value.status === 'waiting' && chat.connection.value === 'online',
  );
  tab.emit('left');
  expect(chat.connection.value).not.toBe('online');
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  await desk.send('handoff:accept', chat.transcript.value.conversationId, {});
  tab.emit('restored');
  await until('the agent', () => chat.transcript.value.status === 'human');
  desk.close();
});
