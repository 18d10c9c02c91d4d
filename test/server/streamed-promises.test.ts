import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact, FactType } from '../../protocol/conversation.ts';
import type { AnswerChunk } from '../../protocol/events.ts';
import { type BotBehaviour, echo, sse, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let behave: BotBehaviour = echo;

beforeAll(async () => {
  bot = await startTestBot((...turn) => behave(...turn));
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

const promise = 'Someone from our team will get back to you shortly.';
const quote = promise.slice(0, -1);
const correct = { promises: 'correct' } as const;
const siteOf = (policy = {}) =>
  server.addSite({ kind: 'http', url: bot.url, secret: 'x'.repeat(32) }, { policy });
const pageOf = (policy = {}) => server.addSite({ kind: 'page' }, { policy });
const typesOf = ({ facts }: { facts: readonly Fact[] }, ...types: FactType[]) =>
  facts.map(({ type }) => type).filter((type) => types.includes(type));
const told = ['answer.started', 'handoff.requested', 'answer.corrected', 'answer.ended'] as const;

/** A bot whose stream the test holds: it says these words, and goes on when the test says so. */
function heldBot(words: readonly string[]) {
  let stream: ReturnType<typeof sse> | undefined;
  const closed = Promise.withResolvers<void>();
  const hold: BotBehaviour = (_turn, response: ServerResponse) => {
    response.once('close', () => closed.resolve());
    stream = sse(response);
    for (const text of words) stream.send('text', { text });
  };
  return {
    hold,
    closed: closed.promise,
    say: (text: string) => stream?.send('text', { text }),
    finish() {
      stream?.send('end', { outcome: 'answered' });
      stream?.end();
    },
  };
}

/** What a reader of the running answer has read, once it holds these words. */
const hears = (customer: TestCustomer, words: string) =>
  new Promise<void>((resolve) => {
    let read = '';
    customer.socket.on('answer:chunk', ({ offset, text }: AnswerChunk) => {
      read = read.slice(0, offset) + text;
      if (read.includes(words)) resolve();
    });
  });

describe('a promise in an answer that goes on for long', () => {
  const words = ['My apologies. ', 'Someone from our ', 'team will get back ', 'to you shortly.', ' Now,'];

  test('is made true while it streams, once, and the answer comes to its end', async () => {
    const held = heldBot(words);
    behave = held.hold;
    const customer = await connectCustomer(server.url, (await siteOf()).key);
    await customer.send('message:send', { text: 'My refund has not come.' });
    expect(await customer.until('handoff.requested')).toMatchObject({
      reason: 'bot_promised',
      detail: quote,
      by: { kind: 'system' },
    });
    expect(typesOf(customer, 'answer.ended'), 'the stream is still open').toEqual([]);
    const heard = hears(customer, 'Again: ');
    held.say(` as to the fee: it is 3 %. Again: ${promise}`);
    await heard;
    held.finish();
    expect(await customer.until('answer.ended')).toMatchObject({
      outcome: 'answered',
      text: expect.stringMatching(/^My apologies\..*3 %\..*shortly\.$/),
    });
    expect(typesOf(customer, ...told)).toEqual(['answer.started', 'handoff.requested', 'answer.ended']);
    customer.close();
  });

  test('is taken back while it streams, once, where the site wants that', async () => {
    const held = heldBot(words);
    behave = held.hold;
    const customer = await connectCustomer(server.url, (await siteOf(correct)).key);
    await customer.send('message:send', { text: 'My refund has not come.' });
    expect(await customer.until('answer.corrected')).toMatchObject({ turn: 1, quote });
    expect(typesOf(customer, 'answer.ended'), 'the stream is still open').toEqual([]);
    const heard = hears(customer, 'Again: ');
    held.say(` Again: ${promise}`);
    await heard;
    held.finish();
    await customer.until('answer.ended');
    behave = echo;
    await customer.send('message:send', { text: 'And what does a new card cost?' });
    await customer.until('answer.ended', ({ turn }) => turn === 2);
    expect(typesOf(customer, ...told)).toEqual([
      'answer.started',
      'answer.corrected',
      'answer.ended',
      'answer.started',
      'answer.ended',
    ]);
    customer.close();
  });

  test('brings a person who takes over from it', async () => {
    const held = heldBot(words);
    behave = held.hold;
    const site = await siteOf();
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'My refund has not come.' });
    await customer.until('handoff.requested');
    await desk.send('handoff:accept', customer.conversationId, {});
    await held.closed;
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'stopped' });
    expect(typesOf(customer, 'handoff.requested', 'answer.ended', 'handoff.accepted')).toEqual([
      'handoff.requested',
      'answer.ended',
      'handoff.accepted',
    ]);
    for (const one of [desk, customer]) one.close();
  });
});

