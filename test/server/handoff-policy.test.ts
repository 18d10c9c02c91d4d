import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Fact } from '../../protocol/conversation.ts';
import { type BotBehaviour, sse, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let behave: BotBehaviour = () => undefined;

beforeAll(async () => {
  bot = await startTestBot((...turn) => behave(...turn));
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

const siteOf = (policy = {}) =>
  server.addSite({ kind: 'http', url: bot.url, secret: 'x'.repeat(32) }, { policy });
const typesOf = ({ facts }: { facts: readonly Fact[] }) => facts.map(({ type }) => type);

/** Streams these words, one at a time. */
const streaming =
  (text: string): BotBehaviour =>
  (_turn, response) => {
    const stream = sse(response);
    for (const word of text.split(/(?<= )/)) stream.send('text', { text: word });
    stream.send('end', { outcome: 'answered' });
    stream.end();
  };

async function customerOf(policy = {}): Promise<TestCustomer> {
  return connectCustomer(server.url, (await siteOf(policy)).key);
}

describe('asking in words', () => {
  test('brings a person, with the words as the reason on the desk, and the bot is not asked', async () => {
    const site = await siteOf();
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    const customer = await connectCustomer(server.url, site.key);
    const asked = bot.asked.length;
    await customer.send('message:send', { text: 'Könnte ich bitte mit einem echten Menschen sprechen?' });
    await customer.until('handoff.requested');
    await desk.watch(customer.conversationId);
    expect(await desk.until('handoff.requested')).toMatchObject({
      reason: 'customer_said',
      detail: expect.stringContaining('Menschen'),
    });
    expect(bot.asked.length).toBe(asked);
    for (const one of [desk, customer]) one.close();
  });

  test('whether this is a bot is answered by us, and offers a person', async () => {
    const customer = await customerOf();
    const asked = bot.asked.length;
    await customer.send('message:send', { text: 'Am I talking to a real person?' });
    expect(await customer.until('handoff.suggested')).toMatchObject({ reason: 'asked_if_bot' });
    expect(typesOf(customer)).not.toContain('handoff.requested');
    expect(bot.asked.length).toBe(asked);
    customer.close();
  });
});

describe('a streamed promise', () => {
  const promise = 'Thanks! I have forwarded this to our team and someone will get back to you shortly.';

  // With the answer or right before its end: whichever the text was looked at for first.
  test('is made true no later than with the answer, and once', async () => {
    behave = streaming(promise);
    const customer = await customerOf();
    await customer.send('message:send', { text: 'My refund has not come.' });
    expect(await customer.until('handoff.requested')).toMatchObject({
      reason: 'bot_promised',
      by: { kind: 'system' },
    });
    const ended = await customer.until('answer.ended');
    const requested = customer.facts.filter(({ type }) => type === 'handoff.requested');
    expect(requested).toHaveLength(1);
    expect(requested[0]?.seq, 'nothing came between them').toBeLessThanOrEqual(ended.seq + 1);
    customer.close();
  });

  test('is taken back at once where the site wants that', async () => {
    behave = streaming(promise);
    const customer = await customerOf({ promises: 'correct' });
    await customer.send('message:send', { text: 'My refund has not come.' });
    expect(await customer.until('answer.corrected')).toMatchObject({ turn: 1, quote: expect.any(String) });
    expect(typesOf(customer)).not.toContain('handoff.requested');
    customer.close();
  });
});

describe('never silent', () => {
  test('who asks while nobody is there reads so in the conversation, and reads it when somebody comes', async () => {
    const site = await siteOf();
    const agent = await server.addAgent(site);
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    expect(await customer.until('queue.told')).toMatchObject({ place: 1, isAnyoneOnline: false, wait: null });
    const desk = await connectAgent(server.url, agent.cookie);
    expect(await customer.until('queue.told', (fact) => fact.isAnyoneOnline)).toMatchObject({ place: 1 });
    customer.close();

    const { session, conversationId } = customer;
    const back = await connectCustomer(server.url, site.key, { session, conversationId });
    await back.until('queue.told');
    expect(
      typesOf(back).filter((type) => type === 'queue.told'),
      'kept, not only shown',
    ).toHaveLength(2);
    for (const one of [desk, back]) one.close();
  });

  test('how long it usually takes is said once enough customers have waited', async () => {
    const site = await siteOf();
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    for (let index = 0; index < 5; index += 1) {
      const customer = await connectCustomer(server.url, site.key);
      await customer.send('handoff:request', {});
      await desk.send('handoff:accept', customer.conversationId, {});
      customer.close();
    }
    expect(await server.store.queueHistory.recentWaits(site.id)).toHaveLength(5);
    desk.close();
  });
});

test('what suggests a person is stored with its reason: a bot that goes in circles, two thumbs down', async () => {
  behave = streaming('Please look at our help pages on cards and payments for more about this topic.');
  const customer = await customerOf();
  await customer.send('message:send', { text: 'How do I change my PIN?' });
  await customer.until('answer.ended', ({ turn }) => turn === 1);
  await customer.send('message:send', { text: 'And what does a new card cost?' });
  expect(await customer.until('handoff.suggested')).toMatchObject({ reason: 'bot_repeated' });
  for (const turn of [1, 2]) {
    await customer.send('feedback:give', { turn, verdict: 'down', reasons: [], comment: '' });
  }
  await customer.until('feedback.given', ({ turn }) => turn === 2);
  expect(customer.facts.filter(({ type }) => type === 'handoff.suggested').length).toBeGreaterThan(0);
  customer.close();
});
