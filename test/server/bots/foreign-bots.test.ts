import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { SiteBot } from '../../../server/store/schema.ts';
import { connectAgent, connectCustomer } from '../../support/clients.ts';
import { eventually } from '../../support/eventually.ts';
import { startChatwootNlp, startHttpNlp, startRasaNlp } from '../../support/foreign-bots/dialects.ts';
import { startDialogBot } from '../../support/foreign-bots/dialog-bot.ts';
import { type DirectLineServer, startDirectLine } from '../../support/foreign-bots/direct-line.ts';
import { type NlpBot, trainNlpBot } from '../../support/foreign-bots/nlp-bot.ts';
import { startOfflineDirectLine } from '../../support/foreign-bots/offline-direct-line.ts';
import { RefundBot } from '../../support/foreign-bots/refund-bot.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { noLimits } from '../requests.ts';

const decision = 'Refund of 20 € granted.';
const decided = `A colleague has decided: ${decision}`;

let server: TestServer;
let nlp: NlpBot;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  // nlp.js prints a line for each round of its training.
  const quiet = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  [server, nlp] = await Promise.all([startTestServer(inject('postgresUrl'), noLimits), trainNlpBot()]);
  quiet.mockRestore();
});
afterAll(async () => {
  await server.close();
  for (const close of closers) await close();
});

/**
 * A customer asks the bot, gets its answer, needs a person, gets one, and goes on with the bot, which must know what
 * the person decided.
 */
async function wholeWay(siteBot: SiteBot, { question, answer }: { question: string; answer: string }) {
  const site = await server.addSite(siteBot);
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  const customer = await connectCustomer(server.url, site.key);
  const { conversationId } = customer;
  const ask = async (text: string, expected: string) => {
    await customer.send('message:send', { text });
    const ended = await customer.until('answer.ended', (fact) => fact.text.includes(expected));
    expect(ended).toMatchObject({ outcome: 'answered', failure: null });
    return ended;
  };

  await ask(question, answer);
  await ask('code nine', 'One moment.');
  expect(await customer.until('handoff.requested')).toMatchObject({
    reason: 'bot_asked',
    by: { kind: 'bot' },
  });
  expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
  await customer.until('handoff.accepted');
  const heardBefore = customer.facts.length;
  await customer.send('message:send', { text: 'Where is my refund?' });
  await desk.send('message:send', conversationId, { text: 'I see to it.' });
  await customer.until('message.sent', ({ text }) => text === 'I see to it.');
  const whilePersonWasIn = customer.facts.slice(heardBefore);
  expect(
    whilePersonWasIn.map(({ type }) => type),
    'the bot is not asked',
  ).toEqual(['message.sent', 'message.sent']);
  expect(await desk.send('handoff:return', conversationId, { decision })).toMatchObject({ ok: true });
  await customer.until('handoff.returned');
  await ask('refund', decided);
  customer.close();
  desk.close();
}

describe('a bot that was trained with nlp.js', () => {
  const hours = { question: 'what are your opening hours', answer: 'We are open from nine to five.' };

  test('behind our own wire', async () => {
    const bot = await startHttpNlp(nlp);
    closers.push(bot.close);
    await wholeWay({ kind: 'http', url: bot.url, secret: 's' }, hours);
    expect(nlp.learned.splice(0)).toEqual([decision]);
  });

  test('behind a REST channel as Rasa has one', async () => {
    const bot = await startRasaNlp(nlp);
    closers.push(bot.close);
    await wholeWay({ kind: 'rasa', url: `${bot.url}/webhooks/rest/webhook`, token: null }, hours);
    expect(nlp.learned.splice(0)).toEqual([decision]);
  });

  test('as a Chatwoot bot: webhooks in, the API out', async () => {
    const token = 'the token of the bot';
    const bot = await startChatwootNlp(nlp, () => server.url, token);
    closers.push(bot.close);
    await wholeWay({ kind: 'chatwoot', url: bot.url, token, secret: 's' }, hours);
    expect(nlp.learned.splice(0)).toEqual([decision]);
    expect(bot.refused).toEqual([]);
    const events = () => bot.requests.map(({ body }) => body?.event);
    // The bot hears of the handoff, too, which is told beside the turn.
    await eventually(() => events().filter((event) => event !== 'message_created')).toEqual([
      'conversation_opened',
      'conversation_updated',
      'conversation_status_changed',
    ]);
  });
});

describe('a bot that was written with the Bot Framework SDK', () => {
  test('behind Direct Line: handoff.initiate and handoff.status both arrive', async () => {
    const refunds = new RefundBot();
    const line: DirectLineServer = await startDirectLine((context) => refunds.run(context));
    closers.push(line.close);
    await wholeWay(
      { kind: 'botframework', url: line.url, secret: line.secret },
      { question: 'Where is my refund?', answer: 'Refunds take **five days**.' },
    );
    expect(refunds.handbacks).toMatchObject([{ agent: 'Ana', decision }]);
    await eventually(() => refunds.handoffs).toEqual([
      { state: 'accepted', agent: 'Ana', message: '' },
      { state: 'completed', agent: 'Ana', message: decision },
    ]);
  });

  test('with dialogs, served by its own adapter: prompts, a second try, and a handoff out of the middle', async () => {
    const bot = await startDialogBot();
    const line = await startOfflineDirectLine(bot.url);
    closers.push(line.close, bot.close);
    const siteBot: SiteBot = { kind: 'botframework', url: line.url, secret: line.secret };
    const site = await server.addSite(siteBot);
    const customer = await connectCustomer(server.url, site.key);
    const ask = async (text: string) => {
      const already = customer.facts.filter(({ type }) => type === 'answer.ended').length;
      await customer.send('message:send', { text });
      const { text: answer, replies } = await customer.until('answer.ended', ({ turn }) => turn > already);
      return { answer, replies };
    };
    expect(await ask('I want a refund')).toMatchObject({
      answer: expect.stringContaining('How did you pay?'),
      replies: ['Card', 'Bank'],
    });
    expect(await ask('Card')).toMatchObject({ answer: 'Which order is it?' });
    expect(await ask('the blue one')).toMatchObject({ answer: 'An order number has digits only.' });
    expect(await ask('4711')).toMatchObject({
      answer: expect.stringContaining('Refund of order 4711 by Card?'),
      replies: ['Yes', 'No'],
    });
    expect(await ask('Yes')).toMatchObject({ answer: 'Order 4711 is refunded.' });
    customer.close();

    await wholeWay(siteBot, { question: 'I want a refund', answer: 'How did you pay?' });
    await eventually(() => bot.heard).toMatchObject([
      { name: 'handoff.status', value: { state: 'accepted', agent: 'Ana' } },
      { name: 'handoff.status', value: { state: 'completed', message: decision } },
      { name: 'handrail.handback', value: { agent: 'Ana', decision } },
    ]);
  });
});
