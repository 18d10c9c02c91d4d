import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Presence } from '../../protocol/agent.ts';
import { defaultRouting } from '../../server/domain/routing.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

let push: Receiver;
let a: TestServer;
let b: TestServer;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  push = await startReceiver();
  const settings = { ...noLimits, pushServices: [push.origin] };
  a = await startTestServer(inject('postgresUrl'), settings);
  b = await startTestServer(inject('postgresUrl'), settings, a.databaseUrl);
});
afterEach(() => {
  push.answer(201);
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await b?.close();
  await Promise.all([a?.close(), push?.close()]);
});

/** Ana at a site that offers, with her console on a phone. Nobody is told of who waits: only calls come. */
async function stage(offerMs = 60_000) {
  const routing = { ...defaultRouting, mode: 'offer', offerMs, unansweredGraceMs: 0 } as const;
  const site = await a.addSite({ kind: 'page' }, { title: 'Northcard help', routing, notify: { steps: [] } });
  const ana = await a.addAgent(site);
  const device = createDevice(push.origin);
  await a.store.notifications.saveSubscription(ana.id, device.subscription);
  const { pathname } = new URL(device.subscription.endpoint);
  const phone = await connectAgent(a.url, ana.cookie);
  open.push(phone);
  phone.socket.emit('device:set', { phone: 'in_hand' });
  const presence = async (): Promise<Presence | undefined> =>
    (await b.store.colleagues.of(site.id, Date.now()))[0]?.presence;
  const until = async (): Promise<number | null> => {
    const [row] = await inDatabase(a.databaseUrl, 'select phone_until from agents where id = $1', [ana.id]);
    return row?.phone_until === null ? null : Number(row?.phone_until);
  };
  await eventually(until).toBeGreaterThan(Date.now() + 14 * 60_000);
  const calls = () =>
    push.received.filter(({ path }) => path === pathname).map(({ body }) => device.read(body));
  return { site, ana, phone, presence, until, calls };
}

async function customerOf(siteKey: string, server = b) {
  const customer = await connectCustomer(server.url, siteKey, { pulls: true });
  open.push(customer);
  await customer.send('message:send', { text: 'Where is my card?' });
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  return customer;
}

/** As when the screen locks: nobody says farewell. */
const loseLine = ({ socket }: { socket: { io: { engine: { close(): unknown } } } }) =>
  socket.io.engine.close();

