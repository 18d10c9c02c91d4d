import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { addressKey } from '../../server/plugins/limits.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, newSession } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bearer, expectProblem, json } from './requests.ts';
import { asking, customerAuth, refusalOf } from './socket-client.ts';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { sessionsPerMinute: 5, commandsPerTenSeconds: 4 });
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const pull = { conversationId: '0198c0de-0000-7000-8000-00000000ffff', after: 0 };

test('a customer who floods is told when to come back, on every way in, and others are not', async () => {
  const customer = await connectCustomer(server.url, site.key);
  const socket = customer.socket as Socket;
  const replies = [];
  for (let i = 0; i < 5; i++) replies.push(await asking(socket, 'facts:pull', pull));
  const refused = replies.at(-1);
  expect(replies[0]).toMatchObject({ code: 'not_found' });
  expect(refused).toMatchObject({ ok: false, code: 'rate_limited', retryable: true });
  const { retryAfterMs = 0 } = refused as { retryAfterMs?: number };
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  expect(await customer.send('handoff:request', {})).toMatchObject({ code: 'rate_limited' });

  const overHttp = await fetch(`${server.url}/v1/conversations`, { headers: bearer(customer.session.token) });
  expect(overHttp.status).toBe(429);
  const seconds = Number(overHttp.headers.get('retry-after'));
  expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 10).toBe(true);
  expect(await overHttp.json()).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  const { code } = await refusalOf(server.url, '/customer', {
    auth: customerAuth(site.key, customer.session.token),
  });
  expect(code).toBe('rate_limited');

  const other = await connectCustomer(server.url, site.key);
  expect(await other.send('handoff:request', {})).toMatchObject({ ok: true });
  customer.close();
  other.close();
});

test('one address makes only so many customers', async () => {
  const statuses = [];
  for (let i = 0; i < 6; i++)
    statuses.push((await fetch(`${server.url}/v1/sessions`, json({ site: site.key }))).status);
  expect(statuses.at(-1)).toBe(429);
  await expect(newSession(server.url, site.key)).rejects.toThrow(/rate_limited/);
});

test('behind a proxy a browser cannot give itself another address for every customer', async () => {
  const proxied = await startTestServer(inject('postgresUrl'), { sessionsPerMinute: 3, trustProxy: 1 });
  const { key } = await proxied.addSite({ kind: 'page' });
  const ask = (forwarded: string) =>
    fetch(`${proxied.url}/v1/sessions`, json({ site: key }, { 'x-forwarded-for': forwarded }));
  // The proxy adds the address it sees behind whatever the browser had written.
  for (let i = 1; i <= 3; i++) expect((await ask(`198.51.100.${i}, 203.0.113.7`)).status).toBe(201);
  await expectProblem(await ask('198.51.100.4, 203.0.113.7'), 'rate_limited');
  expect((await ask('198.51.100.4, 203.0.113.8')).status).toBe(201);
  await proxied.close();
});

test('an agent has room for many conversations, not for a flood', async () => {
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  const replies = [];
  for (let i = 0; i < 41; i++) replies.push(await asking(desk.socket as Socket, 'facts:pull', pull));
  expect(replies.slice(0, 40).every((reply) => !reply.ok && reply.code === 'not_found')).toBe(true);
  expect(replies.at(-1)).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  desk.close();
});

test('guessing passwords is slowed down', async () => {
  const guess = () =>
    fetch(
      `${server.url}/api/auth/sign-in/email`,
      json({ email: 'ana@test.example', password: 'a wrong guess' }, { origin: server.url }),
    );
  const statuses = [];
  for (let i = 0; i < 12; i++) statuses.push((await guess()).status);
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is counted as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
