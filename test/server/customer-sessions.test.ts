import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, newSession, type Session } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { identityOf } from '../support/identities.ts';
import { samplePdf } from '../support/sample-files.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { filesPath, kept, uploadAs, waitingCustomer } from './files-stage.ts';
import { bearer, expectProblem, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let secret: string;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  secret = await server.store.sites.makeIdentitySecret(site.id);
});
afterAll(() => server.close());

const signedIn = async (sub: string, more: object = {}) => {
  const body = json({ site: site.key, identity: identityOf(secret, sub, more) });
  return (await (await fetch(`${server.url}/v1/sessions`, body)).json()) as Session;
};
const attach = (token: string, identity: string) =>
  fetch(`${server.url}/v1/sessions/identity`, json({ identity }, bearer(token)));
const attached = async (token: string, identity: string) =>
  (await (await attach(token, identity)).json()) as Session;
const list = (token: string) => fetch(`${server.url}/v1/conversations`, { headers: bearer(token) });
const own = async (token: string): Promise<string[]> =>
  (await (await list(token)).json()).conversations.map(({ id }: { id: string }) => id);
const talk = async (session: Session) => {
  const customer = await connectCustomer(server.url, site.key, { session });
  expect(await customer.send('message:send', { text: 'Where is my card?' })).toMatchObject({ ok: true });
  return customer;
};

test.each(['somebody new', 'somebody known'])(
  'signing in as %s ends the token of before, also where it is connected: it may have been planted',
  async (who) => {
    const sub = who.replace(' ', '-');
    if (who === 'somebody known') await signedIn(sub);
    const planted = await newSession(server.url, site.key);
    const thief = await talk(planted);
    const isOut = new Promise((resolve) => thief.socket.once('disconnect', resolve));
    const session = await attached(planted.token, identityOf(secret, sub));
    await isOut;
    expect(session.token).not.toBe(planted.token);
    await expectProblem(await list(planted.token), 'unauthenticated');
    await expectProblem(await attach(planted.token, identityOf(secret, 'thief')), 'unauthenticated');
    expect(await own(session.token)).toEqual([thief.conversationId]);
    thief.close();
  },
);

test('a file that was uploaded before signing in is sent after it', async () => {
  await signedIn('with-file');
  const customer = await waitingCustomer(server, site.key);
  const { conversationId } = customer;
  const file = await kept(await uploadAs(server, customer, samplePdf()));
  const session = await attached(customer.session.token, identityOf(secret, 'with-file'));
  const path = `${server.url}${filesPath(conversationId)}/${file.id}`;
  expect((await fetch(path, { headers: bearer(session.token) })).status).toBe(200);
  const again = await connectCustomer(server.url, site.key, { session, conversationId });
  const sent = await again.send('message:send', { text: 'Here it is', files: [file.id] });
  expect(sent).toMatchObject({ ok: true });
  for (const one of [customer, again]) one.close();
});

test('agents see on whose behalf the site vouches since, also where the conversation is known from before', async () => {
  const agent = await server.addAgent(site);
  const desk = await connectAgent(server.url, agent.cookie);
  const rows = new Map<string, ConversationSummary>();
  desk.socket.on('summaries', ({ conversations }) => {
    for (const row of conversations) rows.set(row.id, row);
  });
  await signedIn('ada', { name: 'Ada Byron' });
  const customer = await waitingCustomer(server, site.key);
  const { conversationId } = customer;
  await desk.send('handoff:accept', conversationId, {});
  await desk.send('message:send', conversationId, { text: 'Who is there?' });
  await attached(customer.session.token, identityOf(secret, 'ada', { name: 'Ada Byron' }));
  await desk.send('message:send', conversationId, { text: 'I see.' });
  await eventually(() => rows.get(conversationId)?.lastText).toBe('I see.');
  expect(rows.get(conversationId)?.customer).toEqual({ name: 'Ada Byron', traits: {} });
  for (const one of [customer, desk]) one.close();
});

test('the store has no secret of a session, and a customer’s sessions do not grow without end', async () => {
  const first = await signedIn('hoarder');
  for (let count = 0; count < 60; count += 1) await signedIn('hoarder');
  const rows = await inDatabase(
    server.databaseUrl,
    'select secret_hash from customer_sessions where customer_id = $1',
    [first.customerId],
  );
  expect(rows.length).toBe(50);
  expect(await own(first.token)).toEqual([]);
});

test('the session that was just given is not the one that goes, though another server’s clock is ahead', async () => {
  const { customerId } = await signedIn('ahead');
  for (let count = 0; count < 50; count += 1) await signedIn('ahead');
  await inDatabase(
    server.databaseUrl,
    'update customer_sessions set created_at = created_at + 60000 where customer_id = $1',
    [customerId],
  );
  expect((await list((await signedIn('ahead')).token)).status).toBe(200);
});

test('who opens the link of an e-mail again and again pushes no device of the customer out', async () => {
  await signedIn('linked');
  const session = await signedIn('linked');
  const customer = await talk(session);
  const { customerId } = session;
  const links = [];
  for (let count = 0; count < 51; count += 1) {
    const ends = Date.now() + 60_000;
    links.push(await server.store.identities.forConversation(customerId, customer.conversationId, ends));
  }
  expect((await list(session.token)).status).toBe(200);
  const statuses = await Promise.all(links.map(async ({ token }) => (await list(token)).status));
  expect(statuses.filter((status) => status === 200)).toHaveLength(50);
  customer.close();
});
