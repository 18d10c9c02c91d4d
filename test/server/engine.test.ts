import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FactsPage } from '../../protocol/events.ts';
import { unstarted } from '../../server/domain/conversation.ts';
import { evolve } from '../../server/domain/evolve.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bearer, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const factsOf = async (customer: { conversationId: string; session: { token: string } }) => {
  const url = `${server.url}/v1/conversations/${customer.conversationId}/facts`;
  return ((await (await fetch(url, { headers: bearer(customer.session.token) })).json()) as FactsPage).facts;
};

describe('commands', () => {
  test('of many customers at once do not wait for each other’s connections', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 60 }, () => server.store.customers.create(site.id)),
    );
    const done = await Promise.all(
      sessions.map(async ({ customerId }) => {
        const caller = { customer: { id: customerId, siteId: site.id }, site };
        const conversationId = uuidv7();
        const body = { conversationId, text: 'hello' };
        await server.app.engine.forCustomer(caller, 'message:send', { cid: uuidv7(), ...body });
        await server.app.engine.forCustomer(caller, 'conversation:resolve', {
          cid: uuidv7(),
          conversationId,
          outcome: 'solved',
        });
        return server.app.engine.forCustomer(caller, 'message:send', { cid: uuidv7(), ...body });
      }),
    );
    expect(done).toHaveLength(60);
  });

  test('with signs that PostgreSQL cannot keep lose no message', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const text = 'a\u0000b \ud83d c';
    const context = { page: { url: 'https://a.example/\u0000', title: '\udc00' } };
    const cid = uuidv7();
    expect(await customer.send('message:send', { text, context }, cid)).toMatchObject({ ok: true });
    expect(await customer.send('message:send', { text, context }, cid)).toMatchObject({
      ok: true,
      isRepeat: true,
    });
    const kept = 'a\ufffdb \ufffd c';
    expect(await customer.until('message.sent')).toMatchObject({ text: kept });
    expect((await factsOf(customer)).find((fact) => fact.type === 'message.sent')).toMatchObject({
      text: kept,
    });
    // A turn that is stopped in the middle of a letter keeps a text that can be kept.
    customer.socket.emit('answer:chunk', {
      conversationId: customer.conversationId,
      turn: 1,
      offset: 0,
      text: 'x\ud83d',
    });
    expect(await customer.send('conversation:resolve', { outcome: 'solved' })).toMatchObject({ ok: true });
    customer.close();
  });

  test('[D1] the same cid for another command is refused, from another sender it is another', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const cid = uuidv7();
    await customer.send('handoff:request', {}, cid);
    expect(await customer.send('handoff:cancel', {}, cid)).toMatchObject({ code: 'cid_reused' });
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    expect(await desk.send('handoff:accept', customer.conversationId, {}, cid)).toMatchObject({
      ok: true,
      isRepeat: false,
    });
    expect(await desk.send('handoff:accept', customer.conversationId, {}, cid)).toMatchObject({
      ok: true,
      isRepeat: true,
    });
    expect(await customer.send('handoff:request', {}, cid)).toMatchObject({ ok: true, isRepeat: true });
    customer.close();
    desk.close();
  });

  test('[D1] the same command is the same in whatever order its fields stand', async () => {
    const { session, conversationId, ...customer } = await connectCustomer(server.url, site.key);
    const cid = uuidv7();
    const page = { url: 'https://a.example/', title: 'A' };
    const first = { cid, conversationId, text: 'hi', context: { page, language: 'en' } };
    const again = {
      context: { language: 'en', page: { title: 'A', url: 'https://a.example/' } },
      text: 'hi',
      conversationId,
      cid,
    };
    const post = (body: unknown) =>
      fetch(`${server.url}/v1/commands/message:send`, json(body, bearer(session.token)));
    expect(await (await post(first)).json()).toMatchObject({ ok: true, isRepeat: false });
    expect(await (await post(again)).json()).toMatchObject({ ok: true, isRepeat: true });
    customer.close();
  });

  test('who comes back gets no person who may no longer see this site', async () => {
    const other = await server.addSite({ kind: 'page' });
    const agent = await server.addAgent(site);
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    const before = await connectAgent(server.url, agent.cookie);
    await before.send('handoff:accept', customer.conversationId, {});
    await before.send('conversation:resolve', customer.conversationId, { outcome: 'solved' });
    before.close();
    await inDatabase(server.databaseUrl, 'delete from agent_sites where agent_id = $1', [agent.id]);
    await server.store.agents.join(agent.id, [other.id]);
    const after = await connectAgent(server.url, agent.cookie);
    await customer.send('message:send', { text: 'one more thing' });
    expect(await customer.until('conversation.reopened')).toMatchObject({ to: 'bot' });
    customer.close();
    after.close();
  });

  test('[D1] a refused command is not remembered: the same cid may succeed later', async () => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'hi' });
    const cid = uuidv7();
    expect(await customer.send('conversation:rate', { rating: 5, comment: '' }, cid)).toMatchObject({
      code: 'rating_too_early',
    });
    await customer.send('conversation:resolve', { outcome: 'solved' });
    expect(await customer.send('conversation:rate', { rating: 5, comment: '' }, cid)).toMatchObject({
      ok: true,
      isRepeat: false,
    });
    customer.close();
  });

  test('a conversation is passed on to agents of its site only, under their own names', async () => {
    const [ana, ben] = await Promise.all([server.addAgent(site, 'Ana'), server.addAgent(site, 'Ben')]);
    const other = await server.addAgent(await server.addSite({ kind: 'page' }), 'Cem');
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    const desk = await connectAgent(server.url, ana.cookie);
    await desk.send('handoff:accept', customer.conversationId, {});
    const passTo = (agent: { id: string; name: string }) =>
      desk.send('handoff:transfer', customer.conversationId, { to: { kind: 'agent', agent } });
    expect(await passTo({ id: other.id, name: 'Cem' })).toMatchObject({ code: 'not_found' });
    expect(await passTo({ id: 'nobody', name: 'Nobody' })).toMatchObject({ code: 'not_found' });
    expect(await passTo({ id: ben.id, name: 'The Director' })).toMatchObject({ code: 'not_found' });
    expect(await passTo({ id: ben.id, name: 'Ben' })).toMatchObject({ ok: true });
    customer.close();
    desk.close();
  });

  test('the saved state and row are what the facts give', async () => {
    const rows = await inDatabase(server.databaseUrl, 'select id, state, seq, status from conversations');
    expect(rows.length).toBeGreaterThan(60);
    for (const { id, state, seq, status } of rows) {
      const facts = await inDatabase(
        server.databaseUrl,
        'select seq, body from facts where conversation_id = $1 order by seq',
        [id],
      );
      expect(facts.map((fact) => fact.body).reduce(evolve, unstarted)).toEqual(state);
      expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, index) => index + 1));
      expect([state.seq, state.status]).toEqual([seq, status]);
      expect(seq).toBe(facts.length);
    }
  });
});

