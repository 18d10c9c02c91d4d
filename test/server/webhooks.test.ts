import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FactType } from '../../protocol/conversation.ts';
import { factTypes } from '../../protocol/webhooks.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';
import { bodyOf, sentTo, signaturesBy, webhooksOf } from './webhooks-stage.ts';

let hook: Receiver;
let server: TestServer;
const amongAgents: readonly FactType[] = [
  'note.added',
  'answer.improved',
  'handoff.declined',
  'handoff.raised',
];
const open: { close(): unknown }[] = [];
const retryMs = [0, 0, 0];

beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    webhookRetryMs: retryMs,
    webhookTimeoutMs: 1_500,
  });
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  hook.answer(204);
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
});

let paths = 0;
/** A site with an agent and a webhook at a path of its own. */
async function hooked(types: string[] | null = null, on = server) {
  const site = await on.addSite({ kind: 'page' });
  const agent = await on.addAgent(site, 'Ana', 'admin');
  const path = `/hook${paths++}`;
  const desk = webhooksOf(on, agent.cookie);
  const { webhook, secret } = await desk.add(site, `${hook.origin}${path}`, types);
  return { site, agent, desk, path, webhook, secret };
}

async function customerOf(site: Site): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  return customer;
}
const say = async (customer: TestCustomer, ...texts: string[]) => {
  for (const text of texts) expect(await customer.send('message:send', { text })).toMatchObject({ ok: true });
};
const seqs = (path: string, conversationId: string) =>
  sentTo(hook, path, conversationId).map(({ fact }) => fact.seq);
const texts = (path: string, conversationId: string) =>
  sentTo(hook, path, conversationId).flatMap(({ fact }) => (fact.type === 'message.sent' ? [fact.text] : []));

describe('a webhook', () => {
  test('gets each fact that the customer may see, signed, in order, and no note', async () => {
    const { site, agent, path, webhook, secret } = await hooked();
    const customer = await customerOf(site);
    const { conversationId } = customer;
    const desk = await connectAgent(server.url, agent.cookie);
    open.push(desk);
    await say(customer, 'Where is my card?');
    await customer.send('handoff:request', {});
    await desk.send('handoff:accept', conversationId, {});
    await desk.send('note:add', conversationId, { text: 'a difficult one' });
    await desk.send('message:send', conversationId, { text: 'On its way.' });
    await desk.send('conversation:resolve', conversationId, { outcome: 'solved' });
    await customer.until('conversation.resolved');
    await eventually(() => sentTo(hook, path).at(-1)?.fact.type).toBe('conversation.resolved');
    const { facts } = await server.store.conversations.factsAfter(conversationId, 0);
    expect(sentTo(hook, path).map(({ fact }) => fact)).toEqual(
      facts.filter(({ type }) => type !== 'note.added'),
    );
    for (const one of hook.received.filter((one) => one.path === path)) {
      expect(signaturesBy(secret, one)).toBe(1);
      const { fact, ...body } = bodyOf(one);
      expect(body).toEqual({
        id: `${conversationId}:${fact.seq}`,
        type: 'fact',
        webhook: webhook.id,
        site: { key: site.key },
        conversation: { id: conversationId, customer: customer.session.customerId },
        attempt: 1,
      });
      expect(one.headers['idempotency-key']).toBe(body.id);
      expect(one.body.toString()).not.toContain('difficult');
    }
  });

  test('of every type that there is, a webhook that wants all gets all but what is among agents', async () => {
    const { site, desk, path, webhook } = await hooked();
    const customer = await customerOf(site);
    await say(customer, 'Hi');
    const { conversationId } = customer;
    await eventually(() => texts(path, conversationId)).toEqual(['Hi']);
    // Written past the engine, which would not let all of them happen in one conversation; and so past the bus.
    const [{ seq }] = await inDatabase(
      server.databaseUrl,
      `with added as (
         insert into facts (conversation_id, seq, type, at, body)
         select $1::uuid, conversations.seq + n, type, $3::bigint, jsonb_build_object('type', type, 'seq', conversations.seq + n, 'at', $3::bigint)
         from conversations, unnest($2::text[]) with ordinality as wanted (type, n) where id = $1
         returning seq)
       update conversations set seq = (select max(seq) from added) where id = $1 returning seq`,
      [conversationId, [...factTypes], Date.now()],
    );
    await desk.post('replay', {
      id: webhook.id,
      conversation: conversationId,
      fromSeq: seq - factTypes.length + 1,
    });
    await eventually(() => seqs(path, conversationId).at(-1)).toBe(seq);
    const types = sentTo(hook, path, conversationId).map(({ fact }) => fact.type);
    const everyones = factTypes.filter((type) => !amongAgents.includes(type));
    expect(types.slice(-everyones.length)).toEqual(everyones);
    // Not a conversation that could have come to be.
    await inDatabase(server.databaseUrl, 'delete from facts where conversation_id = $1', [conversationId]);
  });

  test('gets only what it wants, and nothing from before it was there', async () => {
    const { site, desk, path, webhook } = await hooked(['handoff.requested']);
    const customer = await customerOf(site);
    await say(customer, 'one', 'two');
    await customer.send('handoff:request', {});
    await eventually(() => sentTo(hook, path).map(({ fact }) => fact.type)).toEqual(['handoff.requested']);
    const late = await desk.add(site, `${hook.origin}${path}-late`);
    await say(customer, 'three');
    await eventually(() => texts(`${path}-late`, customer.conversationId)).toEqual(['three']);
    await desk.post('change', { id: webhook.id, types: ['message.sent'] });
    await say(customer, 'four');
    await eventually(() => texts(path, customer.conversationId)).toEqual(['four']);
    expect(await desk.one(late.webhook.id)).toMatchObject({ types: null, paused: null, failed: 0 });
  });
});

