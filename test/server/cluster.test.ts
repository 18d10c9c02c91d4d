import { createClient } from 'redis';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

async function redisAnswers(): Promise<boolean> {
  const client = createClient({ url: redisUrl, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.close();
    return true;
  } catch {
    return false;
  }
}

const hasRedis = await redisAnswers();
if (!hasRedis && process.env.CI === 'true')
  throw new Error(`Redis is required and does not answer at ${redisUrl}`);

describe.skipIf(!hasRedis)(`two servers that share a database and a Redis (${redisUrl})`, () => {
  let database: { url: string; drop(): Promise<void> };
  let bot: TestBot;
  let a: TestServer;
  let b: TestServer;
  let site: Site;

  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    bot = await startTestBot(echo);
    const settings = { ...noLimits, redisUrl };
    a = await startTestServer(inject('postgresUrl'), settings, database.url);
    b = await startTestServer(inject('postgresUrl'), settings, database.url);
    site = await a.addSite({ kind: 'http', url: bot.url, secret: 's' });
    await vi.waitFor(() =>
      expect([a.app.doorbell.isLinked(), b.app.doorbell.isLinked()]).toEqual([true, true]),
    );
    // Both listen on the stream once a message of each has reached the other.
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      await expectHeard(from, to);
  }, 60_000);
  afterAll(async () => {
    await a.close();
    await b.close();
    await bot.close();
    await database.drop();
  });

  /** A server joins the stream a moment after it has started: asked again until one event has come across. */
  async function expectHeard(from: TestServer, to: TestServer): Promise<void> {
    const agent = await to.addAgent(site);
    const desk = await connectAgent(to.url, agent.cookie);
    let heard = false;
    desk.socket.on('availability', () => {
      heard = true;
    });
    await vi.waitFor(
      () => {
        from.app.realtime.desk.to(`agent:${agent.id}`).emit('availability', { availability: 'online' });
        expect(heard).toBe(true);
      },
      { timeout: 15_000, interval: 100 },
    );
    desk.close();
  }

  test('the main road goes across: the customer on one, the agent on the other', async () => {
    const agent = await a.addAgent(site);
    const desk = await connectAgent(a.url, agent.cookie);
    const customer = await connectCustomer(b.url, site.key);
    const { conversationId } = customer;
    await customer.send('message:send', { text: 'Where is my card?' });
    await customer.until('answer.ended');
    const onDesk = new Promise((resolve) =>
      desk.socket.once('summaries', ({ conversations }) => resolve(conversations[0])),
    );
    const place = new Promise((resolve) => customer.socket.once('queue:place', resolve));
    await customer.send('handoff:request', {});
    expect(await onDesk).toMatchObject({ id: conversationId, status: 'waiting' });
    expect(await place).toMatchObject({ place: 1, isAnyoneOnline: true });
    await desk.watch(conversationId);
    expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    expect((await customer.until('handoff.accepted')).agent.id).toBe(agent.id);
    await desk.send('message:send', conversationId, { text: 'Hello, I look.' });
    await customer.until('message.sent', (fact) => fact.text === 'Hello, I look.');
    await customer.send('message:send', { text: 'Thank you' });
    await desk.until('message.sent', (fact) => fact.text === 'Thank you');
    await desk.send('note:add', conversationId, { text: 'careful' });
    await desk.send('conversation:resolve', conversationId, { outcome: 'solved' });
    await Promise.all([customer.until('conversation.resolved'), desk.until('conversation.resolved')]);
    expect(customer.facts.map((fact) => fact.type)).not.toContain('note.added');
    expect(customer.facts.map((fact) => fact.seq)).toEqual(
      [...customer.facts.map((fact) => fact.seq)].sort((x, y) => x - y),
    );
    customer.close();
    desk.close();
  });

  test('whether anyone is there is told right, whichever server hears of it', async () => {
    const quiet = await a.addSite({ kind: 'page' });
    const agent = await a.addAgent(quiet);
    const customer = await connectCustomer(a.url, quiet.key);
    const told: boolean[] = [];
    customer.socket.on('queue:place', ({ isAnyoneOnline }) => told.push(isAnyoneOnline));
    const expectTold = (isAnyoneOnline: boolean) =>
      vi.waitFor(() => expect(told.at(-1)).toBe(isAnyoneOnline), { timeout: 15_000, interval: 50 });
    await customer.send('handoff:request', {});
    const seenByB = vi.spyOn(b.store.agents, 'isAnyoneOnline');
    const [onA, onB] = [await connectAgent(a.url, agent.cookie), await connectAgent(b.url, agent.cookie)];
    await expectTold(true);
    await vi.waitFor(() => expect(seenByB).toHaveResolvedWith(true));
    onA.socket.emit('availability:set', { availability: 'away' });
    await expectTold(false);
    onB.socket.emit('availability:set', { availability: 'online' });
    await expectTold(true);
    for (const one of [customer, onA, onB]) one.close();
  });

  test('a conversation that one tab starts opens in the other, which is on the other server', async () => {
    const here = await connectCustomer(a.url, site.key);
    const there = await connectCustomer(b.url, site.key, { session: here.session });
    const heard = new Promise<{ conversationId: string }>((resolve) => there.socket.once('facts', resolve));
    await here.send('message:send', { text: 'Where is my card?' });
    expect((await heard).conversationId).toBe(here.conversationId);
    here.close();
    there.close();
  });

  test('a running answer is read on both, and stopped from the other', async () => {
    const customer = await connectCustomer(a.url, site.key);
    const { session, conversationId } = customer;
    const other = await connectCustomer(b.url, site.key, { session, conversationId });
    await customer.send('message:send', { text: 'first' });
    expect(await other.until('answer.ended')).toMatchObject({ text: 'You asked: first' });
    expect(await other.send('message:send', { text: 'second' })).toMatchObject({ ok: true });
    await customer.until('answer.ended', (fact) => fact.turn === 2);
    customer.close();
    other.close();
  });

  test('of two agents who accept at once on two servers one wins, every time', async () => {
    const [ana, ben] = await Promise.all([a.addAgent(site), b.addAgent(site, 'Ben')]);
    const desks = await Promise.all([connectAgent(a.url, ana.cookie), connectAgent(b.url, ben.cookie)]);
    for (let round = 0; round < 10; round++) {
      const customer = await connectCustomer(round % 2 === 0 ? a.url : b.url, site.key);
      await customer.send('handoff:request', {});
      const replies = await Promise.all(
        desks.map((desk) => desk.send('handoff:accept', customer.conversationId, {})),
      );
      expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
      expect(replies.find((reply) => !reply.ok)).toMatchObject({ code: 'not_waiting' });
      customer.close();
    }
    for (const desk of desks) desk.close();
  });

  test('a server stops well while the other goes on', async () => {
    const c = await startTestServer(inject('postgresUrl'), { ...noLimits, redisUrl }, database.url);
    const customer = await connectCustomer(c.url, site.key);
    const gone = new Promise((resolve) => (customer.socket as Socket).once('disconnect', resolve));
    await c.close();
    await gone;
    const { session, conversationId } = customer;
    const back = await connectCustomer(b.url, site.key, { session, conversationId });
    expect(await back.send('message:send', { text: 'still there?' })).toMatchObject({ ok: true });
    back.close();
  });
});

