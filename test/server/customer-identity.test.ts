import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { siteIdentity } from '../../server/cli/site-identity.ts';
import { policyOf } from '../../server/domain/site-policy.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, newSession, type Session } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { handMade, identityOf, nowSeconds } from '../support/identities.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bearer, expectProblem, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let secret: string;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  const added = await server.addSite(
    { kind: 'page' },
    { policy: policyOf({ first: [{ trait: 'plan', value: 'enterprise' }] }) },
  );
  secret = await server.store.sites.makeIdentitySecret(added.id);
  site = (await server.store.sites.byId(added.id)) ?? added;
});
afterAll(() => server.close());

const begin = (identity?: string, key = site.key) =>
  fetch(`${server.url}/v1/sessions`, json({ site: key, identity }));
const signedIn = async (sub: string, more: object = {}) =>
  (await (await begin(identityOf(secret, sub, more))).json()) as Session;
const attach = (token: string, identity: string) =>
  fetch(`${server.url}/v1/sessions/identity`, json({ identity }, bearer(token)));
const attached = async (token: string, identity: string) =>
  (await (await attach(token, identity)).json()) as Session;
const own = async (token: string): Promise<string[]> => {
  const reply = await fetch(`${server.url}/v1/conversations`, { headers: bearer(token) });
  return (await reply.json()).conversations.map(({ id }: { id: string }) => id);
};
const talk = async (session: Session) => {
  const customer = await connectCustomer(server.url, site.key, { session });
  expect(await customer.send('message:send', { text: 'Where is my card?' })).toMatchObject({ ok: true });
  return customer;
};

describe('an identity is taken', () => {
  const hour = () => ({ iat: nowSeconds(), exp: nowSeconds() + 3_600 });
  const wrong: [string, () => string][] = [
    ['signed with another secret', () => identityOf('another secret of another site', 'kim')],
    ['unsigned', () => handMade(null, { sub: 'kim', ...hour() }, { alg: 'none' })],
    ['unsigned, called HS256', () => handMade(null, { sub: 'kim', ...hour() })],
    ['of another algorithm', () => handMade(secret, { sub: 'kim', ...hour() }, { alg: 'HS512' })],
    ['without sub', () => handMade(secret, hour())],
    ['with an empty sub', () => handMade(secret, { sub: '', ...hour() })],
    ['without exp', () => handMade(secret, { sub: 'kim', iat: nowSeconds() })],
    ['without iat', () => handMade(secret, { sub: 'kim', exp: nowSeconds() + 60 })],
    ['expired', () => handMade(secret, { sub: 'kim', iat: nowSeconds() - 900, exp: nowSeconds() - 61 })],
    [
      'from the future',
      () => handMade(secret, { sub: 'kim', iat: nowSeconds() + 120, exp: nowSeconds() + 900 }),
    ],
    ['good for two days', () => identityOf(secret, 'kim', { exp: nowSeconds() + 2 * 86_400 })],
    [
      'with 21 traits',
      () =>
        identityOf(secret, 'kim', {
          traits: Object.fromEntries([...Array(21).keys()].map((n) => [`t${n}`, n])),
        }),
    ],
    ['with a trait that is an object', () => identityOf(secret, 'kim', { traits: { plan: { name: 'x' } } })],
    ['with a trait of no name', () => identityOf(secret, 'kim', { traits: { '<b>': 1 } })],
    ['with a long trait', () => identityOf(secret, 'kim', { traits: { plan: 'x'.repeat(201) } })],
    ['with a name that is a number', () => identityOf(secret, 'kim', { name: 5 })],
    ['with no address', () => identityOf(secret, 'kim', { email: 'kim' })],
  ];
  test.each(wrong)('never %s', async (_what, made) => {
    await expectProblem(await begin(made()), 'identity_refused');
    const { token } = await newSession(server.url, site.key);
    await expectProblem(await attach(token, made()), 'identity_refused');
  });

  test('within a minute of skew, and with claims that we do not know', async () => {
    const claims = {
      sub: 'skewed',
      iat: nowSeconds() + 30,
      exp: nowSeconds() + 3_600,
      iss: 'acme',
      jti: '1',
    };
    expect((await begin(handMade(secret, claims))).status).toBe(201);
    const late = { sub: 'skewed', iat: nowSeconds() - 900, exp: nowSeconds() - 30 };
    expect((await begin(handMade(secret, late))).status).toBe(201);
  });

  test('of no other site, and not where there is no secret', async () => {
    const other = await server.addSite({ kind: 'page' });
    await expectProblem(await begin(identityOf(secret, 'kim'), other.key), 'identity_refused');
    await server.store.sites.makeIdentitySecret(other.id);
    await expectProblem(await begin(identityOf(secret, 'kim'), other.key), 'identity_refused');
  });

  test('not after its secret was replaced', async () => {
    const other = await server.addSite({ kind: 'page' });
    const before = await server.store.sites.makeIdentitySecret(other.id);
    const { token } = (await (await begin(identityOf(before, 'kim'), other.key)).json()) as Session;
    const after = await server.store.sites.makeIdentitySecret(other.id);
    await expectProblem(await begin(identityOf(before, 'kim'), other.key), 'identity_refused');
    await expectProblem(await attach(token, identityOf(before, 'kim')), 'identity_refused');
    expect((await attach(token, identityOf(after, 'kim'))).status).toBe(200);
  });
});

