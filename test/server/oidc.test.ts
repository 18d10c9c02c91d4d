import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import { operator } from '../../server/store/audit-log.ts';
import type { Site } from '../../server/store/sites.ts';
import { type OidcProvider, type Said, startOidcProvider } from '../support/oidc-provider.ts';
import { oneTimeCode } from '../support/one-time-code.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, json, noLimits } from './requests.ts';

let provider: OidcProvider;
let server: TestServer;
let site: Site;

beforeAll(async () => {
  provider = await startOidcProvider();
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    oidcIssuer: provider.issuer,
    oidcClientId: provider.clientId,
    oidcClientSecret: provider.clientSecret,
    oidcName: 'Acme',
  });
  site = await server.addSite({ kind: 'page' }, { title: 'Northcard' });
});
afterAll(async () => {
  await server?.close();
  await provider?.close();
});

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
const start = async () => {
  const body = { provider: 'oidc', callbackURL: '/console/', errorCallbackURL: '/console/' };
  const response = await fetch(`${server.url}/api/auth/sign-in/social`, json(body, { origin: server.url }));
  expect(response.status).toBe(200);
  return { url: (await response.json()).url as string, cookie: cookiesOf(response) };
};
/** As a browser would: to the provider, and back with what it says. */
const goThrough = async (said: Said, change: (back: URL) => void = () => {}) => {
  provider.says(said);
  const { url, cookie } = await start();
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
  change(back);
  return fetch(back, { headers: { cookie }, redirect: 'manual' });
};
const comesAs = async (response: Response) => {
  expect(response.status).toBe(302);
  const to = new URL(response.headers.get('location') ?? '', server.url);
  expect(to.pathname).toBe('/console/');
  const me = await fetch(`${server.url}/v1/desk/me`, { headers: { cookie: cookiesOf(response) } });
  return { error: to.searchParams.get('error'), status: me.status, me: await me.json() };
};
const person = (email: string, more: Partial<Said> = {}): Said => ({
  sub: randomUUID(),
  email,
  isVerified: true,
  ...more,
});
const users = async () =>
  (await inDatabase(server.databaseUrl, 'select count(*)::int as n from auth_user'))[0].n;

test('the sign-in page learns what to offer; without a provider there is none, and no door', async () => {
  expect(await (await fetch(`${server.url}/v1/sign-in`)).json()).toEqual({ company: 'Acme' });
  const other = await startTestServer(inject('postgresUrl'), noLimits);
  try {
    expect(await (await fetch(`${other.url}/v1/sign-in`)).json()).toEqual({ company: null });
    for (const path of ['callback/oidc?code=x&state=y']) {
      expect((await fetch(`${other.url}/api/auth/${path}`, { redirect: 'manual' })).status).toBe(404);
    }
  } finally {
    await other.close();
  }
});

