import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { defaultRouting } from '../../server/domain/routing.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createPeopleCalls, newEmail, type PeopleCalls } from './people-stage.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let people: PeopleCalls;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, trustProxy: 1 });
  people = createPeopleCalls(server);
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(() => server.close());

describe('people', () => {
  test('are listed with role, sites, presence and two-factor; of other sites only that there are some', async () => {
    const { north, south, ada } = await people.stage();
    const bo = await server.store.agents.add({
      name: 'Bo',
      email: newEmail(),
      role: 'lead',
      siteIds: [north.id, south.id],
    });
    await server.addAgent(south, 'Stranger');
    open.push(await connectAgent(server.url, await server.signIn(bo)));
    const { people: listed } = await people.list(ada);
    expect(listed).toMatchObject([
      { name: 'Ada', role: 'admin', presence: 'offline', hasTwoFactor: false, isElsewhere: false },
      { name: 'Bo', role: 'lead', presence: 'online', isElsewhere: true, sites: [{ name: 'Northcard' }] },
    ]);
    expect(JSON.stringify(listed)).not.toMatch(/Southbank|Stranger/);
  });

  test('get another role or other sites, at once', async () => {
    const { north, ada } = await people.stage();
    const second = await server.addSite({ kind: 'page' }, { title: 'Second' });
    await server.store.agents.join(ada.id, [second.id]);
    const ben = await server.addAgent(north, 'Ben');
    const desk = await connectAgent(server.url, ben.cookie);
    open.push(desk);
    const sentAway = new Promise((resolve) => desk.socket.once('disconnect', resolve));
    const change = { id: ben.id, role: 'lead', sites: [second.key] };
    expect((await people.post('/v1/desk/people/change', change, ada)).status).toBe(204);
    await sentAway;
    expect(await people.meOf(ben)).toMatchObject({ role: 'lead', sites: [{ key: second.key }] });
    expect(await people.acts(north)).toEqual(
      expect.arrayContaining(['agent.role_changed by Ada', 'agent.sites_changed by Ada']),
    );
  });

  test('get other topics, languages and room, at once and without losing their desk', async () => {
    const { ada } = await people.stage();
    const routing = { ...defaultRouting, mode: 'offer' } as const;
    const site = await server.addSite({ kind: 'page' }, { routing });
    await server.store.agents.join(ada.id, [site.id]);
    const ben = await server.addAgent(site, 'Ben');
    const desk = await connectAgent(server.url, ben.cookie);
    open.push(desk);
    const change = (seat: object) => people.post('/v1/desk/people/change', { id: ben.id, seat }, ada);
    const any = { capacity: 4, teams: [], languages: [] };
    expect((await people.list(ada)).people.find(({ id }) => id === ben.id)?.seat).toEqual(any);
    expect((await change({ capacity: 1, teams: ['billing', 'cards'], languages: ['de'] })).status).toBe(204);
    const customer = await connectCustomer(server.url, site.key);
    open.push(customer);
    await customer.send('message:send', { text: 'Where is it?', context: { language: 'fr-FR' } });
    await customer.send('handoff:request', {});
    await customer.until('queue.told');
    const seats = await server.store.routing.seats(site.id, Date.now());
    expect(seats).toMatchObject([
      { id: ben.id, capacity: 1, teams: ['billing', 'cards'], languages: ['de'] },
    ]);
    // The change itself brings the offer: nothing else happens.
    expect((await change({ ...any, languages: ['de', 'fr'] })).status).toBe(204);
    expect((await customer.until('handoff.offered')).agent.name).toBe('Ben');
    expect(desk.socket.connected).toBe(true);
    expect(await people.acts(site)).toContain('agent.seat_changed by Ada');
    for (const odd of [
      { ...any, capacity: 0 },
      { ...any, languages: ['German'] },
      { ...any, teams: ['a,b'] },
      { ...any, teams: [' '] },
    ])
      await expectProblem(await change(odd), 'invalid');
  });

  test('who are at sites of others keep their role, and these sites', async () => {
    const { north, south, ada } = await people.stage();
    const bo = await server.store.agents.add({
      name: 'Bo',
      email: newEmail(),
      role: 'admin',
      siteIds: [north.id, south.id],
    });
    const change = (body: object) => people.post('/v1/desk/people/change', { id: bo.id, ...body }, ada);
    await expectProblem(await change({ role: 'agent' }), 'not_only_yours');
    const seat = { capacity: 9, teams: [], languages: [] };
    await expectProblem(await change({ seat }), 'not_only_yours');
    expect((await server.store.routing.seat(bo.id)).capacity).toBe(4);
    await expectProblem(await change({ sites: [south.key] }), 'not_found');
    const cookie = await server.signIn(bo);
    expect((await people.post('/v1/desk/people/remove', { id: bo.id }, ada)).status).toBe(204);
    expect(await people.meOf({ cookie })).toMatchObject({ role: 'admin', sites: [{ key: south.key }] });
    await expectProblem(await change({ role: 'agent' }), 'not_found');
  });

  test('a site keeps an admin: the last one is neither removed nor demoted, even by two at once', async () => {
    const { north, ada } = await people.stage();
    for (const [path, body] of [
      ['remove', {}],
      ['change', { role: 'agent' }],
    ] as const) {
      await expectProblem(
        await people.post(`/v1/desk/people/${path}`, { id: ada.id, ...body }, ada),
        'last_admin',
      );
    }
    expect((await people.meOf(ada)).role).toBe('admin');
    const eve = await server.addAgent(north, 'Eve', 'admin');
    const answers = await Promise.all([
      people.post('/v1/desk/people/change', { id: eve.id, role: 'agent' }, ada),
      people.post('/v1/desk/people/change', { id: ada.id, role: 'agent' }, eve),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 204)).toHaveLength(1);
    const left = await server.store.people.ofSites([north.id], Date.now());
    expect(left.filter(({ role }) => role === 'admin')).toHaveLength(1);
  });

  test.each(['manual', 'offer'] as const)(
    'who are removed are out at once; what they said stays, and their customers of a %s site get somebody else',
    async (mode) => {
      const { ada } = await people.stage();
      const routing = { ...defaultRouting, mode, unansweredGraceMs: 0, answeredGraceMs: 0 };
      const site = await server.addSite({ kind: 'page' }, { routing });
      await server.store.agents.join(ada.id, [site.id]);
      const ben = await server.addAgent(site, 'Ben');
      const desk = await connectAgent(server.url, ben.cookie);
      const customer = await connectCustomer(server.url, site.key);
      open.push(desk, customer);
      await customer.send('handoff:request', {});
      if (mode === 'offer') await customer.until('handoff.offered');
      await desk.send('handoff:accept', customer.conversationId, {});
      await desk.send('message:send', customer.conversationId, { text: 'Hello, Ben here' });
      await customer.until('message.sent', ({ text }) => text === 'Hello, Ben here');

      const sentAway = new Promise((resolve) => desk.socket.once('disconnect', resolve));
      expect((await people.post('/v1/desk/people/remove', { id: ben.id }, ada)).status).toBe(204);
      await sentAway;
      expect(await people.meOf(ben)).toMatchObject({ code: 'unauthenticated' });
      for (const table of ['auth_user where id', 'auth_session where "userId"', 'agents where id']) {
        expect(await inDatabase(server.databaseUrl, `select 1 from ${table} = $1`, [ben.id])).toEqual([]);
      }
      const { from, to } = await customer.until('handoff.transferred');
      expect({ from, to }).toMatchObject({ from: { name: 'Ben' }, to: { kind: 'queue' } });
      const said = customer.facts.find((fact) => fact.type === 'message.sent' && fact.by.kind === 'agent');
      expect(said).toMatchObject({ by: { name: 'Ben' }, text: 'Hello, Ben here' });
      await eventually(() => people.acts(site)).toContain('agent.removed by Ada');
      expect((await people.list(ada)).people.map(({ name }) => name)).not.toContain('Ben');
    },
  );
});
