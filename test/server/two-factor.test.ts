import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { TwoFactorStarted } from '../../protocol/sign-in.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent } from '../support/clients.ts';
import { freshCode, oneTimeCode } from '../support/one-time-code.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), { ...noLimits, trustProxy: 1 });
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const password = 'long enough for us';
let address = 0;
/** Each from an address of its own: better-auth counts tries by it. */
const nextAddress = () => ({ 'x-forwarded-for': `203.0.113.${++address}` });
const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .filter((cookie) => !/Max-Age=0/i.test(cookie))
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
const post = (path: string, body: object, cookie: string, on = server) =>
  fetch(`${on.url}${path}`, json(body, { cookie, origin: on.url, ...nextAddress() }));
const meOf = async (cookie: string, on = server) => fetch(`${on.url}/v1/desk/me`, { headers: { cookie } });
const signIn = (agent: Agent, on = server) =>
  post('/api/auth/sign-in/email', { email: agent.email, password }, '', on);

async function withPassword(on = server, at = site) {
  const agent = await on.addAgent(at, 'Ana');
  expect((await post('/v1/desk/password', { password }, agent.cookie, on)).status).toBe(204);
  return agent;
}
/** Signed in, with two-factor on. */
async function withTwoFactor(on = server, at = site) {
  const agent = await withPassword(on, at);
  const started = await post('/v1/desk/two-factor/start', { password }, agent.cookie, on);
  const { secret, backupCodes }: TwoFactorStarted = await started.json();
  const code = await freshCode(secret);
  const confirmed = await post('/v1/desk/two-factor/confirm', { code }, agent.cookie, on);
  expect(confirmed.status, await confirmed.clone().text()).toBe(204);
  return { ...agent, before: agent.cookie, cookie: cookiesOf(confirmed), secret, backupCodes };
}
const acts = async ({ id }: Agent) => {
  const page = { before: null, limit: 50 };
  const { entries } = await server.store.auditLog.page([site.id], { agent: id }, page);
  return entries.map(({ action }) => action).reverse();
};

describe('turning it on', () => {
  test('takes the password and a code of the app; before that nothing is on', async () => {
    const agent = await withPassword();
    await expectProblem(
      await post('/v1/desk/two-factor/start', { password: 'not this one' }, agent.cookie),
      'wrong_proof',
    );
    const started = await post('/v1/desk/two-factor/start', { password }, agent.cookie);
    const { secret, uri, backupCodes }: TwoFactorStarted = await started.json();
    expect(uri).toMatch(/^otpauth:\/\/totp\/Handrail/);
    expect(uri).toContain(secret);
    expect(new Set(backupCodes).size).toBe(10);
    const wrong = String((Number(oneTimeCode(secret)) + 1) % 1_000_000).padStart(6, '0');
    await expectProblem(
      await post('/v1/desk/two-factor/confirm', { code: wrong }, agent.cookie),
      'wrong_proof',
    );
    expect(await (await meOf(agent.cookie)).json()).toMatchObject({ twoFactor: 'off' });
    expect((await meOf(cookiesOf(await signIn(agent)))).status).toBe(200);
    const code = await freshCode(secret);
    const confirmed = await post('/v1/desk/two-factor/confirm', { code }, agent.cookie);
    expect(await (await meOf(cookiesOf(confirmed))).json()).toMatchObject({ twoFactor: 'on' });
    // Secret and codes are worth nothing to who gets hold of a backup only.
    const rows = JSON.stringify(await inDatabase(server.databaseUrl, 'select * from auth_two_factor'));
    for (const one of [secret, ...backupCodes]) expect(rows).not.toContain(one);
  });

  test('ends every session that was opened without a code, and is told once in the audit log', async () => {
    const agent = await withTwoFactor();
    expect((await meOf(agent.before)).status).toBe(401);
    expect((await meOf(agent.cookie)).status).toBe(200);
    expect(await acts(agent)).toEqual(['agent.signed_in', 'agent.password_changed', 'agent.two_factor_on']);
    await expectProblem(await post('/v1/desk/two-factor/start', { password }, agent.cookie), 'invalid');
    const code = await freshCode(agent.secret);
    await expectProblem(await post('/v1/desk/two-factor/confirm', { code }, agent.cookie), 'invalid');
    expect((await meOf(agent.cookie)).status).toBe(200);
    expect(await acts(agent)).toHaveLength(3);
  });

  test('needs a password of one’s own, and is not guessed at', async () => {
    const agent = await server.addAgent(site);
    await expectProblem(await post('/v1/desk/two-factor/start', { password }, agent.cookie), 'wrong_proof');
    for (const _ of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      await post('/v1/desk/two-factor/confirm', { code: '000000' }, agent.cookie);
    }
    await expectProblem(
      await post('/v1/desk/two-factor/confirm', { code: '000000' }, agent.cookie),
      'rate_limited',
    );
  });
});