describe('one person is one customer', () => {
  test('on every device, each with a secret of its own', async () => {
    const laptop = await signedIn('ines');
    const phone = await signedIn('ines');
    expect(phone.customerId).toBe(laptop.customerId);
    expect(phone.token).not.toBe(laptop.token);
    const customer = await talk(laptop);
    expect(await own(phone.token)).toEqual([customer.conversationId]);
    const { conversationId } = customer;
    const there = await connectCustomer(server.url, site.key, { session: phone, conversationId });
    await there.until('message.sent', ({ text }) => text === 'Where is my card?');
    expect(await there.send('message:send', { text: 'I am on the phone now.' })).toMatchObject({ ok: true });
    await customer.until('message.sent', ({ text }) => text === 'I am on the phone now.');
    for (const one of [customer, there]) one.close();
  });

  test('also when ten devices sign in at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => signedIn('many')));
    expect(new Set(all.map(({ customerId }) => customerId)).size).toBe(1);
    expect(new Set(all.map(({ token }) => token)).size).toBe(10);
  });

  test('somebody else is somebody else', async () => {
    const kim = await signedIn('kim-1');
    const lee = await signedIn('lee-1');
    const customer = await talk(kim);
    expect(lee.customerId).not.toBe(kim.customerId);
    expect(await own(lee.token)).toEqual([]);
    customer.close();
  });
});

describe('signing in later', () => {
  test('keeps the customer, and what was said, of somebody new', async () => {
    const anonymous = await newSession(server.url, site.key);
    const customer = await talk(anonymous);
    const session = await attached(anonymous.token, identityOf(secret, 'new-1'));
    expect(session).toMatchObject({ customerId: anonymous.customerId, isOther: false });
    expect(await own(session.token)).toEqual([customer.conversationId]);
    // Saying it again changes nothing.
    expect(await attached(session.token, identityOf(secret, 'new-1'))).toEqual(session);
    customer.close();
  });

  test('takes what was said along to whom the site knows already, in every tab', async () => {
    const laptop = await signedIn('known-1');
    const before = await talk(laptop);
    const anonymous = await newSession(server.url, site.key);
    const tab = await talk(anonymous);
    const cid = '0198c0de-0000-7000-8000-00000000cccc';
    const first = await tab.send('handoff:request', {}, cid);
    const isOut = new Promise((resolve) => tab.socket.once('disconnect', resolve));
    const session = await attached(anonymous.token, identityOf(secret, 'known-1'));
    expect(session).toMatchObject({ customerId: laptop.customerId, isOther: false });
    await isOut;
    expect(await own(laptop.token)).toEqual([tab.conversationId, before.conversationId]);
    expect(await own(session.token)).toEqual([tab.conversationId, before.conversationId]);
    const { conversationId } = tab;
    const again = await connectCustomer(server.url, site.key, { session, conversationId });
    expect(await again.send('message:send', { text: 'Still me.' })).toMatchObject({ ok: true });
    // What was on its way when it happened is no second one (D1).
    expect(await again.send('handoff:request', {}, cid)).toEqual({ ...first, isRepeat: true });
    for (const one of [before, tab, again]) one.close();
  });

  test('never brings one person to what another one said in the same browser', async () => {
    const kim = await signedIn('shared-kim');
    const customer = await talk(kim);
    const lee = await attached(kim.token, identityOf(secret, 'shared-lee'));
    expect(lee.customerId).not.toBe(kim.customerId);
    expect(lee.token).not.toBe(kim.token);
    expect(lee).toMatchObject({ isOther: true });
    expect(await own(lee.token)).toEqual([]);
    expect(await own(kim.token)).toEqual([customer.conversationId]);
    customer.close();
  });

  test('needs a session', async () => {
    await expectProblem(
      await attach(`${crypto.randomUUID()}.x`, identityOf(secret, 'kim')),
      'unauthenticated',
    );
  });
});