test('[D5] a conversation that another tab has begun elsewhere opens once this node knows that news went by', async () => {
  const here = await startTestServer(inject('postgresUrl'), noLimits);
  const there = await startTestServer(inject('postgresUrl'), noLimits, here.databaseUrl);
  const site = await here.addSite({ kind: 'page' });
  const one = await connectCustomer(here.url, site.key);
  const { session, conversationId } = one;
  const other = await connectCustomer(there.url, site.key, { session, conversationId });
  const stranger = await connectCustomer(there.url, site.key, { conversationId });
  await one.send('message:send', { text: 'Where is my card?' });
  there.app.bus.emit('missed');
  await other.until('message.sent', (fact) => fact.text === 'Where is my card?');
  // And from now on it is open.
  const head = new Promise((resolve) => other.socket.once('head', resolve));
  there.app.bus.emit('missed');
  expect(await head).toMatchObject({ conversationId });
  expect(stranger.facts).toEqual([]);
  for (const each of [one, other, stranger]) each.close();
  await there.close();
  await here.close();
});

test('a server whose Redis is away starts, serves its own, and says that it is alone', async () => {
  const alone = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    redisUrl: 'redis://127.0.0.1:9',
  });
  const site = await alone.addSite({ kind: 'page' });
  const desk = await connectAgent(alone.url, (await alone.addAgent(site)).cookie);
  const customer = await connectCustomer(alone.url, site.key);
  const onDesk = new Promise((resolve) =>
    desk.socket.once('summaries', ({ conversations }) => resolve(conversations[0])),
  );
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  expect(await onDesk).toMatchObject({ id: customer.conversationId });
  const ready = await fetch(`${alone.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'degraded', database: true, redis: false, isStopping: false },
  ]);
  customer.close();
  desk.close();
  await alone.close();
});
