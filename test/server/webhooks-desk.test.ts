import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { WebhookWithSecret } from '../../protocol/webhooks.ts';
import { connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';
import { sentTo, signaturesBy, webhooksOf } from './webhooks-stage.ts';

let hook: Receiver;
let server: TestServer;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  hook = await startReceiver();
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, webhookRetryMs: [0] });
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await server?.close();
  await hook?.close();
});

let paths = 0;
async function hooked() {
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard help' });
  const desk = webhooksOf(server, (await server.addAgent(site, 'Ana', 'admin')).cookie);
  const path = `/desk${paths++}`;
  return {
    site,
    desk,
    path,
    url: `${hook.origin}${path}`,
    ...(await desk.add(site, `${hook.origin}${path}`)),
  };
}

test("another site's webhook is not found, whatever is wanted of it", async () => {
  const { webhook, site } = await hooked();
  const stranger = webhooksOf(
    server,
    (await server.addAgent(await server.addSite({ kind: 'page' }), 'Ana', 'admin')).cookie,
  );
  const { id } = webhook;
  expect((await stranger.list()).webhooks).toEqual([]);
  for (const [path, body] of [
    ['add', { site: site.key, url: 'https://hooks.example/', types: null }],
    ['change', { id, isPaused: true }],
    ['secret', { id }],
    ['remove', { id }],
    ['replay', { id, failed: true }],
    ['ping', { id }],
  ] as const) {
    await expectProblem(await stranger.post(path, body), 'not_found');
  }
  expect(await stranger.deliveries(id)).toBeUndefined();
  expect(await server.store.webhooks.byId(id)).toMatchObject({ paused: null, oldSecret: null });
});

test('the secret is told once, and a rotated one signs beside the old one for a day', async () => {
  const { desk, path, webhook, secret } = await hooked();
  expect(secret).toMatch(/^whsec_[\w-]{43}$/);
  expect(JSON.stringify(await desk.list())).not.toContain(secret);
  const rotated = (await (await desk.post('secret', { id: webhook.id })).json()) as WebhookWithSecret;
  expect(rotated.secret).not.toBe(secret);
  expect(rotated.webhook.oldSecretUntil).toBeGreaterThan(Date.now() + 23 * 3_600_000);
  const signedBy = async () => {
    expect(await (await desk.post('ping', { id: webhook.id })).json()).toMatchObject({ isDelivered: true });
    const last = hook.received.filter((one) => one.path === path).at(-1);
    return last === undefined ? [] : [signaturesBy(rotated.secret, last), signaturesBy(secret, last)];
  };
  expect(await signedBy()).toEqual([1, 1]);
  await inDatabase(server.databaseUrl, 'update webhooks set old_secret_until = 1 where id = $1', [
    webhook.id,
  ]);
  expect(await signedBy()).toEqual([1, 0]);
});

describe('an address', () => {
  test.each([
    'ftp://a.example/',
    'https://user:word@a.example/',
    'http://169.254.169.254/meta',
    'http://10.0.0.1/',
  ])('%s is refused', async (url) => {
    const { desk, site, webhook } = await hooked();
    await expectProblem(await desk.post('add', { site: site.key, url, types: null }), 'invalid');
    await expectProblem(await desk.post('change', { id: webhook.id, url }), 'invalid');
  });

  test('that leads into the private network is not called, whenever it was entered', async () => {
    const { desk, site, path, webhook } = await hooked();
    const strict = await startTestServer(
      inject('postgresUrl'),
      { ...noLimits, outboundAllow: [], webhookRetryMs: [] },
      server.databaseUrl,
    );
    const customer = await connectCustomer(strict.url, site.key);
    open.push(customer);
    // Only the strict one sends.
    await desk.post('change', { id: webhook.id, isPaused: true });
    await customer.send('message:send', { text: 'Hi' });
    const pinged = await webhooksOf(strict, (await strict.addAgent(site, 'Ana', 'admin')).cookie).post(
      'ping',
      {
        id: webhook.id,
      },
    );
    expect(await pinged.json()).toMatchObject({ isDelivered: false, error: 'refused_address', status: null });
    expect(sentTo(hook, path)).toEqual([]);
    await strict.close();
  });
});

