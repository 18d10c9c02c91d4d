import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Bot, HandoffNews } from '../../protocol/bot.ts';
import type { Fact } from '../../protocol/conversation.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { createTeller, newsOf } from '../../server/features/answers/news.ts';
import type { Site } from '../../server/store/sites.ts';
import { type BotBehaviour, echo, sse, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer, strangerId } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
let behave: BotBehaviour = echo;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  bot = await startTestBot((...args) => behave(...args));
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

describe('what the bot hears of people', () => {
  test('is what they decided, with every turn after they have handed back', async () => {
    const agent = await server.addAgent(site, 'Ana');
    const desk = await connectAgent(server.url, agent.cookie);
    const customer = await connectCustomer(server.url, site.key);
    const { conversationId } = customer;
    const turnsOf = () => bot.asked.filter(({ conversation }) => conversation === conversationId);
    const ask = async (text: string, turn: number) => {
      await customer.send('message:send', { text });
      await customer.until('answer.ended', (fact) => fact.turn === turn);
    };
    const handBack = async (decision: string) => {
      await customer.send('handoff:request', {});
      await desk.send('handoff:accept', conversationId, {});
      await desk.send('message:send', conversationId, { text: 'I look into it.' });
      await desk.send('handoff:return', conversationId, { decision });
    };

    await ask('I want my money back', 1);
    await handBack('Refund of 12.50 granted.');
    await ask('And when does it come?', 2);
    await ask('To which account?', 3);
    await handBack('To the old account.');
    await ask('Thank you', 4);

    const [first, ...later] = turnsOf();
    expect(first).not.toHaveProperty('handback');
    const refund = { agent: 'Ana', decision: 'Refund of 12.50 granted.', at: expect.any(Number) };
    const account = { agent: 'Ana', decision: 'To the old account.', at: expect.any(Number) };
    expect(later.map(({ handback }) => handback)).toEqual([refund, refund, account]);
    const returned = await customer.until('handoff.returned');
    expect(later[0]?.handback?.at).toBe(returned.at);
    expect(later[0]?.history.map(({ author }) => author)).toEqual(['customer', 'bot', 'agent']);
    customer.close();
    desk.close();
  });

  test('is nothing of what was said to others', async () => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'hello' });
    await customer.until('answer.ended');
    expect(bot.asked.at(-1)).not.toHaveProperty('handback');
    customer.close();
  });
});

test('ready answers that the bot proposes reach the customer', async () => {
  behave = (_turn, response) => {
    const stream = sse(response);
    stream.send('text', { text: 'Which one?' });
    stream.send('quick_replies', { replies: ['The blue one', ' The red one ', '', 'The blue one'] });
    stream.send('end', { outcome: 'answered' });
    stream.end();
  };
  const customer = await connectCustomer(server.url, site.key);
  await customer.send('message:send', { text: 'My card is lost' });
  expect(await customer.until('answer.ended')).toMatchObject({ replies: ['The blue one', 'The red one'] });
  behave = echo;
  await customer.send('message:send', { text: 'The blue one' });
  const plain = await customer.until('answer.ended', ({ turn }) => turn === 2);
  expect(plain).not.toHaveProperty('replies');
  customer.close();
});

