import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Continued } from '../../protocol/session.ts';
import { freePort } from '../../scripts/cluster/free-port.ts';
import type { NewSite, Site } from '../../server/store/sites.ts';
import {
  connectAgent,
  connectCustomer,
  newSession,
  type Session,
  type TestCustomer,
} from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { identityOf } from '../support/identities.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bearer, contentsOf, expectProblem, inDatabase, json, noLimits } from './requests.ts';

const origin = 'https://www.northcard.example';
const page = { url: `${origin}/cards?tab=2`, title: 'Cards' };

let publicUrl: string;
let mail: MailServer;
let server: TestServer;
let site: Site;
beforeAll(async () => {
  mail = await startMailServer();
  const port = await freePort();
  publicUrl = `http://127.0.0.1:${port}`;
  const settings = { port, ...noLimits, publicUrl, smtpUrl: mail.url, mailFrom: 'help@northcard.example' };
  server = await startTestServer(inject('postgresUrl'), settings);
  site = await newSite({ allowedOrigins: [origin] });
});
afterAll(async () => {
  await server.close();
  await mail.close();
});

const newSite = (more: Partial<NewSite> = {}) =>
  server.addSite({ kind: 'page' }, { title: 'Northcard help', ...more });

/** A customer who left this address while they waited. */
async function asked(email: string, at = site, from = page) {
  const customer = await connectCustomer(server.url, at.key);
  await customer.send('message:send', { text: 'Where is my card?', context: { page: from } });
  await customer.send('handoff:request', {});
  expect(await customer.send('followup:ask', { email })).toMatchObject({ ok: true });
  return customer;
}

/** The same, and an agent has answered, so that the letter is there. */
async function answered(email: string, from = page) {
  const customer = await asked(email, site, from);
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  await desk.send('handoff:accept', customer.conversationId, {});
  await desk.send('message:send', customer.conversationId, { text: 'It is on its way.' });
  await eventually(() => lettersTo(email).length).toBe(1);
  await customer.until('followup.sent');
  desk.close();
  return customer;
}
/** What stands in a letter to this address. */
const tokenFor = ({ conversationId }: TestCustomer, email: string, age = 0) =>
  server.app.continueLinks.sign(conversationId, email, Date.now() - age);
const lettersTo = (email: string) => mail.mails.filter(({ to }) => to.includes(email));
const linkIn = (email: string) => /^https?:\S+$/m.exec(lettersTo(email).at(-1)?.text ?? '')?.[0] ?? '';
const tokenIn = (email: string) => /#handrail=([\w-]+)$/.exec(linkIn(email))?.[1] ?? '';
const open = (token: string, headers: Record<string, string> = {}, key = site.key) =>
  fetch(`${server.url}/v1/sessions/continue`, json({ site: key, token }, headers));
const opened = async (token: string, headers = {}) =>
  (await (await open(token, headers)).json()) as Continued;
const textsOf = ({ facts }: TestCustomer) =>
  facts.flatMap((fact) => (fact.type === 'message.sent' ? [fact.text] : []));