describe('signing in with it', () => {
  test('takes the code as well: until then there is no session, and the log tells of none', async () => {
    const agent = await withTwoFactor();
    const first = await signIn(agent);
    expect(await first.json()).toMatchObject({ twoFactorRedirect: true });
    const half = cookiesOf(first);
    expect(half).not.toMatch(/session/);
    expect((await meOf(half)).status).toBe(401);
    await expect(connectAgent(server.url, half)).rejects.toThrow();
    expect(await acts(agent)).toHaveLength(3);
    const second = await post(
      '/api/auth/two-factor/verify-totp',
      { code: await freshCode(agent.secret) },
      half,
    );
    expect(second.status).toBe(200);
    expect((await meOf(cookiesOf(second))).status).toBe(200);
    expect((await acts(agent)).at(-1)).toBe('agent.signed_in');
    expect(second.headers.getSetCookie().join()).not.toMatch(/trust_device/);
    // The same half again opens nothing.
    const again = { code: oneTimeCode(agent.secret) };
    await expectProblem(await post('/api/auth/two-factor/verify-totp', again, half), 'unauthenticated');
  });

  test('takes each code of the app once, on every node, and for nothing else either', async () => {
    const other = await startTestServer(
      inject('postgresUrl'),
      { ...noLimits, trustProxy: 1 },
      server.databaseUrl,
    );
    try {
      const agent = await withTwoFactor();
      const code = await freshCode(agent.secret);
      const halves = await Promise.all([server, other].map(async (on) => cookiesOf(await signIn(agent, on))));
      const came = await Promise.all(
        [server, other].map((on, at) =>
          post('/api/auth/two-factor/verify-totp', { code }, halves[at] ?? '', on),
        ),
      );
      expect(came.map(({ status }) => status).sort()).toEqual([200, 401]);
      const proof = { password, code };
      await expectProblem(await post('/v1/desk/two-factor/end', proof, agent.cookie, other), 'wrong_proof');
      await expectProblem(await post('/v1/desk/two-factor/codes', proof, agent.cookie), 'wrong_proof');
      expect(await acts(agent)).not.toContain('agent.codes_renewed');
    } finally {
      await other.close();
    }
  });

  test('takes each backup code once', async () => {
    const agent = await withTwoFactor();
    const code = agent.backupCodes[0] ?? '';
    const path = '/api/auth/two-factor/verify-backup-code';
    const came = await post(path, { code, disableSession: true }, cookiesOf(await signIn(agent)));
    expect((await meOf(cookiesOf(came))).status, 'what else is in the body counts for nothing').toBe(200);
    const used = await post(path, { code }, cookiesOf(await signIn(agent)));
    await expectProblem(used, 'unauthenticated');
  });

  test('ends after five wrong codes, and after ten the account rests', async () => {
    const agent = await withTwoFactor();
    const wrong = (half: string) => post('/api/auth/two-factor/verify-totp', { code: '000000' }, half);
    for (const _ of [1, 2]) {
      const half = cookiesOf(await signIn(agent));
      for (const _try of [1, 2, 3, 4, 5]) await expectProblem(await wrong(half), 'unauthenticated');
      expect((await wrong(half)).status).toBeGreaterThanOrEqual(400);
    }
    const half = cookiesOf(await signIn(agent));
    const right = await post(
      '/api/auth/two-factor/verify-totp',
      { code: await freshCode(agent.secret) },
      half,
    );
    await expectProblem(right, 'rate_limited');
    expect((await meOf(agent.cookie)).status, 'who is in stays in').toBe(200);
  });

  test('cannot be turned on through the door for signing in', async () => {
    const agent = await withPassword();
    const started = await post('/v1/desk/two-factor/start', { password }, agent.cookie);
    const { secret }: TwoFactorStarted = await started.json();
    const code = { code: await freshCode(secret) };
    const tried = await post('/api/auth/two-factor/verify-totp', code, agent.cookie);
    await expectProblem(tried, 'unauthenticated');
    expect(await (await meOf(agent.cookie)).json()).toMatchObject({ twoFactor: 'off' });
  });

  test('is not asked of a one-time link, which only who has the machine can make', async () => {
    const agent = await withTwoFactor();
    expect((await meOf(await server.signIn(agent))).status).toBe(200);
  });
});