describe('who comes from the company’s own sign-in', () => {
  test('is the agent with that address, with state, nonce and PKCE, and no token is kept', async () => {
    const agent = await server.addAgent(site, 'Ana', 'lead');
    const said = person(agent.email.toUpperCase());
    const first = await comesAs(await goThrough(said));
    expect(first).toMatchObject({
      error: null,
      status: 200,
      me: { id: agent.id, role: 'lead', name: 'Ana' },
    });
    const asked = provider.asked.at(-1);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(asked?.get(name)?.length, name).toBeGreaterThan(20);
    }
    expect(asked?.get('redirect_uri')).toBe(`${server.url}/api/auth/callback/oidc`);
    const kept = await inDatabase(
      server.databaseUrl,
      `select "accessToken", "refreshToken", "idToken" from auth_account where "userId" = $1`,
      [agent.id],
    );
    expect(kept).toEqual([{ accessToken: null, refreshToken: null, idToken: null }]);
    expect(await comesAs(await goThrough(said)), 'and again').toMatchObject({ me: { id: agent.id } });
    const { entries } = await server.store.auditLog.page(
      [site.id],
      { agent: agent.id, action: 'agent.signed_in' },
      { before: null, limit: 10 },
    );
    expect(entries, 'once by the test’s link').toHaveLength(3);
  });

  test('is alone in the account from the first time on: what somebody else set up in it before is gone', async () => {
    // As by an invitation's link that the admin opened themselves: the address is proven by nobody.
    const agent = await server.addAgent(site);
    const taken = { cookie: agent.cookie, origin: server.url };
    const password = 'the admin knows this';
    expect((await fetch(`${server.url}/v1/desk/password`, json({ password }, taken))).status).toBe(204);
    const start = await fetch(`${server.url}/v1/desk/two-factor/start`, json({ password }, taken));
    const code = oneTimeCode((await start.json()).secret);
    const on = await fetch(`${server.url}/v1/desk/two-factor/confirm`, json({ code }, taken));
    const link = await server.app.identity.signInLink(agent.email, server.url);

    const said = person(agent.email);
    expect(await comesAs(await goThrough(said))).toMatchObject({
      error: null,
      me: { id: agent.id, hasPassword: false, twoFactor: 'off' },
    });
    for (const cookie of [agent.cookie, cookiesOf(on)]) {
      expect((await fetch(`${server.url}/v1/desk/me`, { headers: { cookie } })).status).toBe(401);
    }
    const byPassword = json({ email: agent.email, password }, { origin: server.url });
    expect((await fetch(`${server.url}/api/auth/sign-in/email`, byPassword)).status).toBe(401);
    expect(cookiesOf(await fetch(link, { redirect: 'manual' }))).toBe('');

    // What they set up themselves stays.
    const own = await goThrough(said);
    const mine = json({ password: 'my own, and long' }, { cookie: cookiesOf(own), origin: server.url });
    expect((await fetch(`${server.url}/v1/desk/password`, mine)).status).toBe(204);
    expect(await comesAs(await goThrough(said))).toMatchObject({ me: { hasPassword: true } });
    expect((await comesAs(own)).status).toBe(200);
  });

  test('is found by what userinfo says as well', async () => {
    const agent = await server.addAgent(site);
    const said = person(agent.email, { isInUserInfo: true });
    expect(await comesAs(await goThrough(said))).toMatchObject({ error: null, me: { id: agent.id } });
  });

  test('may be somebody who is invited: the invitation is accepted by it', async () => {
    const email = `${randomUUID()}@acme.example`;
    const given = { email, name: 'Kim', role: 'product', siteIds: [site.id] } as const;
    await server.store.invitations.make(given, operator, Date.now());
    const came = await comesAs(await goThrough(person(email)));
    expect(came).toMatchObject({ error: null, me: { email, name: 'Kim', role: 'product' } });
    expect(await server.store.invitations.ofSites([site.id], Date.now())).toEqual([]);
  });

  test('is the same agent under a new address, and accepts as that one what it is invited to', async () => {
    const agent = await server.addAgent(site);
    const said = person(agent.email);
    expect(await comesAs(await goThrough(said))).toMatchObject({ me: { id: agent.id } });
    const other = await server.addSite({ kind: 'page' });
    const email = `${randomUUID()}@acme.example`;
    const given = { email, name: 'Kim', siteIds: [other.id] } as const;
    const invite = (role: Role) => server.store.invitations.make({ ...given, role }, operator, Date.now());
    const before = await users();
    await invite('admin');
    const came = await comesAs(await goThrough({ ...said, email }));
    expect(came, 'the role is another').toMatchObject({ me: { id: agent.id, sites: [{ key: site.key }] } });
    const [open] = await server.store.invitations.ofSites([other.id], Date.now());
    await server.store.invitations.withdraw(open?.id ?? '', operator, Date.now());
    await invite('agent');
    const { me } = await comesAs(await goThrough({ ...said, email }));
    expect(me).toMatchObject({ id: agent.id, email: agent.email });
    expect(me.sites).toHaveLength(2);
    expect(await users()).toBe(before);
  });

  test.each([true, false])('is refused if nobody knows them, verified: %s', async (isVerified) => {
    const before = await users();
    const came = await comesAs(await goThrough(person('stranger@acme.example', { isVerified })));
    expect(came).toMatchObject({ error: 'signup_disabled', status: 401 });
    expect(await users()).toBe(before);
  });

  test('is refused while the provider has not verified the address, invited or not', async () => {
    const agent = await server.addAgent(site);
    const unverified = person(agent.email, { isVerified: false });
    expect(await comesAs(await goThrough(unverified))).toMatchObject({
      error: 'account_not_linked',
      status: 401,
    });
    const email = `${randomUUID()}@acme.example`;
    const given = { email, name: 'Kim', role: 'admin', siteIds: [site.id] } as const;
    await server.store.invitations.make(given, operator, Date.now());
    expect(await comesAs(await goThrough(person(email, { isVerified: false })))).toMatchObject({
      status: 401,
    });
    expect(await server.store.agents.byEmail(email)).toBeNull();
  });

  test('is refused from the day on which the provider takes the verified address back', async () => {
    const agent = await server.addAgent(site);
    const said = person(agent.email);
    expect(await comesAs(await goThrough(said))).toMatchObject({ status: 200 });
    expect(await comesAs(await goThrough({ ...said, isVerified: false }))).toMatchObject({
      error: 'email_not_verified',
      status: 401,
    });
  });

  test.each([
    ['another nonce', { wrong: { nonce: 'x'.repeat(32) } }],
    ['another audience', { wrong: { aud: 'somebody-else' } }],
    ['another issuer', { wrong: { iss: 'https://evil.example' } }],
    ['another key', { isForged: true }],
  ])('is refused with an id_token of %s', async (_what, wrong) => {
    const agent = await server.addAgent(site);
    const came = await comesAs(await goThrough(person(agent.email, wrong)));
    expect(came).toMatchObject({ error: 'unable_to_get_user_info', status: 401 });
  });

  test('is refused with a state that is not theirs, not there, or used before', async () => {
    const agent = await server.addAgent(site);
    const said = person(agent.email);
    const wrong = await goThrough(said, (back) => back.searchParams.set('state', 'x'.repeat(32)));
    expect(await comesAs(wrong)).toMatchObject({ status: 401, error: expect.stringMatching(/state/) });
    const without = await goThrough(said, (back) => back.searchParams.delete('state'));
    expect(await comesAs(without)).toMatchObject({ status: 401, error: 'state_not_found' });

    // The link of an attacker's own sign-in, opened in somebody else's browser.
    provider.says(said);
    const { url, cookie } = await start();
    const back = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(await comesAs(await fetch(back, { redirect: 'manual' }))).toMatchObject({ status: 401 });
    const inOwn = () => fetch(back, { headers: { cookie }, redirect: 'manual' });
    expect(await comesAs(await inOwn())).toMatchObject({ status: 200 });
    expect(await comesAs(await inOwn()), 'once').toMatchObject({ status: 401 });
  });

  test('cannot bring an id_token along instead, nor be led elsewhere', async () => {
    const agent = await server.addAgent(site);
    provider.says(person(agent.email));
    const body = {
      provider: 'oidc',
      idToken: { token: 'e30.e30.x' },
      callbackURL: '/console/',
      errorCallbackURL: '/console/',
    };
    const social = (more: object) =>
      fetch(`${server.url}/api/auth/sign-in/social`, json({ ...body, ...more }, { origin: server.url }));
    expect((await (await social({})).json()).url).toContain(provider.issuer);
    expect((await social({ callbackURL: 'https://evil.example/' })).status).toBe(403);
    expect((await social({ provider: 'google' })).status).toBe(404);
  });
});

test('a provider that is down holds up nobody else, and is asked again', async () => {
  const late = await startOidcProvider();
  const { issuer, clientId, clientSecret } = late;
  await late.close();
  const other = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    oidcIssuer: issuer,
    oidcClientId: clientId,
    oidcClientSecret: clientSecret,
  });
  try {
    const own = await other.addSite({ kind: 'page' });
    const { cookie } = await other.addAgent(own);
    expect((await fetch(`${other.url}/v1/desk/me`, { headers: { cookie } })).status).toBe(200);
    const body = { provider: 'oidc', callbackURL: '/console/' };
    const response = await fetch(`${other.url}/api/auth/sign-in/social`, json(body, { origin: other.url }));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${other.url}/v1/desk/me`, { headers: { cookie } })).status).toBe(200);
  } finally {
    await other.close();
  }
});
