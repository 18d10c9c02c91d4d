import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { defaultRouting, type RoutingRules } from '../../server/domain/routing.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

let a: TestServer;
let b: TestServer;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  a = await startTestServer(inject('postgresUrl'), noLimits);
  b = await startTestServer(inject('postgresUrl'), noLimits, a.databaseUrl);
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await b?.close();
  await a?.close();
});

const siteWith = (routing: Partial<RoutingRules> = {}) =>
  a.addSite({ kind: 'page' }, { routing: { ...defaultRouting, mode: 'offer', offerMs: 60_000, ...routing } });

async function sitting(site: Site, name: string, capacity: number, server = a) {
  const agent: Agent & { cookie: string } = await a.addAgent(site, name);
  await a.store.routing.setSeat(agent.id, { capacity });
  const desk = await connectAgent(server.url, agent.cookie);
  open.push(desk);
  return { ...agent, desk };
}

async function waiting(site: Site, server = a): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, site.key, { pulls: true });
  open.push(customer);
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  return customer;
}

const stateOf = async ({ conversationId }: TestCustomer) =>
  (await a.store.conversations.byIds([conversationId]))[0]?.state;

describe('a site that offers', () => {
  test('whoever waits is offered to an agent who is there, who takes them', async () => {
    const site = await siteWith();
    const ana = await sitting(site, 'Ana', 1);
    const customer = await waiting(site);
    const { agent, expiresAt } = await customer.until('handoff.offered');
    expect(agent).toEqual({ id: ana.id, name: 'Ana' });
    expect(expiresAt).toBeGreaterThan(Date.now());
    expect(await ana.desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
    // Ana has no more room: the next one waits until the first has gone.
    const next = await waiting(site);
    await next.until('queue.told');
    expect(await stateOf(next)).toMatchObject({ status: 'waiting', offer: null });
    await ana.desk.send('conversation:resolve', customer.conversationId, { outcome: 'solved' });
    expect((await next.until('handoff.offered')).agent.id).toBe(ana.id);
  });

  test('an offer that is not taken goes to the next agent, and by hand to nobody else meanwhile', async () => {
    const site = await siteWith({ offerMs: 1_500 });
    const ana = await sitting(site, 'Ana', 1);
    const customer = await waiting(site);
    expect((await customer.until('handoff.offered')).agent.id).toBe(ana.id);
    const ben = await sitting(site, 'Ben', 1);
    expect(await ben.desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({
      code: 'offered_to_another',
    });
    expect((await customer.until('handoff.offer_expired')).agent.id).toBe(ana.id);
    await customer.until('handoff.offered', ({ agent }) => agent.id === ben.id);
  });

  test('an agent declines, and the next one is asked at once', async () => {
    const site = await siteWith();
    const ana = await sitting(site, 'Ana', 1);
    const customer = await waiting(site);
    await customer.until('handoff.offered');
    const ben = await sitting(site, 'Ben', 1);
    const { conversationId } = customer;
    expect(await ben.desk.send('handoff:decline', conversationId, {})).toMatchObject({ code: 'not_offered' });
    expect(await ana.desk.send('handoff:decline', conversationId, {})).toMatchObject({ ok: true });
    await customer.until('handoff.offered', ({ agent }) => agent.id === ben.id);
    expect(
      customer.facts.map(({ type }) => type),
      'who declined is not the customer’s affair',
    ).not.toContain('handoff.declined');
  });

  test('on two nodes at once nobody is offered more than fits, and each customer to one agent', async () => {
    const site = await siteWith();
    const team = await Promise.all([
      sitting(site, 'Ana', 3, a),
      sitting(site, 'Ben', 3, b),
      sitting(site, 'Cleo', 2, b),
    ]);
    const customers = await Promise.all(Array.from({ length: 14 }, (_, at) => waiting(site, at % 2 ? a : b)));
    const states = async () => {
      const stored = await a.store.conversations.byIds(customers.map(({ conversationId }) => conversationId));
      return stored.flatMap(({ state }) => (state.status === 'waiting' ? [state] : []));
    };
    const offered = async () =>
      (await states()).flatMap(({ offer }) => (offer === null ? [] : [offer.agent.id]));
    await eventually(async () => (await offered()).length).toBe(8);
    // A look later it is still so.
    await eventually(async () => (await states()).filter(({ told }) => told !== null).length).toBe(14);
    const all = await offered();
    expect(team.map(({ id }) => all.filter((one) => one === id).length)).toEqual([3, 3, 2]);
    for (const { conversationId } of customers) {
      const { facts } = await a.store.conversations.factsAfter(conversationId, 0);
      expect(facts.filter(({ type }) => type === 'handoff.offered').length).toBeLessThanOrEqual(1);
    }
  });

  test('a site that does not offer leaves the queue to its agents', async () => {
    const site = await siteWith({ mode: 'manual' });
    await sitting(site, 'Ana', 3);
    const customer = await waiting(site);
    await customer.until('queue.told');
    expect(customer.facts.map(({ type }) => type)).not.toContain('handoff.offered');
  });
});

test('whom a customer had lately comes first; whoever passed them on does not', async () => {
  const site = await siteWith();
  const [ana, ben] = [await sitting(site, 'Ana', 2), await sitting(site, 'Ben', 2)];
  const customer = await waiting(site);
  const first = (await customer.until('handoff.offered')).agent.id;
  const [had, other] = first === ana.id ? [ana, ben] : [ben, ana];
  const { conversationId } = customer;
  expect(await had.desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
  await had.desk.send('handoff:return', conversationId, { decision: '' });
  await customer.send('handoff:request', {});
  const offers = (more: number) =>
    customer.facts.filter((fact) => fact.type === 'handoff.offered').slice(more);
  await eventually(() => offers(1).map(({ agent }) => agent.id)).toEqual([had.id]);
  expect(await had.desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
  await had.desk.send('handoff:transfer', conversationId, { to: { kind: 'queue', team: null } });
  await eventually(() => offers(2).map(({ agent }) => agent.id)).toEqual([other.id]);
});

describe('an agent who vanishes', () => {
  test('before a word: the customer is back at the old place, and offered to the next', async () => {
    const site = await siteWith({ unansweredGraceMs: 0 });
    const ana = await sitting(site, 'Ana', 1);
    const customer = await waiting(site);
    const { at } = await customer.until('handoff.requested');
    await customer.until('handoff.offered');
    await ana.desk.send('handoff:accept', customer.conversationId, {});
    ana.desk.close();
    const passed = await customer.until('handoff.transferred');
    expect(passed).toMatchObject({ by: { kind: 'system' }, place: { since: at, priority: 'normal' } });
    // The old place, but a wait that agents are told of anew.
    await eventually(async () => {
      const text = 'select since from handoff_notices where conversation_id = $1';
      return Number((await inDatabase(a.databaseUrl, text, [customer.conversationId]))[0]?.since);
    }).toBe(passed.at);
    const ben = await sitting(site, 'Ben', 1);
    await customer.until('handoff.offered', ({ agent }) => agent.id === ben.id);
  });

  test('after a word: the customer goes to the front; one who is back in time loses nobody', async () => {
    const site = await siteWith({ answeredGraceMs: 3_000 });
    const ana = await sitting(site, 'Ana', 2);
    const [lost, kept] = [await waiting(site), await waiting(site)];
    // Both are Ana's before Ben comes.
    await Promise.all([lost.until('handoff.offered'), kept.until('handoff.offered')]);
    const ben = await sitting(site, 'Ben', 2);
    for (const [customer, agent] of [
      [lost, ana],
      [kept, ana],
    ] as const) {
      expect(await agent.desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({
        ok: true,
      });
    }
    await ana.desk.send('message:send', lost.conversationId, { text: 'I look.' });
    await ana.desk.send('handoff:transfer', kept.conversationId, {
      to: { kind: 'agent', agent: { id: ben.id, name: 'Ben' } },
    });
    await ben.desk.send('message:send', kept.conversationId, { text: 'Me too.' });
    ana.desk.close();
    ben.desk.close();
    const again = await connectAgent(a.url, ben.cookie);
    open.push(again);
    const { place } = await lost.until('handoff.transferred', ({ by }) => by.kind === 'system');
    expect(place).toBeUndefined();
    expect(await stateOf(lost)).toMatchObject({ status: 'waiting', priority: 'first' });
    expect(await stateOf(kept)).toMatchObject({ status: 'human', agent: { id: ben.id } });
  });
});

test('who lets offer after offer pass is set away, and told so; a word in between counts', async () => {
  const own = await startTestServer(inject('postgresUrl'), noLimits);
  const site = await own.addSite(
    { kind: 'page' },
    { routing: { ...defaultRouting, mode: 'offer', offerMs: 300 } },
  );
  const ana = await own.addAgent(site);
  const desk = await connectAgent(own.url, ana.cookie);
  const told = new Promise((resolve) => desk.socket.once('availability', resolve));
  const customer = await connectCustomer(own.url, site.key);
  await customer.send('handoff:request', {});
  const offered = (times: number) =>
    eventually(() => customer.facts.filter(({ type }) => type === 'handoff.offered').length).toBeGreaterThan(
      times,
    );
  await customer.until('handoff.offer_expired');
  await offered(1);
  // Not always in time; then this is one more that passed.
  const declined = await desk.send('handoff:decline', customer.conversationId, {});
  expect(await told).toEqual({ availability: 'away', because: 'missed_offers' });
  const passed = () => customer.facts.filter(({ type }) => type === 'handoff.offer_expired').length;
  await eventually(passed).toBe(declined.ok ? 3 : 2);
  expect(await own.store.agents.byId(ana.id)).toMatchObject({ availability: 'away' });
  desk.close();
  customer.close();
  await own.close();
});