describe('a promise in an answer that the customer stopped', () => {
  // Without its end the sentence is not looked at while it streams.
  const half = [promise.slice(0, 20), promise.slice(20, -1)];

  const stopped = async (policy: object) => {
    const held = heldBot(half);
    behave = held.hold;
    const customer = await connectCustomer(server.url, (await siteOf(policy)).key);
    const heard = hears(customer, quote);
    await customer.send('message:send', { text: 'My refund has not come.' });
    await heard;
    behave = echo;
    await customer.send('message:send', { text: 'It is 20 euros.' });
    await held.closed;
    await customer.until('answer.ended', ({ turn }) => turn === 2);
    const types = typesOf(customer, ...told);
    customer.close();
    return types;
  };

  test('is made true', async () => {
    expect(await stopped({})).toEqual([
      'answer.started',
      'answer.ended',
      'handoff.requested',
      'answer.started',
      'answer.ended',
    ]);
  });

  test('or taken back', async () => {
    expect(await stopped(correct)).toEqual([
      'answer.started',
      'answer.ended',
      'answer.corrected',
      'answer.started',
      'answer.ended',
    ]);
  });
});

describe('a promise of a bot in the page', () => {
  const end = { turn: 1, outcome: 'answered', failure: null, handoff: null } as const;

  for (const [policy, caught] of [
    [{}, 'handoff.requested'],
    [correct, 'answer.corrected'],
  ] as const) {
    test(`is caught while it streams: ${caught}`, async () => {
      const customer = await connectCustomer(server.url, (await pageOf(policy)).key);
      const { conversationId } = customer;
      await customer.send('message:send', { text: 'My refund has not come.' });
      const chunk = { conversationId, turn: 1, offset: 0, text: `Sorry. ${promise} Now` };
      // Sent until it is taken: the turn may not have been taken up yet, and signals may be dropped.
      const sending = setInterval(() => customer.socket.emit('answer:chunk', chunk), 50);
      await customer.until(caught).finally(() => clearInterval(sending));
      expect(typesOf(customer, 'answer.ended')).toEqual([]);
      await customer.send('answer:end', { ...end, sources: [], text: `${chunk.text}, this is all.` });
      await customer.until('answer.ended');
      expect(typesOf(customer, ...told)).toEqual(['answer.started', caught, 'answer.ended']);
      customer.close();
    });
  }
});

test('what was judged is stored with the answer, the decision to offer nobody and the repeat left out, too', async () => {
  behave = (_turn, response) => void response.writeHead(500).end();
  const customer = await connectCustomer(server.url, (await siteOf()).key);
  for (const [turn, text] of [
    [1, 'Where is my card?'],
    [2, 'What does a loan cost?'],
  ] as const) {
    await customer.send('message:send', { text });
    await customer.until('answer.ended', (fact) => fact.turn === turn);
  }
  const judged = customer.facts.flatMap((fact) => ('judged' in fact ? [[fact.type, fact.judged]] : []));
  const failed = { decision: 'offer', reason: 'bot_failed' };
  expect(judged).toEqual([
    ['answer.started', { decision: 'not', reason: null }],
    ['answer.ended', failed],
    ['answer.started', failed],
    ['answer.ended', failed],
  ]);
  expect(typesOf(customer, 'handoff.suggested')).toHaveLength(1);
  customer.close();
});
