import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../../support/clients.ts';
import { eventually } from '../../support/eventually.ts';
import { createChatwootApi, numberIn } from '../../support/foreign-bots/chatwoot-api.ts';
import { type JsonServer, startJsonServer } from '../../support/foreign-bots/json-server.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { inDatabase, noLimits } from '../requests.ts';

describe('the API that a Chatwoot bot answers through', () => {
  let webhook: JsonServer;
  let server: TestServer;
  let site: Site;
  const customers: TestCustomer[] = [];
  const token = 'a token of one site';
  const otherToken = 'a token of another';
  const api = () => createChatwootApi(server.url, token);

  beforeAll(async () => {
    webhook = await startJsonServer(() => ({}));
    server = await startTestServer(inject('postgresUrl'), { ...noLimits, botFirstByteMs: 30_000 });
    const url = webhook.url;
    site = await server.addSite({ kind: 'chatwoot', url, token, secret: 's' });
    await server.addSite({ kind: 'chatwoot', url, token: otherToken, secret: 's' });
    await server.addSite({ kind: 'page' });
  });
  afterEach(() => {
    for (const customer of customers.splice(0)) customer.close();
  });
  afterAll(async () => {
    await server.close();
    await webhook.close();
  });

  let count = 0;
  /** A customer who has asked something, and the number of their conversation. */
  async function asking(of = site) {
    const text = `question ${++count}`;
    const customer = await connectCustomer(server.url, of.key);
    customers.push(customer);
    await customer.send('message:send', { text });
    await eventually(() => numberIn(webhook, text)).not.toBeNull();
    return { customer, number: Number(numberIn(webhook, text)) };
  }

  async function taken() {
    const given = await asking();
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    await given.customer.send('handoff:request', {});
    await desk.send('handoff:accept', given.customer.conversationId, {});
    await given.customer.until('handoff.accepted');
    return { ...given, desk };
  }

  const botFacts = async (conversationId: string) =>
    (await server.store.conversations.factsAfter(conversationId, 0)).facts.filter(
      ({ by }) => by.kind === 'bot',
    );

  test('ends the turn with the first message, and says more with the next ones', async () => {
    const { customer, number } = await asking();
    const asked = webhook.requests.length;
    expect(await api().say(number, 'First.')).toMatchObject({
      status: 200,
      body: { content: 'First.', conversation_id: number, message_type: 1, sender: { type: 'agent_bot' } },
    });
    expect(await customer.until('answer.ended')).toMatchObject({
      turn: 1,
      outcome: 'answered',
      text: 'First.',
    });
    await api().say(number, 'Second.', { message_type: 1 });
    expect(await customer.until('answer.ended', ({ turn }) => turn === 2)).toMatchObject({ text: 'Second.' });
    await customer.send('message:send', { text: 'thanks' });
    await eventually(() => numberIn(webhook, 'thanks')).toBe(number);
    expect(webhook.requests.length, 'nobody asked the bot for its second message').toBe(asked + 1);
    await api().say(number, 'Welcome.');
    await customer.until('answer.ended', ({ text }) => text === 'Welcome.');
  });

  test('takes choices as quick replies, and cards and articles as text with links', async () => {
    const { customer, number } = await asking();
    const items = ['By card', 'By bank'].map((title) => ({ title, value: title.toLowerCase() }));
    await api().say(number, 'How?', { content_type: 'input_select', content_attributes: { items } });
    expect(await customer.until('answer.ended')).toMatchObject({
      text: 'How?',
      replies: ['By card', 'By bank'],
    });
    const articles = [{ title: 'Cards', description: 'All of them.', link: 'https://help.example/cards' }];
    await api().say(number, 'Look:', { content_type: 'article', content_attributes: { items: articles } });
    expect(await customer.until('answer.ended', ({ turn }) => turn === 2)).toMatchObject({
      text: 'Look:\n\n**Cards**\nAll of them.',
      sources: [{ title: 'Cards', url: 'https://help.example/cards' }],
    });
    const actions = [
      { type: 'link', text: 'Read', uri: 'https://help.example/a' },
      { type: 'link', text: 'Bad', uri: 'javascript:alert(1)' },
      { type: 'postback', text: 'Yes', payload: 'y' },
    ];
    await api().say(number, null, {
      content_type: 'cards',
      content_attributes: { items: [{ title: 'A', actions }] },
    });
    expect(await customer.until('answer.ended', ({ turn }) => turn === 3)).toMatchObject({
      text: '**A**',
      sources: [{ title: 'Read', url: 'https://help.example/a' }],
      replies: ['Yes'],
    });
  });

  test('brings in a person when the conversation is opened, once', async () => {
    const { customer, number } = await asking();
    await api().say(number, 'One moment.');
    expect(await api().toggle(number, { status: 'open', reason: 'a complaint' })).toMatchObject({
      status: 200,
      body: { payload: { success: true, current_status: 'open', conversation_id: number } },
    });
    const requested = await customer.until('handoff.requested');
    expect(requested).toMatchObject({ reason: 'bot_asked', detail: 'a complaint', by: { kind: 'bot' } });
    expect((await api().toggle(number, { status: 'open' })).status).toBe(200);
    expect((await api().read(number)).body).toMatchObject({ id: number, status: 'open', can_reply: true });
    expect(customer.facts.filter(({ type }) => type === 'handoff.requested')).toHaveLength(1);
  });

  test('brings in a person also before an answer, and by a toggle that names no status', async () => {
    const { customer, number } = await asking();
    expect(await api().toggle(number)).toMatchObject({
      status: 200,
      body: { payload: { current_status: 'open' } },
    });
    expect(await customer.until('handoff.requested')).toMatchObject({ reason: 'bot_asked' });
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'stopped' });
  });

  test('refuses every word of the bot once a person is in; nothing of it is kept', async () => {
    const { customer, number, desk } = await taken();
    const before = await botFacts(customer.conversationId);
    expect(await api().say(number, 'Too late.')).toMatchObject({
      status: 409,
      body: { code: 'not_bots_turn', error: expect.any(String) },
    });
    for (const status of ['pending', 'resolved', 'snoozed']) {
      expect(await api().toggle(number, { status })).toMatchObject({
        status: 409,
        body: { code: 'not_bots_turn' },
      });
    }
    expect((await api().toggle(number, { status: 'open' })).status, 'open it is already').toBe(200);
    expect((await api().read(number)).body).toMatchObject({ status: 'open', can_reply: false });
    expect(await botFacts(customer.conversationId)).toEqual(before);
    desk.close();
  });

  test('lets the bot speak again once the person has handed back', async () => {
    const { customer, number, desk } = await taken();
    await desk.send('handoff:return', customer.conversationId, { decision: 'Granted.' });
    await customer.until('handoff.returned');
    expect((await api().say(number, 'Here I am.')).status).toBe(200);
    await customer.until('answer.ended', ({ text }) => text === 'Here I am.');
    expect((await api().toggle(number, { status: 'pending' })).body).toMatchObject({
      payload: { success: true, current_status: 'pending' },
    });
    desk.close();
  });

  test('leaves it to the customer whether all is solved', async () => {
    const { customer, number } = await asking();
    for (const status of ['resolved', 'snoozed']) {
      expect((await api().toggle(number, { status })).body).toMatchObject({
        payload: { success: false, current_status: 'pending' },
      });
    }
    await customer.send('conversation:resolve', { outcome: 'solved' });
    expect((await api().read(number)).body).toMatchObject({ status: 'resolved' });
    expect((await api().toggle(number, { status: 'resolved' })).body).toMatchObject({
      payload: { success: true },
    });
    expect((await api().say(number, 'Bye')).status).toBe(409);
    expect((await api().toggle(number, { status: 'open' })).status).toBe(409);
  });

  test('takes notes politely and keeps them nowhere', async () => {
    const { customer, number } = await asking();
    for (const isPrivate of [true, 'true']) {
      expect((await api().say(number, 'a secret', { private: isPrivate })).status).toBe(200);
    }
    expect((await api().call('POST', `${number}/toggle_typing_status`, { typing_status: 'on' })).status).toBe(
      200,
    );
    const rows = await inDatabase(
      server.databaseUrl,
      'select body::text from facts where conversation_id = $1',
      [customer.conversationId],
    );
    expect(JSON.stringify(rows)).not.toContain('a secret');
    expect(customer.facts.at(-1)?.type).toBe('answer.started');
  });

  test.each([
    ['no token', null, 401, 'unauthenticated'],
    ['a wrong token', 'wrong', 401, 'unauthenticated'],
    ['an empty token', '', 401, 'unauthenticated'],
    ['the token of another site', otherToken, 404, 'not_found'],
  ])('with %s is shut', async (_what, given, status, code) => {
    const { customer, number } = await asking();
    const strange = createChatwootApi(server.url, given);
    for (const reply of [
      await strange.say(number, 'Hello'),
      await strange.toggle(number, { status: 'open' }),
      await strange.call('POST', `${number}/toggle_typing_status`, {}),
      await strange.read(number),
    ]) {
      expect(reply).toMatchObject({ status, body: { code, error: expect.any(String) } });
    }
    expect(customer.facts.at(-1)?.type).toBe('answer.started');
  });

  test.each([
    ['no JSON', '{"oops', 422],
    ['nothing', {}, 422],
    ['a blank text', { content: ' \n' }, 422],
    ['a number as text', { content: 7 }, 422],
    ['words in the name of the customer', { content: 'I agree', message_type: 'incoming' }, 422],
    ['the same by number', { content: 'I agree', message_type: 0 }, 422],
    ['more than an answer may hold', { content: 'x'.repeat(20_001) }, 422],
    ['more than a body may hold', { content: 'x'.repeat(70_000) }, 413],
    [
      'choices without end',
      { content: 'a', content_attributes: { items: Array(51).fill({ title: 'a' }) } },
      422,
    ],
  ])('refuses %s, and the turn goes on', async (_what, body, status) => {
    const { customer, number } = await asking();
    const reply = await api().call('POST', `${number}/messages`, body);
    expect(reply).toMatchObject({ status, body: { error: expect.any(String) } });
    expect(JSON.stringify(reply.body)).not.toMatch(/node_modules|select |postgres/i);
    expect(customer.facts.at(-1)?.type).toBe('answer.started');
  });

  test.each(['999999999', '0', '-1', 'x', '1e3', '99999999999999999999'])(
    'knows no conversation %s',
    async (number) => {
      const { status } = await api().call('GET', number);
      expect([404, 422]).toContain(status);
    },
  );

  test('is none for browsers: no origin is let in', async () => {
    const response = await fetch(`${server.url}/api/v1/accounts/1/conversations/1`, {
      headers: { origin: 'https://shop.example', api_access_token: token },
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a message that comes after the deadline still answers the question', async () => {
    const hasty = await server.addSite(
      { kind: 'chatwoot', url: webhook.url, token: 'hasty', secret: 's' },
      { limits: { firstByteMs: 100 } },
    );
    const { customer, number } = await asking(hasty);
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'failed', failure: 'timeout' });
    await createChatwootApi(server.url, 'hasty').say(number, 'Found it.');
    const { turn } = await customer.until('answer.ended', ({ text }) => text === 'Found it.');
    const started = await customer.until('answer.started', (fact) => fact.turn === turn);
    const first = await customer.until('answer.started', (fact) => fact.turn === 1);
    expect(started.question).toBe(first.question);
  });
});