describe('the link in a letter', () => {
  test('leads to the page where the customer asked, and another browser goes on from there', async () => {
    const customer = await answered('kim@example.com');
    expect(linkIn('kim@example.com')).toMatch(
      /^https:\/\/www\.northcard\.example\/cards\?tab=2#handrail=[\w-]{70}$/,
    );
    expect(lettersTo('kim@example.com')[0]?.text).toContain('Answer by opening the conversation');
    expect(lettersTo('kim@example.com')[0]?.headers).not.toHaveProperty('reply-to');

    const { conversationId, ...session } = await opened(tokenIn('kim@example.com'), { origin });
    expect({ conversationId, customerId: session.customerId }).toEqual({
      conversationId: customer.conversationId,
      customerId: customer.session.customerId,
    });
    expect(session.token).not.toBe(customer.session.token);
    const elsewhere = await connectCustomer(server.url, site.key, { session, conversationId });
    await elsewhere.until('message.sent', ({ by }) => by.kind === 'agent');
    expect(textsOf(elsewhere)).toEqual(['Where is my card?', 'It is on its way.']);
    expect(await elsewhere.send('message:send', { text: 'Thank you!' })).toMatchObject({ ok: true });
    await customer.until('message.sent', ({ text }) => text === 'Thank you!');
    for (const one of [customer, elsewhere]) one.close();
  });

  test('leads to our own page from any that is not of the site, and changes nothing when mail filters ask for it', async () => {
    const pages = ['https://evil.example/cards', `${origin}.evil.example/`, 'javascript:alert(1)'];
    await Promise.all(
      pages.map(async (url, index) => {
        const email = `elsewhere-${index}@example.com`;
        (await answered(email, { url, title: '' })).close();
        expect(linkIn(email)).toMatch(new RegExp(`^${publicUrl}/continue/${site.key}#handrail=[\\w-]{70}$`));
        expect(lettersTo(email)[0]?.text).not.toMatch(/evil|javascript/);
      }),
    );
    const before = await contentsOf(server.databaseUrl);
    for (const method of ['GET', 'HEAD', 'GET']) await fetch(linkIn('elsewhere-0@example.com'), { method });
    expect(await contentsOf(server.databaseUrl)).toEqual(before);
    expect((await open(tokenIn('elsewhere-0@example.com'))).status).toBe(200);
  }, 60_000);

  test('gives whoever is this customer already nothing new', async () => {
    const customer = await asked('same@example.com');
    const { token, customerId } = customer.session;
    expect(await opened(tokenFor(customer, 'same@example.com'), bearer(token))).toEqual({
      customerId,
      token,
      conversationId: customer.conversationId,
    });
    // Nor does it give a stranger what that one has.
    const stranger = await newSession(server.url, site.key);
    const session = await opened(tokenFor(customer, 'same@example.com'), bearer(stranger.token));
    expect(session).toMatchObject({ customerId });
    expect(session.token).not.toBe(stranger.token);
    customer.close();
  });
});

describe('the session of a link', () => {
  test('reaches that one conversation and nothing else of the customer', async () => {
    const customer = await asked('scope@example.com');
    const other = await connectCustomer(server.url, site.key, { session: customer.session });
    await other.send('message:send', { text: 'Something private' });
    const { conversationId, ...session } = await opened(tokenFor(customer, 'scope@example.com'));
    const headers = bearer(session.token);
    const list = await (await fetch(`${server.url}/v1/conversations`, { headers })).json();
    expect(list.conversations.map(({ id }: { id: string }) => id)).toEqual([conversationId]);
    const facts = (id: string) => fetch(`${server.url}/v1/conversations/${id}/facts`, { headers });
    expect((await facts(conversationId)).status).toBe(200);
    await expectProblem(await facts(other.conversationId), 'not_found');
    const body = { cid: crypto.randomUUID(), conversationId: other.conversationId, text: 'Hi' };
    const command = await fetch(`${server.url}/v1/commands/message:send`, json(body, headers));
    await expectProblem(command, 'unauthenticated');

    // Neither live, nor what begins later.
    const peeking = await connectCustomer(server.url, site.key, {
      session,
      conversationId: other.conversationId,
    });
    const reply = await peeking.socket
      .timeout(5_000)
      .emitWithAck('facts:pull', { conversationId: other.conversationId, after: 0 });
    expect(reply).toMatchObject({ ok: false, code: 'not_found' });
    const later = await connectCustomer(server.url, site.key, { session: customer.session });
    await later.send('message:send', { text: 'Private as well' });
    await other.send('message:send', { text: 'More of it' });
    await other.until('message.sent', ({ text }) => text === 'More of it');
    await later.until('message.sent');
    expect(peeking.facts).toEqual([]);
    for (const one of [customer, other, peeking, later]) one.close();
  });

  test('never becomes the customer by an identity: whoever signs in there goes on as themselves', async () => {
    const at = await newSite();
    const secret = await server.store.sites.makeIdentitySecret(at.id);
    const customer = await asked('mailbox@example.com', at);
    const session = (await (
      await open(tokenFor(customer, 'mailbox@example.com'), {}, at.key)
    ).json()) as Continued;
    const reply = await fetch(
      `${server.url}/v1/sessions/identity`,
      json({ identity: identityOf(secret, 'thief') }, bearer(session.token)),
    );
    const signedIn = (await reply.json()) as Session;
    expect(signedIn.customerId).not.toBe(customer.session.customerId);
    const list = await fetch(`${server.url}/v1/conversations`, { headers: bearer(signedIn.token) });
    expect(await list.json()).toEqual({ conversations: [] });
    customer.close();
  });

  test('ends by itself', async () => {
    const customer = await asked('ends@example.com');
    customer.close();
    const { token } = await opened(tokenFor(customer, 'ends@example.com'));
    const list = () => fetch(`${server.url}/v1/conversations`, { headers: bearer(token) });
    expect((await list()).status).toBe(200);
    await inDatabase(server.databaseUrl, 'update customer_sessions set expires_at = $1 where id = $2', [
      Date.now() - 1,
      token.split('.')[0],
    ]);
    await expectProblem(await list(), 'unauthenticated');
  });
});

