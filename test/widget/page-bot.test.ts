import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { BotTurn } from '../../protocol/bot.ts';
import type { Site } from '../../server/store/sites.ts';
import type { PageBot } from '../../widget/core/chat.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createBrowser, quick } from './support/browser.ts';
import { createChats } from './support/chats.ts';
import { answers, messages, until } from './support/until.ts';

let server: TestServer;
let site: Site;
const chats = createChats(() => ({ server: server.url, site: site.key }));

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' });
});
afterEach(() => chats.closeAll());
afterAll(() => server.close());

const gate = () => Promise.withResolvers<void>();

test("the page's bot answers: streamed at once, ended with its sources, with the history of what was said", async () => {
  const asked: BotTurn[] = [];
  const middle = gate();
  const bot: PageBot = async function* (turn) {
    asked.push(turn);
    yield 'It is ';
    yield { type: 'text', text: 'on its way.' };
    await middle.promise;
    yield { type: 'source', source: { title: 'Cards', url: 'https://northcard.example/cards' } };
  };
  const { chat } = chats.open({ bot, language: 'en' });
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  chat.requestHuman();
  await until('waiting', () => chat.transcript.value.status === 'waiting');
  await desk.watch(chat.transcript.value.conversationId);
  const streamed = new Promise<{ text: string }>((resolve) => desk.socket.once('answer:chunk', resolve));
  chat.send('Where is my card?');
  await until('the words at once', () => answers(chat)[0]?.text === 'It is on its way.');
  expect(answers(chat)[0]?.state).toBe('pending');
  expect((await streamed).text, 'the agent reads along').toBe('It is on its way.');
  middle.resolve();
  await until('the end', () => answers(chat)[0]?.state === 'answered');
  expect(answers(chat)[0]?.sources).toEqual([{ title: 'Cards', url: 'https://northcard.example/cards' }]);
  chat.send('And when?');
  await until('the second answer', () => answers(chat)[1]?.state === 'answered');
  expect(asked[1]).toMatchObject({
    version: 1,
    site: site.key,
    turn: 2,
    text: 'And when?',
    history: [
      { author: 'customer', text: 'Where is my card?' },
      { author: 'bot', text: 'It is on its way.' },
    ],
    customer: { language: 'en' },
  });
  desk.close();
});

test('what the bot says of itself counts: it does not know, it wants a person, it fails, it says nothing', async () => {
  const replies: Record<string, PageBot> = {
    unknown: async function* () {
      yield 'I do not know.';
      yield { type: 'end', outcome: 'unknown' };
    },
    'give up': async function* () {
      yield { type: 'handoff', reason: 'too hard for me' };
    },
    broken: async function* () {
      yield 'Well';
      throw new Error('out of order');
    },
    silent: async function* () {},
  };
  const reported: unknown[] = [];
  const bot: PageBot = (turn, signal) => {
    const reply = replies[turn.text];
    if (reply === undefined) throw new Error(`no reply to ${turn.text}`);
    return reply(turn, signal);
  };
  const { chat } = chats.open({ bot, surroundings: { report: (error) => void reported.push(error) } });
  chat.send('unknown');
  await until('it does not know', () => answers(chat)[0]?.state === 'unknown');
  chat.send('broken');
  await until('it fails', () => answers(chat)[1]?.state === 'failed');
  expect(answers(chat)[1]).toMatchObject({ failure: 'unreachable', text: 'Well' });
  expect(reported).toMatchObject([{ message: 'out of order' }]);
  chat.retryAnswer(2);
  await until('it fails again', () => answers(chat)[2]?.state === 'failed');
  chat.send('silent');
  await until('it says nothing', () => answers(chat)[3]?.failure === 'malformed');
  chat.send('give up');
  await until('a person is asked for', () => chat.transcript.value.status === 'waiting');
  expect(chat.transcript.value.reason).toBe('bot_asked');
});

test('the bot is stopped when the customer moves on, also one that does not listen', async () => {
  const signals: AbortSignal[] = [];
  const bot: PageBot = async function* (turn, signal) {
    signals.push(signal);
    yield `About ${turn.text}`;
    if (turn.text === 'One') await new Promise(() => {});
  };
  const { chat } = chats.open({ bot });
  chat.send('One');
  await until('words', () => answers(chat)[0]?.text === 'About One');
  chat.send('Two');
  await until('the second answer', () => answers(chat)[1]?.state === 'answered');
  expect(answers(chat)[0]?.state).toBe('stopped');
  expect(signals[0]?.aborted).toBe(true);
  expect(answers(chat)[1]?.text).toBe('About Two');
});

test('a bot that hangs is ended at its deadline', async () => {
  const bot: PageBot = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
  const { chat } = chats.open({ bot, surroundings: { pace: { ...quick, botFirst: 100 } } });
  chat.send('Hello?');
  await until('the end', () => answers(chat)[0]?.state === 'failed');
  expect(answers(chat)[0]?.failure).toBe('timeout');
});

test('with two tabs exactly one answers: the one that asked', async () => {
  const browser = createBrowser();
  const asked: string[] = [];
  const botOf = (tab: string): PageBot =>
    async function* (turn) {
      asked.push(`${tab}: ${turn.text}`);
      yield `${tab} says`;
      yield ' this';
    };
  const a = chats.open({ browser, bot: botOf('a') });
  const b = chats.open({ browser, bot: botOf('b') });
  a.chat.start();
  b.chat.start();
  for (const [index, { chat }] of [a, b, a, b].entries()) {
    chat.send(`question ${index}`);
    for (const tab of [a, b]) await until('the answer', () => answers(tab.chat)[index]?.state === 'answered');
  }
  expect(asked).toEqual(['a: question 0', 'b: question 1', 'a: question 2', 'b: question 3']);
  expect(answers(b.chat)[0]?.text).toBe('a says this');
});

test('after a reload in the middle the turn is answered anew', async () => {
  const browser = createBrowser();
  const hangs: PageBot = async function* () {
    yield 'Old words';
    await new Promise(() => {});
  };
  const first = chats.open({ browser, bot: hangs });
  first.chat.send('Hello');
  await until('words', () => answers(first.chat)[0]?.text === 'Old words');
  const answersWell: PageBot = async function* () {
    yield 'New and better words';
  };
  const { chat } = chats.reload(first, { bot: answersWell });
  chat.start();
  await until('the answer', () => answers(chat)[0]?.state === 'answered');
  expect(answers(chat)[0]?.text).toBe('New and better words');
  expect(messages(chat)).toEqual(['Hello']);
});

test('a page without its bot says so, instead of letting the customer wait', async () => {
  const { chat } = chats.open();
  chat.send('Hello');
  await until('the end', () => answers(chat)[0]?.state === 'failed');
  expect(answers(chat)[0]?.failure).toBe('unreachable');
});
