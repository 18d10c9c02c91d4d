import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { createChat } from '../../widget/core/chat.ts';
import type { Chat } from '../../widget/core/model.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser, type TestTab } from './support/browser.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
const open: { chat: Chat; tab: TestTab }[] = [];

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterEach(() => {
  for (const { chat, tab } of open.splice(0)) {
    chat.close();
    expect(tab.faults).toEqual([]);
  }
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

const openChat = (browser = createBrowser()) => {
  const tab = browser.tab();
  const page = () => ({ url: 'https://u:p@northcard.example/cards?x=1#frag', title: 'Cards' });
  const chat = createChat({ server: server.url, site: site.key, language: 'en-GB', page }, tab);
  open.push({ chat, tab });
  return { chat, tab, browser };
};

test('nothing is requested and nothing kept before the start', async () => {
  const { chat, browser } = openChat();
  chat.setVisible(true);
  expect(chat.connection.value).toBe('idle');
  expect(browser.stored.size).toBe(0);
});

test('a customer asks, says what was wrong, reaches a person, is handed back, resolves and rates', async () => {
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  const { chat } = openChat();
  chat.draft.value = 'Where is my card?';
  chat.send('Where is my card?');
  expect(chat.draft.value).toBe('');
  expect(chat.outbox.value).toMatchObject([{ name: 'message:send', state: 'queued' }]);
  await until('the answer', () => answers(chat).find((item) => item.state === 'answered'));
  expect(answers(chat)).toMatchObject([
    { text: 'You asked: Where is my card?', sources: [{ title: 'Help' }] },
  ]);
  expect(chat.site.value).toMatchObject({ key: site.key, answeredBy: 'Test', bot: 'http' });
  expect(chat.connection.value).toBe('online');
  expect(chat.transcript.value.context).toEqual({
    page: { url: 'https://northcard.example/cards?x=1', title: 'Cards' },
    language: 'en-GB',
  });

  chat.giveFeedback({ turn: 1, verdict: 'down', reasons: ['wrong'], comment: 'no' });
  await until('the feedback', () => answers(chat)[0]?.feedback?.verdict === 'down');
  chat.requestHuman();
  chat.requestHuman();
  await until('the place', () => chat.place.value?.place === 1);
  expect(chat.transcript.value.status).toBe('waiting');
  chat.requestHuman();
  expect(chat.outbox.value).toEqual([]);

  const { conversationId } = chat.transcript.value;
  await desk.watch(conversationId);
  expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
  await until('the agent', () => chat.transcript.value.agent?.name === 'Ana');
  expect(chat.place.value).toBeNull();

  desk.socket.emit('typing', { conversationId, isTyping: true });
  await until('typing', () => chat.agentTyping.value?.name === 'Ana');
  const typed = new Promise((resolve) => desk.socket.once('typing', resolve));
  chat.typing();
  expect(await typed).toEqual({ conversationId, isTyping: true });
  await desk.send('message:send', conversationId, { text: 'Hello' });
  await until('the message', () => messages(chat).includes('Hello'));
  expect(chat.agentTyping.value).toBeNull();
  const stopped = new Promise((resolve) => desk.socket.once('typing', resolve));
  chat.send('Thanks');
  expect(await stopped).toEqual({ conversationId, isTyping: false });
  await desk.until('message.sent', (fact) => fact.text === 'Thanks');

  await desk.send('handoff:return', conversationId, { decision: 'done' });
  await until('the bot again', () => chat.transcript.value.status === 'bot');
  chat.resolve('solved');
  await until('resolved', () => chat.transcript.value.status === 'resolved');
  chat.rate('conversation:rate', { rating: 4, comment: 'good' });
  await until('the rating', () => chat.transcript.value.rating?.rating === 4);
  await until('an empty outbox', () => chat.outbox.value.length === 0);

  chat.startOver();
  expect(chat.transcript.value).toMatchObject({ seq: 0, items: [], status: 'bot' });
  expect(chat.transcript.value.conversationId).not.toBe(conversationId);
  chat.send('Another thing');
  await until('the next answer', () => answers(chat).find((item) => item.state === 'answered'));
  desk.close();
});

test('asking for a person is taken back, before and after it has left', async () => {
  const { chat } = openChat();
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  chat.cancelRequest();
  await until('cancelled', () => chat.transcript.value.status === 'bot');
  chat.requestHuman();
  chat.cancelRequest();
  await until(
    'nothing left to send',
    () => chat.outbox.value.length === 0 && chat.transcript.value.status === 'bot',
  );
});