describe('an agent on a phone', () => {
  test('a locked screen is not offline: an offer comes by push, and stands long enough', async () => {
    const { site, ana, phone, presence, calls } = await stage(20_000);
    expect(await presence()).toBe('online');
    loseLine(phone);
    await eventually(presence).toBe('on_phone');
    const customer = await customerOf(site.key);
    const { agent, at, expiresAt } = await customer.until('handoff.offered');
    expect(agent.id).toBe(ana.id);
    expect(expiresAt - at).toBeGreaterThan(55_000);
    await eventually(() => calls().length).toBe(1);
    expect(calls()[0]).toMatchObject({
      title: 'A customer is offered to you at Northcard help',
      body: 'Where is my card?',
      tag: customer.conversationId,
    });
    // Taken out of the pocket: on the other node, as it happens.
    const again = await connectAgent(b.url, ana.cookie);
    open.push(again);
    expect(await again.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
    expect(await presence()).toBe('online');
  });

  test('the browser goes to the background while its line holds: a message of the customer comes by push', async () => {
    const { site, phone, presence, until, calls } = await stage();
    const customer = await customerOf(site.key, a);
    await customer.until('handoff.offered');
    const { conversationId } = customer;
    expect(await phone.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    expect(calls()).toEqual([]);
    phone.socket.emit('device:set', { phone: 'put_away' });
    await eventually(presence).toBe('on_phone');
    expect(await a.store.routing.abandoned(Date.now(), conversationId)).toEqual([]);
    await customer.send('message:send', { text: 'Are you there?' });
    await eventually(() => calls().length).toBe(1);
    expect(calls()[0]).toMatchObject({
      title: 'Your customer wrote at Northcard help',
      body: 'Are you there?',
    });
    // Whoever is called has two minutes to look, and not the whole quarter of an hour.
    await eventually(until).toBeLessThan(Date.now() + 3 * 60_000);
    phone.socket.emit('device:set', { phone: 'in_hand' });
    await eventually(presence).toBe('online');
    expect(await until()).toBeGreaterThan(Date.now() + 14 * 60_000);
  });

  test('whom what customers write concerns is asked once for many words, and not for each', async () => {
    const site = await a.addSite({ kind: 'page' });
    const desk = await connectAgent(a.url, (await a.addAgent(site)).cookie);
    open.push(desk);
    const customers = await Promise.all(Array.from({ length: 10 }, () => customerOf(site.key, a)));
    for (const { conversationId } of customers) {
      expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    }
    const asked = vi.spyOn(b.store.presence, 'onPhone');
    const onB = await Promise.all(
      customers.map(({ session, conversationId }) =>
        connectCustomer(b.url, site.key, { session, conversationId }),
      ),
    );
    open.push(...onB);
    await Promise.all(onB.map((customer) => customer.send('message:send', { text: 'And now?' })));
    await eventually(() => asked.mock.calls.length).toBeGreaterThan(0);
    expect(asked.mock.calls.length).toBeLessThan(10);
    asked.mockRestore();
  });

  test('an offer that nobody looks at ends it, and the customer goes to the next', async () => {
    const { site, phone, presence, ana } = await stage();
    loseLine(phone);
    await eventually(presence).toBe('on_phone');
    const customer = await customerOf(site.key);
    await customer.until('handoff.offered');
    const clock = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => clock() + 61_000);
    await b.app.engine.forServer(customer.conversationId, { name: 'handoff:expire_offer' });
    await customer.until('handoff.offer_expired');
    vi.restoreAllMocks();
    await eventually(presence).toBe('offline');
    expect(await a.store.agents.byId(ana.id), 'only their phone is silent').toMatchObject({
      availability: 'online',
    });
  });

  test.each(['a page that is closed', 'a phone that the push service knows no more', 'alerts switched off'])(
    '%s is offline',
    async (how) => {
      const { site, phone, presence, until } = await stage();
      if (how === 'a page that is closed') phone.close();
      else if (how === 'alerts switched off') {
        phone.socket.emit('device:set', { phone: 'none' });
        await eventually(until).toBe(null);
        loseLine(phone);
      } else {
        push.answer(410);
        loseLine(phone);
        await eventually(presence).toBe('on_phone');
        await customerOf(site.key);
      }
      await eventually(presence).toBe('offline');
    },
  );

  test('a laptop beside it that closes leaves the phone', async () => {
    const { ana, phone, presence } = await stage();
    const laptop = await connectAgent(b.url, ana.cookie);
    loseLine(phone);
    laptop.close();
    await eventually(presence).toBe('on_phone');
  });

  test('whoever is at a desk is asked before', async () => {
    const { site, phone, presence } = await stage();
    loseLine(phone);
    await eventually(presence).toBe('on_phone');
    const ben = await a.addAgent(site, 'Ben');
    open.push(await connectAgent(a.url, ben.cookie));
    const customer = await customerOf(site.key);
    expect((await customer.until('handoff.offered')).agent.id).toBe(ben.id);
  });
});

test('what the store filters by is what the domain says', async () => {
  const { site, ana } = await stage();
  const now = Date.now() + 3_600_000;
  for (const seenAt of [null, now - 45_000, now - 44_999]) {
    for (const phoneUntil of [null, now, now + 1]) {
      for (const availability of ['online', 'away'] as const) {
        await a.store.executeSql(
          'update agents set seen_at = $2, phone_until = $3, availability = $4 where id = $1',
          [ana.id, seenAt, phoneUntil, availability],
        );
        const [one] = await a.store.colleagues.of(site.id, now);
        const signs = `${seenAt} ${phoneUntil} ${availability}`;
        const isTaking = one?.presence === 'online' || one?.presence === 'on_phone';
        expect(await a.store.agents.isOnline(ana.id, site.id, now), signs).toBe(isTaking);
        expect((await a.store.presence.onPhone([ana.id], now)).has(ana.id), signs).toBe(
          one?.presence === 'on_phone',
        );
      }
    }
  }
});