test('notes cannot be asked for', async () => {
  const { desk, site, url } = await hooked();
  expect((await desk.list()).types).not.toContain('note.added');
  await expectProblem(await desk.post('add', { site: site.key, url, types: ['note.added'] }), 'invalid');
});

test('a site has ten webhooks at most, also if they are added at once', async () => {
  const { desk, site, url } = await hooked();
  const added = await Promise.all(
    Array.from({ length: 12 }, () => desk.post('add', { site: site.key, url, types: null })),
  );
  expect(added.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(9);
  const refused = added.find(({ status }) => status !== 200);
  if (refused !== undefined) await expectProblem(refused, 'webhook_limit');
  const [first] = (await desk.list()).webhooks;
  expect((await desk.post('remove', { id: first?.id })).status).toBe(204);
  expect((await desk.list()).webhooks).toHaveLength(9);
});

describe('a replay', () => {
  test('of a conversation begins where it is asked to; of a time range with what was in it', async () => {
    const { desk, site, path, webhook } = await hooked();
    const customer = await connectCustomer(server.url, site.key);
    open.push(customer);
    for (const text of ['a', 'b', 'c']) await customer.send('message:send', { text });
    const { conversationId } = customer;
    const { facts } = await server.store.conversations.factsAfter(conversationId, 0);
    const seqs = facts.map(({ seq }) => seq);
    const came = () => sentTo(hook, path, conversationId).map(({ fact }) => fact.seq);
    await eventually(came).toEqual(seqs);
    const from = facts.find((fact) => fact.type === 'message.sent' && fact.text === 'b')?.seq ?? 0;
    await desk.post('replay', { id: webhook.id, conversation: conversationId, fromSeq: from });
    const again = [...seqs, ...seqs.filter((seq) => seq >= from)];
    await eventually(came).toEqual(again);
    const range = { id: webhook.id, from: Date.now() - 60_000, until: Date.now() };
    expect(await (await desk.post('replay', range)).json()).toEqual({ conversations: 1 });
    await eventually(came).toEqual([...again, ...seqs]);
    const long = { id: webhook.id, from: 0, until: 1 };
    expect(await (await desk.post('replay', long)).json()).toEqual({ conversations: 0 });
  });

  test("never reaches another site's conversation, and is limited", async () => {
    const { desk, webhook } = await hooked();
    const other = await server.addSite({ kind: 'page' });
    const customer = await connectCustomer(server.url, other.key);
    open.push(customer);
    await customer.send('message:send', { text: 'mine' });
    const body = { id: webhook.id, conversation: customer.conversationId };
    for (let one = 0; one < 6; one++) await expectProblem(await desk.post('replay', body), 'not_found');
    await expectProblem(await desk.post('replay', body), 'rate_limited');
  });
});

test('what became of the tries is kept for two weeks', async () => {
  const { desk, site, webhook } = await hooked();
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  await customer.send('message:send', { text: 'Hi' });
  await eventually(async () => (await desk.deliveries(webhook.id))[0]).toMatchObject({
    conversation: customer.conversationId,
    result: 'delivered',
    status: 200,
    error: null,
    attempt: 1,
  });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(
    /handrail_webhook_deliveries_total\{result="delivered"\} \d+/,
  );
  await server.store.webhookDeliveries.forget(Date.now() - 14 * 24 * 3_600_000);
  expect(await desk.deliveries(webhook.id)).not.toEqual([]);
  await inDatabase(server.databaseUrl, 'update webhook_deliveries set at = 1 where webhook_id = $1', [
    webhook.id,
  ]);
  expect(await server.store.webhookDeliveries.forget(2)).toBeGreaterThan(0);
  expect(await desk.deliveries(webhook.id)).toEqual([]);
});