describe('a receiver that fails', () => {
  test('gets everything in order once it is back, and others go on meanwhile', async () => {
    const { site, desk, path, webhook } = await hooked(['message.sent']);
    const [sick, well] = [await customerOf(site), await customerOf(site)];
    let failures = 0;
    hook.answerWith((one) => {
      const { conversation, fact } = bodyOf(one);
      if (conversation.id !== sick.conversationId || fact.seq < 4 || failures >= 2) return 200;
      failures += 1;
      return 503;
    });
    await say(sick, 'a', 'b', 'c', 'd', 'e');
    await say(well, 'x', 'y');
    const inOrder = (all: readonly string[]) => all.filter((text, at) => all.indexOf(text) === at);
    await eventually(() => inOrder(texts(path, sick.conversationId))).toEqual(['a', 'b', 'c', 'd', 'e']);
    await eventually(() => texts(path, well.conversationId)).toEqual(['x', 'y']);
    // The one that failed came three times, and nothing came past it.
    const all = sentTo(hook, path, sick.conversationId);
    const tried = all.filter(({ attempt }) => attempt > 1).map(({ attempt }) => attempt);
    expect(tried).toEqual([2, 3]);
    expect(all.map(({ fact }) => fact.seq)).toEqual(
      [...all.map(({ fact }) => fact.seq)].sort((p, q) => p - q),
    );
    await eventually(async () => (await desk.deliveries(webhook.id)).map(({ result }) => result)).toContain(
      'retried',
    );
    expect(await desk.one(webhook.id)).toMatchObject({ failingSince: null, failed: 0, paused: null });
  });

  test('for good: the conversation goes on without the stretch, which can be replayed', async () => {
    const { site, desk, path, webhook } = await hooked(['message.sent']);
    const customer = await customerOf(site);
    await say(customer, 'a');
    await eventually(() => texts(path, customer.conversationId)).toEqual(['a']);
    hook.answer(500);
    await say(customer, 'lost');
    await eventually(async () => (await desk.one(webhook.id))?.failed).toBe(1);
    expect(sentTo(hook, path).map(({ attempt }) => attempt)).toEqual([1, 1, 2, 3, 4]);
    hook.answer(200);
    await say(customer, 'b');
    await eventually(() => texts(path, customer.conversationId).at(-1)).toBe('b');
    const replayed = await desk.post('replay', { id: webhook.id, failed: true });
    expect(await replayed.json()).toEqual({ conversations: 1 });
    await eventually(() => texts(path, customer.conversationId).slice(-2)).toEqual(['lost', 'b']);
    expect(await desk.one(webhook.id)).toMatchObject({ failed: 0 });
    const results = (await desk.deliveries(webhook.id)).map(({ result }) => result);
    expect(results).toContain('replayed');
  });

  test('that hangs blocks neither another webhook nor its own other conversations', async () => {
    const { site, desk, path, webhook } = await hooked(['message.sent']);
    const other = await desk.add(site, `${hook.origin}${path}-other`);
    const [stuck, free] = [await customerOf(site), await customerOf(site)];
    hook.answerWith((one) =>
      one.path === path && bodyOf(one).conversation.id === stuck.conversationId ? null : 200,
    );
    await say(stuck, 'hangs');
    await eventually(() => texts(path, stuck.conversationId)).toContain('hangs');
    await say(free, 'goes');
    await eventually(() => texts(path, free.conversationId)).toEqual(['goes']);
    await eventually(() => texts(`${path}-other`, stuck.conversationId)).toEqual(['hangs']);
    expect(other.webhook.paused).toBeNull();
    hook.answer(200);
    await eventually(async () => (await desk.deliveries(webhook.id)).map(({ error }) => error)).toContain(
      'timeout',
    );
  });

  test('and says 410 is paused, and goes on where it was once it is resumed', async () => {
    const { site, desk, path, webhook } = await hooked(['message.sent']);
    const customer = await customerOf(site);
    hook.answer(410);
    await say(customer, 'one');
    await eventually(async () => (await desk.one(webhook.id))?.paused).toBe('gone');
    await say(customer, 'two');
    hook.answer(200);
    expect(texts(path, customer.conversationId)).toEqual(['one']);
    await desk.post('change', { id: webhook.id, isPaused: false });
    await eventually(() => texts(path, customer.conversationId)).toEqual(['one', 'one', 'two']);
  });

  test('for hours is paused with the reason, and loses nothing', async () => {
    const { site, desk, path, webhook } = await hooked(['message.sent']);
    const customer = await customerOf(site);
    const sixHours = 'update webhooks set failures = 7, failing_since = $2 where id = $1';
    await inDatabase(server.databaseUrl, sixHours, [webhook.id, Date.now() - 6 * 3_600_000]);
    hook.answer(502);
    await say(customer, 'one');
    await eventually(async () => (await desk.one(webhook.id))?.paused).toBe('failing');
    hook.answer(200);
    await say(customer, 'two');
    await desk.post('change', { id: webhook.id, isPaused: false });
    await eventually(() => texts(path, customer.conversationId).slice(-2)).toEqual(['one', 'two']);
    expect(await desk.one(webhook.id)).toMatchObject({ paused: null, failingSince: null });
  });
});
