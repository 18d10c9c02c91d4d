import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Reachability } from '../../protocol/handoff.ts';
import { type Hours, noHours } from '../../server/domain/hours.ts';
import { createReachability } from '../../server/features/customers/reachability.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, newSession } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, noLimits } from './requests.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

const isReachability = Compile(Reachability);
async function asked(site: Site, team?: string): Promise<Reachability> {
  const query = team === undefined ? '' : `?${new URLSearchParams({ team })}`;
  const response = await fetch(`${server.url}/v1/sites/${site.key}/reachability${query}`);
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  if (!isReachability.Check(body)) throw new Error(`not as declared: ${JSON.stringify(body)}`);
  return body;
}

const days = [1, 2, 3, 4, 5, 6, 7] as const;
const always: Hours = {
  zone: 'UTC',
  week: days.map((day) => ({ day, from: '00:00', to: '24:00' })),
  holidays: [],
};
const dayMs = 24 * 3_600_000;
/** A whole day of UTC, so many days from now. */
const dayFromNow = (ahead: number) => Math.floor(Date.now() / dayMs + ahead) * dayMs;
/** Open on one day alone. */
const openOn = (day: number): Hours => ({
  zone: 'UTC',
  week: [],
  holidays: [
    {
      date: new Date(day).toISOString().slice(0, 10),
      name: 'Open day',
      open: [{ from: '09:00', to: '17:00' }],
    },
  ],
});

test('a site without hours is open, and nobody is online until an agent is', async () => {
  const site = await server.addSite({ kind: 'page' });
  expect(await asked(site)).toEqual({ isOpen: true, isAnyoneOnline: false, opensAt: null, wait: null });
  const agent = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  agent.socket.emit('availability:set', { availability: 'online' });
  await eventually(async () => (await asked(site)).isAnyoneOnline).toBe(true);
  agent.close();
});

test('a closed site tells when it opens, without a customer and before anybody asks', async () => {
  const day = dayFromNow(3);
  const site = await server.addSite({ kind: 'page' }, { hours: { everyone: openOn(day), teams: {} } });
  expect(await asked(site)).toEqual({
    isOpen: false,
    isAnyoneOnline: false,
    opensAt: day + 9 * 3_600_000,
    wait: null,
  });
  const never = await server.addSite(
    { kind: 'page' },
    { hours: { everyone: openOn(dayFromNow(80)), teams: {} } },
  );
  expect(await asked(never)).toMatchObject({ isOpen: false, opensAt: null });
});

test('a team has hours of its own; an unknown one has the site’s', async () => {
  const day = dayFromNow(2);
  const site = await server.addSite(
    { kind: 'page' },
    { hours: { everyone: openOn(day), teams: { 'night shift': always } } },
  );
  expect(await asked(site, 'night shift')).toMatchObject({ isOpen: true, opensAt: null });
  for (const team of ['cards', 'constructor', '__proto__']) {
    expect(await asked(site, team)).toMatchObject({ isOpen: false, opensAt: day + 9 * 3_600_000 });
  }
});

test('a customer is told the hours of the team to which their conversation would go, and nobody else of it', async () => {
  const day = dayFromNow(2);
  const site = await server.addSite(
    { kind: 'page' },
    {
      hours: { everyone: openOn(day), teams: { cards: always } },
      policy: { topics: [{ team: 'cards', words: ['card'] }] },
    },
  );
  const customer = await connectCustomer(server.url, site.key);
  const ask = (token: string) =>
    fetch(`${server.url}/v1/sites/${site.key}/reachability?conversation=${customer.conversationId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const isOpen = async (token = customer.session.token) =>
    ((await (await ask(token)).json()) as Reachability).isOpen;
  expect(await isOpen(), 'nothing has been said yet').toBe(false);
  await customer.send('message:send', { text: 'My card is lost' });
  expect(await isOpen()).toBe(true);
  const other = await newSession(server.url, site.key);
  expect(await isOpen(other.token), 'as if there was none').toBe(false);
  await expectProblem(await ask('nonsense'), 'unauthenticated');
  await customer.send('handoff:request', {});
  await customer.send('message:send', { text: 'And my refund?' });
  expect(await isOpen(), 'who waits, waits for that team').toBe(true);
  customer.close();
});

test('changed hours are told at once', async () => {
  const site = await server.addSite({ kind: 'page' }, { hours: { everyone: always, teams: {} } });
  expect(await asked(site)).toMatchObject({ isOpen: true });
  await server.store.sites.setHours(site.id, { everyone: openOn(dayFromNow(1)), teams: {} });
  expect(await asked(site)).toMatchObject({ isOpen: false });
  await server.store.sites.setHours(site.id, noHours);
  expect(await asked(site)).toMatchObject({ isOpen: true, opensAt: null });
});

test('the usual wait is told once enough customers waited, and only while people are there', async () => {
  const site = await server.addSite({ kind: 'page' });
  const agent = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  agent.socket.emit('availability:set', { availability: 'online' });
  for (let count = 0; count < 5; count++) {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    await agent.send('handoff:accept', customer.conversationId, {});
    customer.close();
  }
  await eventually(() => server.store.agents.isAnyoneOnline(site.id, Date.now())).toBe(true);
  // First asked now, so that nothing is kept from before.
  expect(await asked(site)).toEqual({
    isOpen: true,
    isAnyoneOnline: true,
    opensAt: null,
    wait: { fromMs: 0, toMs: 60_000 },
  });
  await server.store.sites.setHours(site.id, { everyone: openOn(dayFromNow(3)), teams: {} });
  expect(await asked(site)).toMatchObject({ isOpen: false, isAnyoneOnline: true, wait: null });
  agent.close();
});

test('foreign pages and unknown sites are refused', async () => {
  const site = await server.addSite({ kind: 'page' }, { allowedOrigins: ['https://shop.example'] });
  const ask = (key: string, origin: string) =>
    fetch(`${server.url}/v1/sites/${key}/reachability`, { headers: { origin } });
  await expectProblem(await ask(site.key, 'https://evil.example'), 'origin_not_allowed');
  await expectProblem(await ask('pk_nobody', 'https://shop.example'), 'site_not_found');
  const allowed = await ask(site.key, 'https://shop.example');
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
    200,
    'https://shop.example',
  ]);
});

test('many who ask cost one look at the database in five seconds, and a failed one is not kept', async () => {
  const site = await server.addSite({ kind: 'page' });
  let looks = 0;
  let isBroken = false;
  const reachability = createReachability({
    agents: {
      ...server.store.agents,
      isAnyoneOnline: async () => {
        looks += 1;
        if (isBroken) throw new Error('no database');
        return looks % 2 === 1;
      },
    },
    queueHistory: server.store.queueHistory,
    promises: server.store.promises,
  });
  const online = async (now: number) => (await reachability(site, null, now)).isAnyoneOnline;
  expect(await Promise.all([online(0), online(0), online(4_999)])).toEqual([true, true, true]);
  expect(looks).toBe(1);
  expect(await online(5_000)).toBe(false);
  isBroken = true;
  await expect(online(10_000)).rejects.toThrow('no database');
  isBroken = false;
  expect(await online(10_001), 'asked anew').toBe(false);
  expect(looks).toBe(4);
});