const stateOf = async ({ conversationId }: { conversationId: string }) =>
  (await server.store.conversations.byIds([conversationId]))[0]?.state;

describe('agents', () => {
  test('see whom the site vouches for, live and from the store, and nobody else', async () => {
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    const rows = new Map<string, object | undefined>();
    desk.socket.on('summaries', ({ conversations }) => {
      for (const { id, customer } of conversations) rows.set(id, customer);
    });
    const traits = { plan: 'team', seats: 12, isTrial: false };
    const ada = await talk(await signedIn('ada', { name: 'Ada Byron', email: 'ada@acme.example', traits }));
    const nobody = await talk(await newSession(server.url, site.key));
    for (const one of [ada, nobody]) await one.send('handoff:request', {});
    const vouched = { name: 'Ada Byron', email: 'ada@acme.example', traits };
    await eventually(() => rows.get(ada.conversationId)).toEqual(vouched);
    await eventually(() => rows.has(nobody.conversationId)).toBe(true);
    expect(rows.get(nobody.conversationId)).toBeUndefined();
    const stored = await server.store.conversations.summaries([ada.conversationId, nobody.conversationId]);
    expect(stored.find(({ id }) => id === ada.conversationId)?.customer).toEqual(vouched);
    expect(stored.find(({ id }) => id === nobody.conversationId)).not.toHaveProperty('customer');
    for (const one of [ada, nobody, desk]) one.close();
  });

  test('get a customer with a trait of the site’s choice before others, and know why', async () => {
    const vip = await talk(await signedIn('vip', { traits: { plan: 'enterprise' } }));
    const other = await talk(await signedIn('small', { traits: { plan: 'free' } }));
    for (const one of [vip, other]) await one.send('handoff:request', {});
    expect(await stateOf(vip)).toMatchObject({ priority: 'high', because: 'vip' });
    expect(await stateOf(other)).toMatchObject({ priority: 'normal' });
    // That is among agents.
    const told = await vip.until('handoff.requested');
    expect([told.priority, told.because]).toEqual(['normal', undefined]);
    // Harm says more than a plan.
    const hurt = await talk(await signedIn('vip', { traits: { plan: 'enterprise' } }));
    await hurt.send('message:send', { text: 'I did what you said and now my card is blocked' });
    await hurt.send('handoff:request', {});
    expect(await stateOf(hurt)).toMatchObject({ because: 'acted_on_answer' });
    for (const one of [vip, other, hurt]) one.close();
  });

  test('get who waits already before others once the trait is vouched for', async () => {
    const session = await newSession(server.url, site.key);
    const customer = await talk(session);
    await customer.send('handoff:request', {});
    expect(await customer.until('handoff.requested')).toMatchObject({ priority: 'normal' });
    const { conversationId } = customer;
    const late = await attached(
      session.token,
      identityOf(secret, 'late-vip', { traits: { plan: 'enterprise' } }),
    );
    const again = await connectCustomer(server.url, site.key, { session: late, conversationId });
    await again.send('message:send', { text: 'Hello?' });
    await expect
      .poll(() => server.store.conversations.summary(conversationId))
      .toMatchObject({ priority: 'high', because: 'vip' });
    for (const one of [customer, again]) one.close();
  });
});

describe('handrail site identity', () => {
  const run = async (...args: string[]) => {
    return runCommand(server, siteIdentity, args);
  };
  test('shows a secret once, and another one with --rotate', async () => {
    const { key } = await server.addSite({ kind: 'page' });
    const made = /his_\S{43}/.exec(await run('--site', key))?.[0] ?? '';
    expect((await begin(identityOf(made, 'kim'), key)).status).toBe(201);
    await expect(run('--site', key)).rejects.toThrow(UsageError);
    const next = /his_\S{43}/.exec(await run('--site', key, '--rotate'))?.[0] ?? '';
    expect(next).not.toBe(made);
    await expectProblem(await begin(identityOf(made, 'kim'), key), 'identity_refused');
    expect((await begin(identityOf(next, 'kim'), key)).status).toBe(201);
    await expect(run('--site', 'pk_nobody')).rejects.toThrow(/No site has the key/);
  });
});
