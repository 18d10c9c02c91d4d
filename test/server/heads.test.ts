import { afterEach, expect, inject, test, vi } from 'vitest';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('[D5] every socket learns now and then how far its conversations have come, for one question in all', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  const site = await server.addSite({ kind: 'page' });
  const customers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const customer = await connectCustomer(server.url, site.key);
      await customer.send('message:send', { text: 'Hello' });
      return customer;
    }),
  );
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  const [first] = customers;
  if (first === undefined) throw new Error('nobody there');
  await desk.watch(first.conversationId);

  const asked = vi.spyOn(server.store.conversations, 'heads');
  const heads = [...customers, desk].map(
    ({ socket }) =>
      new Promise<{ conversationId: string; seq: number }>((resolve) =>
        (socket as typeof first.socket).once('head', resolve),
      ),
  );
  vi.advanceTimersByTime(30_000);
  expect(await Promise.all(heads)).toEqual(
    [...customers, first].map(({ conversationId }) => ({ conversationId, seq: 3 })),
  );
  expect(asked).toHaveBeenCalledTimes(1);
  for (const one of [...customers, desk]) one.close();
  await server.close();
});

test('[D5] behind news of other nodes that went by every socket learns at once, one round at a time', async () => {
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  const site = await server.addSite({ kind: 'page' });
  const customer = await connectCustomer(server.url, site.key);
  await customer.send('message:send', { text: 'Hello' });
  const asked = vi.spyOn(server.store.conversations, 'heads');
  const head = new Promise((resolve) => customer.socket.once('head', resolve));
  for (let time = 0; time < 20; time++) server.app.bus.emit('missed');
  expect(await head).toEqual({ conversationId: customer.conversationId, seq: 3 });
  // The one that was under way, and one for all that came meanwhile.
  await eventually(() => asked.mock.calls.length).toBeGreaterThan(1);
  expect(asked.mock.calls.length).toBeLessThan(5);
  customer.close();
  await server.close();
});

test('an agent who only listens is cut off once the session has ended, or has other sites', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  const site = await server.addSite({ kind: 'page' });
  const agent = await server.addAgent(site);
  const [kept, elsewhere] = await Promise.all([
    connectAgent(server.url, agent.cookie),
    connectAgent(server.url, await server.signIn(agent)),
  ]);
  const goneFrom = ({ socket }: typeof kept) =>
    new Promise<string>((resolve) => socket.once('disconnect', (reason) => resolve(reason)));

  const cutOff = goneFrom(elsewhere);
  await fetch(`${server.url}/v1/desk/password`, {
    method: 'POST',
    headers: { cookie: agent.cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'a long password' }),
  });
  vi.advanceTimersByTime(15_000);
  expect(await cutOff).toBe('io server disconnect');
  expect(kept.socket.connected).toBe(true);

  const alsoCutOff = goneFrom(kept);
  await server.store.agents.join(agent.id, [(await server.addSite({ kind: 'page' })).id]);
  vi.advanceTimersByTime(15_000);
  expect(await alsoCutOff).toBe('io server disconnect');
  await server.close();
});

test('an agent who leaves while signs of life are being written is gone', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const server = await startTestServer(inject('postgresUrl'), noLimits);
  const agent = await server.addAgent(await server.addSite({ kind: 'page' }));
  const desk = await connectAgent(server.url, agent.cookie);
  const { setSeen } = server.store.presence;
  const goOn = Promise.withResolvers<void>();
  const written = vi.spyOn(server.store.presence, 'setSeen').mockImplementationOnce(async (...told) => {
    await goOn.promise;
    await setSeen(...told);
  });
  vi.advanceTimersByTime(15_000);
  expect(written.mock.calls).toEqual([[[agent.id], expect.any(Number)]]);
  desk.close();
  await eventually(() => server.app.realtime.desk.sockets.size).toBe(0);
  goOn.resolve();
  await eventually(() => written.mock.calls.length).toBe(2);
  await written.mock.results[1]?.value;
  const seen = await inDatabase(server.databaseUrl, 'select seen_at from agents where id = $1', [agent.id]);
  expect(seen).toEqual([{ seen_at: null }]);
  await server.close();
});