describe('bots that want to know of handoffs', () => {
  const conversation = strangerId();
  const agent = { id: strangerId(), name: 'Ana' };
  const at = { seq: 1, at: 1, by: { kind: 'agent', ...agent } } as const;
  const asked = { reason: 'customer_asked', detail: '', priority: 'normal', team: null } as const;
  const known = { ...unstarted, lastAgent: agent };

  test.each<[Fact, Pick<HandoffNews, 'status' | 'agent'> & { decision?: string }]>([
    [
      { type: 'handoff.requested', ...at, ...asked },
      { status: 'requested', agent: null },
    ],
    [
      { type: 'handoff.accepted', ...at, agent },
      { status: 'accepted', agent: 'Ana' },
    ],
    [
      { type: 'handoff.cancelled', ...at },
      { status: 'cancelled', agent: null },
    ],
    [
      { type: 'handoff.returned', ...at, agent, decision: 'Granted.' },
      { status: 'returned', agent: 'Ana', decision: 'Granted.' },
    ],
    [
      { type: 'conversation.resolved', ...at, outcome: 'solved' },
      { status: 'resolved', agent: 'Ana' },
    ],
    [
      { type: 'conversation.resolved', ...at, by: { kind: 'customer' }, outcome: 'solved' },
      { status: 'resolved', agent: null },
    ],
    [
      { type: 'conversation.reopened', ...at, to: 'agent' },
      { status: 'accepted', agent: 'Ana' },
    ],
  ])('hear of $type', (fact, news) => {
    expect(newsOf(conversation, fact, known)).toEqual({ conversation, decision: '', ...news });
  });

  test('hear of nothing else', () => {
    expect(newsOf(conversation, { type: 'conversation.reopened', ...at, to: 'bot' }, known)).toBeNull();
    expect(newsOf(conversation, { type: 'note.added', ...at, text: 'A secret' }, known)).toBeNull();
  });

  const news = (status: HandoffNews['status']): HandoffNews => ({
    conversation,
    status,
    agent: null,
    decision: '',
  });
  const telling = (tell: NonNullable<Bot['tell']>) => async (): Promise<Bot> => ({
    reply: () => {
      throw new Error('not asked');
    },
    tell,
  });

  test('hear in order, also if one thing takes longer or fails', async () => {
    const teller = createTeller(pino({ level: 'silent' }));
    const heard: string[] = [];
    const slow = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    teller.tell(
      news('requested'),
      telling(async ({ status }) => {
        await slow.promise;
        heard.push(status);
      }),
    );
    teller.tell(
      news('accepted'),
      telling(() => Promise.reject(new Error('down'))),
    );
    teller.tell(news('cancelled'), async () => null);
    teller.tell(
      news('returned'),
      telling(async ({ status }) => {
        heard.push(status);
        done.resolve();
      }),
    );
    slow.resolve();
    await done.promise;
    expect(heard).toEqual(['requested', 'returned']);
    await teller.close();
  });

  test('that hang are let go when the server stops, and hear no more', async () => {
    const teller = createTeller(pino({ level: 'silent' }));
    const begun = Promise.withResolvers<void>();
    const later = vi.fn(async () => undefined);
    teller.tell(
      news('requested'),
      telling((_news, signal) => {
        begun.resolve();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      }),
    );
    teller.tell(news('accepted'), telling(later));
    await begun.promise;
    await teller.close();
    expect(later).not.toHaveBeenCalled();
  });

  test('hear of it from the server, whatever they answer; nobody waits for them', async () => {
    const heard: string[] = [];
    const deaf = await startTestBot((turn) => void heard.push(JSON.stringify(turn)));
    const bot = { kind: 'chatwoot', url: deaf.url, token: 'a token of sixteen', secret: 's' } as const;
    const told = await server.addSite(bot);
    const agent = await server.addAgent(told, 'Ana');
    const desk = await connectAgent(server.url, agent.cookie);
    const customer = await connectCustomer(server.url, told.key);
    expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
    // The bot never answers what it hears; the person comes all the same.
    expect(await desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
    await eventually(() => heard.length).toBeGreaterThanOrEqual(1);
    customer.close();
    desk.close();
    await deaf.close();
  });
});

describe('what is kept for adapters', () => {
  test('is there for the next turn, on any node, and is one for each conversation', async () => {
    const { botSessions } = server.store;
    const one = await connectCustomer(server.url, site.key);
    const two = await connectCustomer(server.url, site.key);
    for (const customer of [one, two]) {
      await customer.send('message:send', { text: 'hello' });
      await customer.until('answer.ended');
    }
    expect(await botSessions.read(one.conversationId)).toEqual({});
    await botSessions.write(one.conversationId, { id: 'a\u0000b', watermark: 7 });
    await botSessions.write(one.conversationId, { id: 'a\u0000b', watermark: 8 });
    expect(await botSessions.read(one.conversationId)).toEqual({ id: 'a\uFFFDb', watermark: 8 });
    expect(await botSessions.read(two.conversationId)).toEqual({});
    const numbers = await Promise.all(
      [one, one, one, two].map(({ conversationId }) => botSessions.numberOf(conversationId)),
    );
    expect(new Set(numbers.slice(0, 3)).size).toBe(1);
    expect(numbers[3]).not.toBe(numbers[0]);
    one.close();
    two.close();
  });
});
