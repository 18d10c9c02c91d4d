import { createHash } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';
import { asking } from './socket-client.ts';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const me = (cookie: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v1/desk/me`, { headers: { cookie, ...headers } });
const follow = (link: string) => fetch(link, { redirect: 'manual' });
const cookiesOf = (response: Response) => response.headers.getSetCookie();
const newAgent = async (name = 'Ana') => server.addAgent(site, name);

describe("a customer's secret", () => {
  test('is stored as its hash alone, and the token with another secret is worth nothing', async () => {
    const { customerId, token } = await server.store.customers.create(site.id);
    const secret = token.slice(customerId.length + 1);
    const [row] = await inDatabase(server.databaseUrl, 'select * from customers where id = $1', [customerId]);
    expect(row?.secret_hash).toEqual(createHash('sha256').update(secret).digest());
    expect(Buffer.from(secret, 'base64url'), '256 bits').toHaveLength(32);
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(await server.store.customers.byToken(token)).toEqual({ id: customerId, siteId: site.id });
    expect(await server.store.customers.byToken(`${customerId}.${'A'.repeat(43)}`)).toBeNull();
  });
});

describe("an agent's sites", () => {
  test('come in one order, however they were given: the desk compares them', async () => {
    const sites = await Promise.all([1, 2, 3].map(() => server.addSite({ kind: 'page' })));
    const sorted = sites.map((one) => one.id).sort();
    const { id } = await server.store.agents.add({
      name: 'Ana',
      email: 'sites@test.example',
      siteIds: sorted.toReversed(),
    });
    expect((await server.store.agents.byId(id))?.siteIds).toEqual(sorted);
  });
});

describe('the one-time link', () => {
  test('signs in once, with a cookie that scripts and foreign pages cannot use', async () => {
    const agent = await newAgent();
    const link = await server.app.identity.signInLink(agent.email, server.url);
    const first = await follow(link);
    expect(first.status).toBe(302);
    expect(first.headers.get('location')).toBe(`${server.url}/console/`);
    const [cookie = ''] = cookiesOf(first);
    for (const flag of [/HttpOnly/i, /SameSite=Lax/i, /Path=\//i]) expect(cookie).toMatch(flag);
    expect(cookie).not.toMatch(/Domain=/i);
    expect((await me(cookie.split(';', 1)[0] ?? '')).status).toBe(200);

    const second = await follow(link);
    expect(cookiesOf(second).filter((value) => /session_token=[^;]/.test(value))).toEqual([]);
    expect(second.headers.get('location')).toMatch(/\/console\/\?error=/);
  });

  test('is good for ten minutes and no longer', async () => {
    const agent = await newAgent();
    const link = await server.app.identity.signInLink(agent.email, server.url);
    await inDatabase(
      server.databaseUrl,
      `update auth_verification set "expiresAt" = now() - interval '1 second'`,
    );
    expect(cookiesOf(await follow(link)).filter((value) => /session_token=[^;]/.test(value))).toEqual([]);
  });

  test('leads to our own pages only', async () => {
    const agent = await newAgent();
    const link = new URL(await server.app.identity.signInLink(agent.email, server.url));
    link.searchParams.set('callbackURL', 'https://evil.example/');
    const response = await follow(link.toString());
    expect(response.headers.get('location') ?? '').not.toMatch(/evil/);
  });

  test('cannot be asked for by a stranger, nor for one who is no agent', async () => {
    const agent = await newAgent();
    await expectProblem(
      await fetch(`${server.url}/api/auth/sign-in/magic-link`, json({ email: agent.email })),
      'not_found',
    );
    await expect(server.app.identity.signInLink('nobody@test.example', server.url)).rejects.toThrow(
      /no agent/,
    );
  });

  test('two that are made at once are two', async () => {
    const agent = await newAgent();
    const links = await Promise.all(
      [1, 2, 3].map(() => server.app.identity.signInLink(agent.email, server.url)),
    );
    expect(new Set(links).size).toBe(3);
    for (const link of links) expect(cookiesOf(await follow(link))).not.toEqual([]);
  });

  test('is kept as a hash', async () => {
    const agent = await newAgent();
    const token =
      new URL(await server.app.identity.signInLink(agent.email, server.url)).searchParams.get('token') ?? '';
    const rows = JSON.stringify(await inDatabase(server.databaseUrl, 'select * from auth_verification'));
    expect(token.length).toBeGreaterThan(20);
    expect(rows).not.toContain(token);
    expect(createHash('sha256').update(token).digest('base64url').length).toBeGreaterThan(20);
  });
});

describe('the session', () => {
  test('ends where it is tampered with, expired or signed out', async () => {
    const agent = await newAgent();
    const [name, value = ''] = agent.cookie.split(/=(.*)/s);
    const flipped = `${name}=${value.startsWith('a') ? 'b' : 'a'}${value.slice(1)}`;
    for (const cookie of [flipped, `${name}=`, `${name}=${value.split('.')[0]}`]) {
      await expectProblem(await me(cookie), 'unauthenticated');
    }
    const out = await fetch(`${server.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: agent.cookie, origin: server.url },
    });
    expect(out.status).toBe(200);
    await expectProblem(await me(agent.cookie), 'unauthenticated');

    const another = await newAgent('Ben');
    await inDatabase(
      server.databaseUrl,
      `update auth_session set "expiresAt" = now() - interval '1 second' where "userId" = $1`,
      [another.id],
    );
    await expectProblem(await me(another.cookie), 'unauthenticated');
  });

  test('that was signed out ends its sockets at their next command', async () => {
    const agent = await newAgent();
    const desk = await connectAgent(server.url, agent.cookie);
    const gone = new Promise((resolve) => desk.socket.once('disconnect', resolve));
    await fetch(`${server.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: agent.cookie, origin: server.url },
    });
    const pull = { conversationId: '0198c0de-0000-7000-8000-00000000ffff', after: 0 };
    const reply = asking(desk.socket as Socket, 'facts:pull', pull).catch(() => 'cut off');
    await gone;
    expect([await reply]).not.toEqual([expect.objectContaining({ ok: true })]);
    expect(desk.socket.connected).toBe(false);
  });

  test('an agent whose sites change sees at once what they may see now', async () => {
    const agent = await newAgent();
    const desk = await connectAgent(server.url, agent.cookie);
    await inDatabase(server.databaseUrl, 'delete from agent_sites where agent_id = $1', [agent.id]);
    expect(await (await me(agent.cookie)).json()).toMatchObject({ sites: [] });
    const feedback = await fetch(`${server.url}/v1/feedback`, { headers: { cookie: agent.cookie } });
    expect(await feedback.json()).toEqual({ items: [], total: 0, next: null });
    desk.close();
  });
});

describe('passwords', () => {
  const password = 'a long password of mine';
  const setPassword = (cookie: string, headers: Record<string, string> = {}, value = password) =>
    fetch(`${server.url}/v1/desk/password`, json({ password: value }, { cookie, ...headers }));
  const signIn = (email: string, value: string, headers: Record<string, string> = {}) =>
    fetch(
      `${server.url}/api/auth/sign-in/email`,
      json({ email, password: value }, { origin: server.url, ...headers }),
    );

  test('are set, changed, kept hashed, and sign in', async () => {
    const agent = await newAgent();
    expect(await (await me(agent.cookie)).json()).toMatchObject({ hasPassword: false });
    expect((await setPassword(agent.cookie)).status).toBe(204);
    expect(await (await me(agent.cookie)).json()).toMatchObject({ hasPassword: true });
    const signedIn = await signIn(agent.email, password);
    expect(signedIn.status).toBe(200);
    const cookie = cookiesOf(signedIn)[0]?.split(';', 1)[0] ?? '';
    expect((await me(cookie)).status).toBe(200);
    expect((await setPassword(agent.cookie, {}, 'another password')).status).toBe(204);
    expect((await signIn(agent.email, password)).status).toBe(401);
    expect((await signIn(agent.email, 'another password')).status).toBe(200);
    const rows = JSON.stringify(await inDatabase(server.databaseUrl, 'select * from auth_account'));
    expect(rows).not.toContain(password);
  });

  test('that are too short or too long are refused', async () => {
    const agent = await newAgent();
    for (const value of ['short', 'x'.repeat(201)]) {
      await expectProblem(await setPassword(agent.cookie, {}, value), 'invalid');
    }
  });

  test('are not changed long after signing in without the current one', async () => {
    const agent = await newAgent();
    await setPassword(agent.cookie);
    await inDatabase(
      server.databaseUrl,
      `update auth_session set "createdAt" = now() - interval '11 minutes' where "userId" = $1`,
      [agent.id],
    );
    const change = (currentPassword?: string) =>
      fetch(
        `${server.url}/v1/desk/password`,
        json({ password: 'a stolen account', currentPassword }, { cookie: agent.cookie }),
      );
    await expectProblem(await change(), 'forbidden');
    await expectProblem(await change('not my password'), 'forbidden');
    expect((await signIn(agent.email, password)).status).toBe(200);
    expect((await change(password)).status).toBe(204);
    expect((await signIn(agent.email, password)).status).toBe(401);
    for (let tries = 0; tries < 5; tries++) await change('guess');
    await expectProblem(await change('guess'), 'rate_limited');
  });

  test('that are set or changed end every other session, also what it listens to', async () => {
    const agent = await newAgent();
    for (const value of [password, 'another password']) {
      const elsewhere = await server.signIn(agent);
      expect((await me(elsewhere)).status).toBe(200);
      expect((await setPassword(agent.cookie, {}, value)).status).toBe(204);
      await expectProblem(await me(elsewhere), 'unauthenticated');
      expect((await me(agent.cookie)).status).toBe(200);
    }
  });

  test('are not set by a foreign page', async () => {
    const agent = await newAgent();
    await expectProblem(await setPassword(agent.cookie, { origin: 'https://evil.example' }), 'forbidden');
    await expectProblem(await setPassword(agent.cookie, { 'sec-fetch-site': 'cross-site' }), 'forbidden');
    expect(await (await me(agent.cookie)).json()).toMatchObject({ hasPassword: false });
  });

  test('a wrong one, and an unknown address, are told apart by nobody', async () => {
    const agent = await newAgent();
    await setPassword(agent.cookie);
    const from = { 'x-forwarded-for': '203.0.113.9' };
    const wrong = await signIn(agent.email, 'not my password', from);
    const unknown = await signIn('nobody@test.example', 'not my password', from);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const { instance: _, ...refusal } = (await wrong.clone().json()) as { instance: string };
    expect(await unknown.clone().json()).toMatchObject(refusal);
    await expectProblem(wrong, 'unauthenticated');
    await expectProblem(unknown, 'unauthenticated');
    expect(cookiesOf(wrong)).toEqual([]);
  });
});

describe('what better-auth could do besides is closed', () => {
  const closed = [
    'get-session',
    'sign-up/email',
    'update-user',
    'change-email',
    'change-password',
    'delete-user',
    'request-password-reset',
    'reset-password',
    'sign-in/social',
    'link-social',
    'revoke-sessions',
  ];
  test.each(closed)('%s', async (path) => {
    const agent = await newAgent();
    const body = { email: 'eve@evil.example', password: 'a long password', name: 'Eve' };
    const response = await fetch(
      `${server.url}/api/auth/${path}`,
      json(body, { cookie: agent.cookie, origin: server.url }),
    );
    await expectProblem(response, 'not_found');
    expect(await (await me(agent.cookie)).json()).toMatchObject({ name: 'Ana' });
  });
});
