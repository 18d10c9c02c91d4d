import { uuidv7 as v7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

async function waiting(siteKey: string, text: string): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, siteKey);
  await customer.send('message:send', { text });
  await customer.send('handoff:request', {});
  return customer;
}

test('the place of one who waits is that of the whole queue, with its head starts, and of no other site', async () => {
  const [site, other] = [await server.addSite({ kind: 'page' }), await server.addSite({ kind: 'page' })];
  const { conversations } = server.store;
  const elsewhere = await waiting(other.key, 'Where is my card?');
  const [first, second] = [
    await waiting(site.key, 'Where is my card?'),
    await waiting(site.key, 'And mine?'),
  ];
  const hurt = await waiting(site.key, 'I did what you said and now my card is blocked');
  const all = [hurt, first, second];

  const queue = await conversations.queue(site.id, Date.now());
  expect(queue.map(({ id }) => id)).toEqual(all.map(({ conversationId }) => conversationId));
  const places = () => Promise.all(all.map(({ conversationId }) => conversations.place(conversationId)));
  expect(await places()).toEqual([1, 2, 3]);
  expect(await conversations.place(elsewhere.conversationId)).toBe(1);

  await first.send('handoff:cancel', {});
  expect(await places()).toEqual([1, null, 2]);
  for (const one of [...all, elsewhere]) one.close();
});

test('in a queue longer than is told in one go everybody hears their place, and again when it has moved', async () => {
  const site = await server.addSite({ kind: 'page' });
  const customer = await connectCustomer(server.url, site.key);
  const places = new Map<string, number>();
  customer.socket.on('queue:place', ({ conversationId, place }) => void places.set(conversationId, place));
  const others = Array.from({ length: 300 }, () => v7());
  for (const conversationId of others) {
    await customer.socket.emitWithAck('handoff:request', { cid: v7(), conversationId });
  }
  const heard = () => others.map((id) => places.get(id));
  await eventually(heard).toEqual(others.map((_, ahead) => ahead + 1));

  const [first = '', ...behind] = others;
  await customer.socket.emitWithAck('handoff:cancel', { cid: v7(), conversationId: first });
  await eventually(heard).toEqual([1, ...behind.map((_, ahead) => ahead + 1)]);
  customer.close();
});
