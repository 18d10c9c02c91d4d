import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let database: Awaited<ReturnType<typeof createDatabase>>;
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  server = await startTestServer(inject('postgresUrl'), noLimits, database.url);
});
afterAll(async () => {
  await server?.close();
  await database?.drop();
});

test('an estimate is told once agents have shown their pace, kept in the conversation, and compared with what came', async () => {
  const site = await server.addSite({ kind: 'page' });
  const agent = await server.addAgent(site);
  await server.store.routing.setSeat(agent.id, { capacity: 2 });
  const desk = await connectAgent(server.url, agent.cookie);
  const { pace, pastWaits } = server.store.queueHistory;
  expect(await pace(site.id)).toBeNull();

  const first = await connectCustomer(server.url, site.key);
  await first.send('handoff:request', {});
  const told = await first.until('queue.told');
  expect(told.expectedMs).toBeUndefined();
  expect(await desk.send('handoff:accept', first.conversationId, {})).toMatchObject({ ok: true });
  expect(await pace(site.id), 'nobody has finished yet').toBeNull();
  const resolved = await desk.send('conversation:resolve', first.conversationId, { outcome: 'solved' });
  expect(resolved).toMatchObject({ ok: true });
  const [requested, accepted, ended] = [
    await first.until('handoff.requested'),
    await first.until('handoff.accepted'),
    await first.until('conversation.resolved'),
  ];
  expect(await pace(site.id)).toEqual({
    responseMs: accepted.at - requested.at,
    handlingMs: ended.at - accepted.at,
  });
  // An estimate that was never given is compared with nothing.
  expect(await pastWaits(site.id)).toEqual([]);
  first.close();

  desk.close();
  await server.close();

  // The same history on a server that has not looked at it yet.
  server = await startTestServer(inject('postgresUrl'), noLimits, database.url);
  const again = await connectAgent(server.url, agent.cookie);
  const second = await connectCustomer(server.url, site.key);
  await second.send('handoff:request', {});
  const estimate = await second.until('queue.told');
  // Ana has room: only the time to accept is expected.
  expect(estimate.expectedMs).toBe(accepted.at - requested.at);
  expect(estimate.wait, 'one wait is no range').toBeNull();
  await again.send('handoff:accept', second.conversationId, {});
  const came = await second.until('handoff.accepted');
  expect(await server.store.queueHistory.pastWaits(site.id)).toEqual([
    { expectedMs: estimate.expectedMs, waitedMs: came.at - estimate.at, told: null },
  ]);
  second.close();
  again.close();
});