describe('the desk', () => {
  test("shows an agent's own conversations, however long the queue is", async () => {
    const busy = await server.addSite({ kind: 'page' });
    const agent = await server.addAgent(busy);
    const customer = await connectCustomer(server.url, busy.key);
    await customer.send('handoff:request', {});
    const first = await connectAgent(server.url, agent.cookie);
    await first.send('handoff:accept', customer.conversationId, {});
    first.close();
    await inDatabase(
      server.databaseUrl,
      `insert into conversations select gen_random_uuid(), site_id, customer_id, state, seq, 'waiting', created_at,
         topic, last_text, last_author, last_at, n, reason, priority, null, null, downvotes, context
       from conversations, generate_series(1, 1100) n where id = $1`,
      [customer.conversationId],
    );
    const again = await connectAgent(server.url, agent.cookie);
    const { conversations } = await again.desk;
    expect(conversations.find((row) => row.id === customer.conversationId)).toMatchObject({
      status: 'human',
    });
    const waiting = conversations.filter((row) => row.status === 'waiting');
    expect(waiting.slice(0, 3).map((row) => row.waitingSince)).toEqual([1, 2, 3]);
    customer.close();
    again.close();
    await inDatabase(server.databaseUrl, 'delete from conversations where site_id = $1', [busy.id]);
  });

  test('hears when a resolved conversation is reopened', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    await customer.send('handoff:request', {});
    await customer.send('conversation:resolve', { outcome: 'solved' });
    const statuses: string[] = [];
    const reopened = new Promise<void>((resolve) => {
      desk.socket.on('summaries', ({ conversations }) => {
        const row = conversations.find(({ id }) => id === customer.conversationId);
        if (row === undefined) return;
        statuses.push(row.status);
        if (row.status === 'bot') resolve();
      });
    });
    await customer.send('message:send', { text: 'one more thing' });
    await reopened;
    customer.close();
    desk.close();
  });

  test('a customer learns nothing of a note: no fact, no time', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    await customer.send('handoff:request', {});
    // Said a moment after the request: not between the two looks.
    await customer.until('queue.told');
    const own = async () => {
      const response = await fetch(`${server.url}/v1/conversations`, {
        headers: bearer(customer.session.token),
      });
      const [{ seq: _, ...row }] = ((await response.json()) as { conversations: [{ seq: number }] })
        .conversations;
      return row;
    };
    const before = await own();
    expect(await desk.send('note:add', customer.conversationId, { text: 'careful' })).toMatchObject({
      ok: true,
    });
    expect(await own()).toEqual(before);
    expect((await factsOf(customer)).map((fact) => fact.type)).not.toContain('note.added');
    customer.close();
    desk.close();
  });
});

describe('the queue', () => {
  test('tells each customer their place when it changes, and who comes back again', async () => {
    const queueSite = await server.addSite({ kind: 'page' });
    const first = await connectCustomer(server.url, queueSite.key);
    const second = await connectCustomer(server.url, queueSite.key);
    const places: number[] = [];
    first.socket.on('queue:place', ({ place }) => places.push(place));
    const toldSecond = new Promise((resolve) => second.socket.once('queue:place', resolve));
    await first.send('handoff:request', {});
    await second.send('handoff:request', {});
    expect(await toldSecond).toMatchObject({ place: 2, isAnyoneOnline: false });
    const moved = new Promise((resolve) => second.socket.once('queue:place', resolve));
    await first.send('handoff:cancel', {});
    expect(await moved).toMatchObject({ place: 1 });
    expect(places, 'told once: the place of the first did not change').toEqual([1]);
    const { session, conversationId } = second;
    const back = await connectCustomer(server.url, queueSite.key, { session, conversationId });
    expect(await new Promise((resolve) => back.socket.once('queue:place', resolve))).toMatchObject({
      place: 1,
    });
    for (const one of [first, second, back]) one.close();
  });
});