test('the session of a link ends once the customer leaves another address, and not for the same one', async () => {
  const customer = await asked('typo@example.com');
  // It comes a moment later: before the reader has what was before it, that would look to them as if nothing was.
  await customer.until('queue.told');
  const { conversationId, ...session } = await opened(tokenFor(customer, 'typo@example.com'));
  const list = () => fetch(`${server.url}/v1/conversations`, { headers: bearer(session.token) });
  const reader = await connectCustomer(server.url, site.key, { session, conversationId });
  await reader.until('message.sent');
  const isOut = new Promise((resolve) => reader.socket.once('disconnect', resolve));
  const ask = async (email: string) => {
    await customer.send('conversation:resolve', { outcome: 'solved' });
    await customer.send('handoff:request', {});
    expect(await customer.send('followup:ask', { email })).toMatchObject({ ok: true });
  };
  await ask('typo@example.com');
  expect((await list()).status).toBe(200);
  await ask('kim@right.example');
  await isOut;
  await expectProblem(await list(), 'unauthenticated');
  expect(await customer.send('message:send', { text: 'Only me now' })).toMatchObject({ ok: true });
  expect(textsOf(reader)).not.toContain('Only me now');
  for (const one of [customer, reader]) one.close();
});

describe('a link is refused', () => {
  const refused = async (token: string, key = site.key) =>
    expectProblem(await open(token, {}, key), 'link_refused');

  test('when anything of it is changed, or it is of another installation', async () => {
    const customer = await asked('changed@example.com');
    const token = tokenFor(customer, 'changed@example.com');
    for (const at of [3, 23, 40]) {
      await refused(`${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`);
    }
    await refused('A'.repeat(70));
    await refused('A');
    await refused(token, (await newSite()).key);
    const other = await startTestServer(inject('postgresUrl'), { secret: 'x'.repeat(40) });
    await refused(other.app.continueLinks.sign(customer.conversationId, 'changed@example.com', Date.now()));
    await other.close();
    expect((await open(token)).status).toBe(200);
    customer.close();
  });

  test('after fourteen days', async () => {
    const customer = await asked('old@example.com');
    const sign = (age: number) => tokenFor(customer, 'old@example.com', age);
    const day = 86_400_000;
    await refused(sign(14 * day + 1_000));
    expect((await open(sign(14 * day - 60_000))).status).toBe(200);
    customer.close();
  });

  test('once the customer has left another address', async () => {
    const customer = await asked('wrong@example.com');
    await customer.send('conversation:resolve', { outcome: 'solved' });
    await customer.send('handoff:request', {});
    await customer.send('followup:ask', { email: 'right@example.com' });
    await refused(tokenFor(customer, 'wrong@example.com'));
    customer.close();
  });

  test('with the conversation, and so is the session that it gave', async () => {
    const customer = await asked('erased@example.com');
    const token = tokenFor(customer, 'erased@example.com');
    const session = await opened(token);
    for (const table of ['facts', 'commands', 'running_turns', 'handoff_notices']) {
      await inDatabase(server.databaseUrl, `delete from ${table} where conversation_id = $1`, [
        session.conversationId,
      ]);
    }
    customer.close();
    await inDatabase(server.databaseUrl, 'delete from conversations where id = $1', [session.conversationId]);
    await refused(token);
    const list = await fetch(`${server.url}/v1/conversations`, { headers: bearer(session.token) });
    await expectProblem(list, 'unauthenticated');
  });

  test('from a page of a foreign origin', async () => {
    const customer = await asked('origin@example.com');
    customer.close();
    const reply = await open(tokenFor(customer, 'origin@example.com'), { origin: 'https://evil.example' });
    await expectProblem(reply, 'origin_not_allowed');
  });
});
