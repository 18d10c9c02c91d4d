import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, pushServices: [receiver.origin] });
});
afterAll(async () => {
  await server?.close();
  await receiver?.close();
});

/** Ana promises something that is due in a moment, and lets it pass. */
async function missed(showsTopic: boolean) {
  const webhook = {
    channel: 'webhook',
    afterMs: 0,
    url: `${receiver.origin}/hook/${showsTopic}`,
    secret: 's'.repeat(32),
    style: 'json',
  } as const;
  const notify = {
    repeatMs: 3_600_000,
    repeats: 0,
    showsTopic,
    steps: [{ channel: 'push', afterMs: 60_000 } as const, webhook],
  };
  const site = await server.addSite({ kind: 'page' }, { title: 'Northcard help', notify });
  const [ana, ben] = [await server.addAgent(site, 'Ana'), await server.addAgent(site, 'Ben')];
  const [hers, his] = [createDevice(receiver.origin), createDevice(receiver.origin)];
  await server.store.notifications.saveSubscription(ana.id, hers.subscription);
  await server.store.notifications.saveSubscription(ben.id, his.subscription);
  const told = ({ subscription, read }: typeof hers) =>
    receiver.received
      .filter(({ path }) => path === new URL(subscription.endpoint).pathname)
      .map(({ body }) => read(body));
  const desk = await connectAgent(server.url, ana.cookie);
  const customer = await connectCustomer(server.url, site.key);
  await customer.send('handoff:request', {});
  const { conversationId } = customer;
  await desk.send('handoff:accept', conversationId, {});
  const dueAt = Date.now() + 5_000;
  const reply = await desk.send('promise:make', conversationId, {
    kind: 'follow_up',
    text: 'I ask\nbilling',
    dueAt,
  });
  expect(reply).toMatchObject({ ok: true });
  const hooks = () =>
    receiver.received
      .filter(({ path }) => path === `/hook/${showsTopic}`)
      .map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>)
      .filter(({ type }) => type === 'promise.missed');
  await eventually(() => told(hers).length).toBe(1);
  await customer.until('promise.missed');
  await eventually(() => hooks().length).toBe(1);
  await eventually(() => told(his).length).toBe(1);
  desk.close();
  customer.close();
  const by = `${new Date(dueAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { ana: told(hers), ben: told(his), hook: hooks()[0], by, dueAt, conversationId, site, reply };
}

test('the reminder goes to its owner’s devices, a missed promise to everybody’s and to the webhook, in plain words', async () => {
  const { ana, ben, hook, by, dueAt, conversationId, site, reply } = await missed(true);
  expect(ana[0]).toMatchObject({
    title: 'A promise to a customer is due soon at Northcard help',
    body: `Ana promised: I ask billing (by ${by})`,
    tag: conversationId,
    url: expect.stringMatching(new RegExp(`/console/c/${conversationId}$`)),
  });
  expect(ben).toEqual([
    expect.objectContaining({
      title: 'A promise to a customer was missed at Northcard help',
      body: `Ana promised: I ask billing (by ${by})`,
    }),
  ]);
  expect(hook).toMatchObject({
    type: 'promise.missed',
    conversation: conversationId,
    promise: reply.ok ? reply.seq : 0,
    site: site.key,
    text: 'I ask\nbilling',
    owner: 'Ana',
    dueAt,
    attempt: 1,
    url: expect.stringMatching(new RegExp(`/console/c/${conversationId}$`)),
  });
  expect(hook?.id).toMatch(/^[\da-f-]{36}$/);
});

test('a site that keeps words out of notifications keeps these out, too', async () => {
  const { ana, ben, hook, by } = await missed(false);
  expect([ana[0]?.body, ben[0]?.body]).toEqual([`Ana promised (by ${by})`, `Ana promised (by ${by})`]);
  expect(hook).toMatchObject({ text: null });
});