describe('turning it off, and new codes', () => {
  test('take password and code', async () => {
    const agent = await withTwoFactor();
    const code = await freshCode(agent.secret);
    const end = (body: object) => post('/v1/desk/two-factor/end', body, agent.cookie);
    await expectProblem(await end({ password: 'not this one', code }), 'wrong_proof');
    await expectProblem(await end({ password, code: '000000' }), 'wrong_proof');
    const off = await end({ password, code });
    expect(off.status).toBe(204);
    expect((await meOf(agent.cookie)).status, 'the session was made anew').toBe(401);
    expect(await (await meOf(cookiesOf(off))).json()).toMatchObject({ twoFactor: 'off' });
    expect((await meOf(cookiesOf(await signIn(agent)))).status).toBe(200);
    expect(await acts(agent)).toContain('agent.two_factor_off');
    expect(
      await inDatabase(server.databaseUrl, 'select 1 from auth_two_factor where "userId" = $1', [agent.id]),
    ).toEqual([]);
  });

  test('is not done where it cannot be written down', async () => {
    const agent = await withTwoFactor();
    const unwritable = vi.spyOn(server.store.auditLog, 'add').mockRejectedValue(new Error('disk full'));
    try {
      const backup = (at: number) => ({ password, code: agent.backupCodes[at] ?? '' });
      const renew = { password: 'another long enough', currentPassword: password };
      const paths = {
        '/v1/desk/two-factor/end': backup(0),
        '/v1/desk/two-factor/codes': backup(1),
        '/v1/desk/password': renew,
      };
      for (const [path, body] of Object.entries(paths))
        expect((await post(path, body, agent.cookie)).status, path).toBeGreaterThanOrEqual(500);
    } finally {
      unwritable.mockRestore();
    }
    expect(await (await meOf(agent.cookie)).json()).toMatchObject({ twoFactor: 'on' });
    const still = { password, code: agent.backupCodes[2] ?? '' };
    expect(
      (await post('/v1/desk/two-factor/end', still, agent.cookie)).status,
      'codes and password hold',
    ).toBe(204);
  });

  test('by a backup code, too; new codes replace the ones before', async () => {
    const agent = await withTwoFactor();
    const [first = '', second = ''] = agent.backupCodes;
    const renewed = await post('/v1/desk/two-factor/codes', { password, code: first }, agent.cookie);
    expect(renewed.status, await renewed.clone().text()).toBe(200);
    const { backupCodes }: { backupCodes: string[] } = await renewed.json();
    expect(backupCodes).toHaveLength(10);
    const end = (code: string) => post('/v1/desk/two-factor/end', { password, code }, agent.cookie);
    await expectProblem(await end(second), 'wrong_proof');
    expect((await end(backupCodes[0] ?? '')).status).toBe(204);
    expect(await acts(agent)).toEqual(
      expect.arrayContaining(['agent.codes_renewed', 'agent.two_factor_off']),
    );
  });
});

test('where it is required, whoever has it off reaches their settings only, until it is on', async () => {
  const open: { close(): unknown }[] = [];
  const strict = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    trustProxy: 1,
    requireTwoFactor: true,
  });
  try {
    const own = await strict.addSite({ kind: 'page' });
    const agent = await withPassword(strict, own);
    const get = (path: string, cookie: string) => fetch(`${strict.url}${path}`, { headers: { cookie } });
    expect(await (await meOf(agent.cookie, strict)).json()).toMatchObject({
      twoFactor: 'required',
      may: ['settings:own'],
    });
    await expectProblem(await get('/v1/desk/conversations', agent.cookie), 'two_factor_required');
    await expectProblem(await get('/v1/feedback', agent.cookie), 'two_factor_required');
    await expect(connectAgent(strict.url, agent.cookie)).rejects.toThrow();
    const started = await post('/v1/desk/two-factor/start', { password }, agent.cookie, strict);
    const { secret }: TwoFactorStarted = await started.json();
    const code = await freshCode(secret);
    const on = cookiesOf(await post('/v1/desk/two-factor/confirm', { code }, agent.cookie, strict));
    expect(await (await meOf(on, strict)).json()).toMatchObject({ twoFactor: 'on' });
    expect((await get('/v1/desk/conversations', on)).status).toBe(200);
    const desk = await connectAgent(strict.url, on);
    open.push(desk);
    const off = await post(
      '/v1/desk/two-factor/end',
      { password, code: await freshCode(secret) },
      on,
      strict,
    );
    expect(off.status).toBe(204);
    // The session of the open desk was ended with it: its next word is its last.
    const sentAway = new Promise((resolve) => desk.socket.once('disconnect', resolve));
    desk.socket.emit('availability:set', { availability: 'away' });
    await sentAway;
  } finally {
    for (const one of open) one.close();
    await strict.close();
  }
});
