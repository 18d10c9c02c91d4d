import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { FactOf } from '../../protocol/conversation.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { correction, type Editor, editorAt, untilLookedUp } from './guidance-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
let editor: Editor;
const customers: TestCustomer[] = [];

beforeAll(async () => {
  bot = await startTestBot((turn, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ text: `${turn.text.length} letters. ${turn.hint?.text ?? ''}` }));
  });
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, guidanceWithinMs: 2_000 });
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
  editor = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
});
afterEach(() => {
  for (const customer of customers.splice(0)) customer.close();
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

const customerAt = async (at = site) => {
  const customer = await connectCustomer(server.url, at.key);
  customers.push(customer);
  return customer;
};
/** Asks, and waits for the end of that turn. */
async function ask(customer: TestCustomer, text: string, language?: string): Promise<FactOf<'answer.ended'>> {
  const before = customer.facts.filter(({ type }) => type === 'answer.ended').length;
  await customer.send('message:send', { text, ...(language === undefined ? {} : { context: { language } }) });
  return customer.until('answer.ended', ({ turn }) => turn > before);
}
/** A site with one guidance, once it is looked up there. */
async function siteWith(content: Parameters<Editor['live']>[0], kind: 'http' | 'page' = 'http') {
  const own = await server.addSite(kind === 'http' ? { kind, url: bot.url, secret: 's' } : { kind });
  const admin = await server.addAgent(own, 'Adam', 'admin');
  const ownEditor = editorAt(server, own, admin);
  const guidance = await ownEditor.live(content);
  await untilLookedUp([server], own, ownEditor);
  return { site: own, editor: ownEditor, guidance, cookie: admin.cookie };
}
const [question] = correction.examples as [string];

describe('in front of the bot', () => {
  test('an answer is given word for word, with what it came from, and the bot is not asked', async () => {
    const { site: own, guidance } = await siteWith({});
    const asked = bot.asked.length;
    const customer = await customerAt(own);
    const ended = await ask(customer, question);
    expect(ended).toMatchObject({
      outcome: 'answered',
      text: correction.text,
      guidance: { id: guidance.id, version: 1, kind: 'answer' },
    });
    const { score = 0, threshold = 0 } = ended.guidance ?? {};
    expect(score).toBeGreaterThanOrEqual(threshold);
    expect(await ask(customer, '  when does my NEW card arrive ?!')).toMatchObject({ text: correction.text });
    expect(bot.asked).toHaveLength(asked);
    expect(await ask(customer, 'Do you sell garden chairs?')).toMatchObject({ text: '26 letters. ' });
    expect(customer.facts.at(-1)).not.toHaveProperty('guidance');
  });

  test('a hint is told to the bot with the question, and its words to nobody else', async () => {
    const text = 'Express takes two days.';
    const { site: own, guidance } = await siteWith({ kind: 'hint', text });
    const customer = await customerAt(own);
    const ended = await ask(customer, question);
    expect(ended).toMatchObject({ text: `${question.length} letters. ${text}`, guidance: { kind: 'hint' } });
    expect(bot.asked.at(-1)?.hint).toEqual({ guidance: guidance.id, version: 1, text });
    expect(JSON.stringify(customer.facts.filter(({ type }) => type === 'answer.started'))).not.toContain(
      text,
    );
    await ask(customer, 'Do you sell garden chairs?');
    expect(bot.asked.at(-1)).not.toHaveProperty('hint');
  });

  test('a topic for people gets an honest line and a person, and no second request', async () => {
    const { site: own } = await siteWith({ kind: 'person', text: 'This needs one of us.' });
    const customer = await customerAt(own);
    expect(await ask(customer, question)).toMatchObject({ text: 'This needs one of us.' });
    expect(await customer.until('handoff.requested')).toMatchObject({ reason: 'guidance' });
    expect(await ask(customer, question)).toMatchObject({ text: 'This needs one of us.' });
    expect(customer.facts.filter(({ type }) => type === 'handoff.requested')).toHaveLength(1);
  });

  test('only whom it concerns gets it: by language, by what the site vouches for, and in its time', async () => {
    const { site: own, editor: ownEditor } = await siteWith({
      text: 'English.',
      scope: { languages: ['en'] },
    });
    const until = Date.now() + 60_000;
    await ownEditor.live({
      text: 'Gold.',
      examples: ['What does gold cost?'],
      scope: { traits: { plan: 'gold' } },
    });
    await ownEditor.live({ text: 'Later.', examples: ['Is the shop in Rome open?'], scope: { from: until } });
    await untilLookedUp([server], own, ownEditor);
    expect(await ask(await customerAt(own), question, 'en-GB')).toMatchObject({ text: 'English.' });
    expect(await ask(await customerAt(own), question, 'de')).not.toHaveProperty('guidance');
    expect(await ask(await customerAt(own), question)).not.toHaveProperty('guidance');

    const gold = await customerAt(own);
    expect(await ask(gold, 'What does gold cost?')).not.toHaveProperty('guidance');
    const vouched = (at: number | null) =>
      inDatabase(server.databaseUrl, 'update customers set traits = $1, verified_at = $2 where id = $3', [
        { plan: 'gold' },
        at,
        gold.session.customerId,
      ]);
    await vouched(null);
    expect(await ask(gold, 'What does gold cost?')).not.toHaveProperty('guidance');
    await vouched(1);
    expect(await ask(gold, 'What does gold cost?')).toMatchObject({ text: 'Gold.' });

    const early = await customerAt(own);
    expect(await ask(early, 'Is the shop in Rome open?')).not.toHaveProperty('guidance');
    // Not over the socket: its client takes a clock that jumps for a lost connection.
    const caller = { customer: { id: early.session.customerId, siteId: own.id }, site: own };
    const again = { cid: uuidv7(), conversationId: early.conversationId, text: 'Is the shop in Rome open?' };
    const clock = vi.spyOn(Date, 'now').mockReturnValue(until);
    await server.app.engine.forCustomer(caller, 'message:send', again).finally(() => clock.mockRestore());
    const late = await early.until('answer.ended', ({ turn }) => turn === 2);
    expect(late).toMatchObject({ text: 'Later.' });
  });

  test('what a person decided for a customer goes before what holds for all: an answer is a hint then', async () => {
    const { site: own, cookie: ownCookie } = await siteWith({});
    const desk = await connectAgent(server.url, ownCookie);
    const customer = await customerAt(own);
    const { conversationId } = customer;
    await customer.send('handoff:request', {});
    await desk.send('handoff:accept', conversationId, {});
    await customer.send('message:send', { text: question });
    await desk.send('handoff:return', conversationId, { decision: 'Yours comes tomorrow.' });
    await customer.until('handoff.returned');
    expect(
      customer.facts.filter(({ type }) => type === 'answer.ended'),
      'one voice',
    ).toEqual([]);
    expect(await ask(customer, question)).toMatchObject({ guidance: { kind: 'hint' } });
    expect(bot.asked.at(-1)).toMatchObject({
      hint: { text: correction.text },
      handback: { decision: 'Yours comes tomorrow.' },
    });
    desk.close();
  });

  test('a promise in it is kept like a bot’s', async () => {
    const { site: own } = await siteWith({ text: 'One of our agents will call you back today.' });
    const customer = await customerAt(own);
    await ask(customer, question);
    expect(await customer.until('handoff.requested')).toMatchObject({ reason: 'bot_promised' });
  });

  test('a bot in the page is told in its turn, and not asked where the answer is known', async () => {
    const { site: own, editor: ownEditor } = await siteWith({}, 'page');
    await ownEditor.live({ kind: 'hint', text: 'Only red ones.', examples: ['Which chairs are there?'] });
    await untilLookedUp([server], own, ownEditor);
    const customer = await customerAt(own);
    expect(await ask(customer, question)).toMatchObject({ text: correction.text, turn: 1 });
    await customer.send('message:send', { text: 'Which chairs are there?' });
    const started = await customer.until('answer.started', ({ turn }) => turn === 2);
    expect(started).toMatchObject({ hint: 'Only red ones.', guidance: { kind: 'hint' } });
  });

  test('a look-up that fails or takes too long is no guidance, and what is said stays in order', async () => {
    const { site: own } = await siteWith({});
    const customer = await customerAt(own);
    const asker = vi.spyOn(server.store.liveGuidance, 'asker').mockRejectedValueOnce(new Error('away'));
    expect(await ask(customer, question)).not.toHaveProperty('guidance');
    asker.mockImplementationOnce(() => new Promise(() => undefined));
    const [slow] = await Promise.all([ask(customer, question), customer.send('handoff:request', {})]);
    expect(slow).not.toHaveProperty('guidance');
    asker.mockRestore();
    const said = customer.facts.map(({ type }) => type);
    expect(said.lastIndexOf('message.sent')).toBeLessThan(said.indexOf('handoff.requested'));
  });

  test('a failed answer that is tried again gets what has been approved meanwhile', async () => {
    const dead = await server.addSite({ kind: 'http', url: 'http://127.0.0.1:9/reply', secret: 's' });
    const ownEditor = editorAt(server, dead, await server.addAgent(dead, 'Adam', 'admin'));
    const customer = await customerAt(dead);
    expect(await ask(customer, question)).toMatchObject({ outcome: 'failed' });
    await ownEditor.live({});
    await untilLookedUp([server], dead, ownEditor);
    await customer.send('answer:retry', { turn: 1 });
    const again = await customer.until('answer.ended', ({ turn }) => turn === 2);
    expect(again).toMatchObject({ outcome: 'answered', text: correction.text });
  });
});

test('what nobody has approved is given to nobody', async () => {
  await editor.done('add', { ...correction, site: site.key, isProposed: true });
  await editor.live({ text: 'Something else.', examples: ['Do you sell garden chairs?'] });
  await untilLookedUp([server], site, editor);
  expect(await ask(await customerAt(), question)).not.toHaveProperty('guidance');
});
