import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FactOf, FactType } from '../../protocol/conversation.ts';
import type { PromisePage, PromiseRate } from '../../protocol/promise.ts';
import { noHours } from '../../server/domain/hours.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { NewSite, Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';
import { runServer } from './server-process.ts';

let mail: MailServer;
let a: TestServer;
let b: TestServer;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  mail = await startMailServer();
  const settings = { ...noLimits, smtpUrl: mail.url, mailFrom: 'help@northcard.example' };
  a = await startTestServer(inject('postgresUrl'), settings);
  b = await startTestServer(inject('postgresUrl'), settings, a.databaseUrl);
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await b?.close();
  await a?.close();
  await mail?.close();
});

const addSite = (more: Partial<NewSite> = {}) => a.addSite({ kind: 'page' }, more);

/** An agent at a desk, and a customer who is with them. */
async function talking(site: Site, name = 'Ana', server = a) {
  const agent: Agent & { cookie: string } = await a.addAgent(site, name);
  const desk = await connectAgent(server.url, agent.cookie);
  const customer = await connectCustomer(server.url, site.key, { pulls: true });
  open.push(desk, customer);
  await customer.send('handoff:request', {});
  expect(await desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
  return { agent, desk, customer, id: customer.conversationId };
}
/** A fact as the database has it: with two servers and no Redis its customer's socket may hear of it late. */
async function written<T extends FactType>(id: string, type: T): Promise<FactOf<T>> {
  const find = async () => {
    const { facts } = await a.store.conversations.factsAfter(id, 0);
    return facts.filter((fact): fact is FactOf<T> => fact.type === type).at(-1);
  };
  await eventually(find).toBeDefined();
  const fact = await find();
  if (fact === undefined) throw new Error(`no ${type}`);
  return fact;
}
type Talk = Awaited<ReturnType<typeof talking>>;

async function promise({ desk, customer, id }: Talk, inMs: number, text = 'I check with billing.') {
  const dueAt = Date.now() + inMs;
  const reply = await desk.send('promise:make', id, { kind: 'follow_up', text, dueAt });
  if (!reply.ok) throw new Error(reply.code);
  await customer.until('promise.made', ({ seq }) => seq === reply.seq);
  return reply.seq;
}

async function read<T>(agent: { cookie: string }, path: string): Promise<T> {
  const response = await fetch(`${a.url}/v1/desk/promises${path}`, { headers: { cookie: agent.cookie } });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const list = (agent: { cookie: string }, view: string, state: string, more = '') =>
  read<PromisePage>(agent, `?view=${view}&state=${state}${more}`);

test('an agent sees what they promised by deadline, until it is kept or taken back with a word', async () => {
  const site = await addSite({ title: 'Northcard help' });
  const talk = await talking(site);
  const ben = await a.addAgent(site, 'Ben');
  const stranger = await a.addAgent(await addSite(), 'Cleo');
  const later = await promise(talk, 2 * 3_600_000, 'I call the bank.');
  const sooner = await promise(talk, 3_600_000);
  const { promises } = await list(talk.agent, 'mine', 'open');
  expect(promises.map(({ promise }) => promise)).toEqual([sooner, later]);
  expect(promises[0]).toMatchObject({
    conversationId: talk.id,
    text: 'I check with billing.',
    owner: { id: talk.agent.id, name: 'Ana' },
    state: 'open',
    site: 'Northcard help',
  });
  expect((await list(ben, 'mine', 'open')).promises).toEqual([]);
  expect((await list(ben, 'team', 'open')).promises).toHaveLength(2);
  expect((await list(stranger, 'team', 'open')).promises, "other sites' are not theirs").toEqual([]);

  const benDesk = await connectAgent(b.url, ben.cookie);
  open.push(benDesk);
  expect(await benDesk.send('promise:keep', talk.id, { promise: sooner })).toMatchObject({
    code: 'not_your_promise',
  });
  await talk.desk.send('conversation:resolve', talk.id, { outcome: 'solved' });
  expect(await talk.desk.send('promise:keep', talk.id, { promise: sooner })).toMatchObject({ ok: true });
  const why = 'The bank has written to you.';
  expect(await talk.desk.send('promise:cancel', talk.id, { promise: later, why })).toMatchObject({
    ok: true,
  });
  expect((await list(talk.agent, 'mine', 'open')).promises).toEqual([]);
  const ended = (await list(talk.agent, 'mine', 'ended')).promises;
  expect(ended.map(({ state, why }) => [state, why])).toEqual([
    ['cancelled', why],
    ['kept', ''],
  ]);
  expect(await read<PromiseRate>(ben, `/rate?site=${site.key}`)).toMatchObject({
    open: 0,
    kept: 1,
    missed: 0,
    cancelled: 1,
    keptShare: 1,
    kinds: [{ kind: 'follow_up', kept: 1, cancelled: 1 }],
  });
  const headers = { cookie: stranger.cookie };
  await expectProblem(
    await fetch(`${a.url}/v1/desk/promises/rate?site=${site.key}`, { headers }),
    'not_found',
  );
  await expectProblem(
    await fetch(`${a.url}/v1/desk/promises?view=mine&state=open&after=eA`, { headers }),
    'invalid',
  );
});

test('a long list comes in pages, each promise once', async () => {
  const talk = await talking(await addSite());
  const made = [];
  // Two with one deadline: the page ends between them.
  for (const inMs of [5, 4, 3, 3, 2]) made.push(await promise(talk, inMs * 3_600_000));
  const seen: number[] = [];
  let after = '';
  do {
    const page = await list(talk.agent, 'team', 'open', `&limit=2${after}`);
    seen.push(...page.promises.map(({ promise }) => promise));
    after = page.next === null ? '' : `&after=${page.next}`;
  } while (after !== '');
  expect(seen.toSorted((x, y) => x - y)).toEqual(made);
});

describe('a deadline that passes, on two servers', () => {
  test('before it the owner is reminded; behind it there is one apology, and a person is asked for', async () => {
    const talk = await talking(await addSite({ title: 'Northcard help' }));
    // Without Redis each server rings at its own desks.
    const elsewhere = await connectAgent(b.url, talk.agent.cookie);
    open.push(elsewhere);
    const reminded = new Promise((resolve) => {
      talk.desk.socket.once('promise:due', resolve);
      elsewhere.socket.once('promise:due', resolve);
    });
    const number = await promise(talk, 2_500);
    await talk.desk.send('handoff:return', talk.id, { decision: '' });
    expect(await reminded).toMatchObject({ conversationId: talk.id, promise: number, isMissed: false });
    expect((await written(talk.id, 'promise.missed')).by).toEqual({ kind: 'system' });
    expect(await written(talk.id, 'handoff.requested')).toMatchObject({
      reason: 'promise_missed',
      priority: 'high',
      detail: 'I check with billing.',
    });
    await eventually(() => mail.mails.filter(({ to }) => to.includes(talk.agent.email)).length).toBe(1);
    const letter = mail.mails.find(({ to }) => to.includes(talk.agent.email));
    expect(letter?.headers.subject).toBe('A promise to a customer is due soon at Northcard help');
    expect(letter?.text).toContain('Ana promised: I check with billing.');
    // Both servers have looked again by the time that the agents are told.
    await eventually(async () => (await a.store.promises.row(talk.id, number))?.escalatedAt).not.toBeNull();
    const { facts } = await a.store.conversations.factsAfter(talk.id, 0);
    expect(facts.filter(({ type }) => type === 'promise.missed')).toHaveLength(1);
    expect((await list(talk.agent, 'mine', 'ended')).promises).toMatchObject([
      { promise: number, state: 'missed' },
    ]);
  });

  test('with a person there, all agents of the site are told instead', async () => {
    const notify = { steps: [{ channel: 'email', afterMs: 0, to: 'agents' } as const] };
    const site = await addSite({ title: 'Northcard cards', notify });
    const talk = await talking(site);
    const ben = await a.addAgent(site, 'Ben');
    await promise(talk, 1_000);
    await written(talk.id, 'promise.missed');
    const subject = 'A promise to a customer was missed at Northcard cards';
    await eventually(() =>
      mail.mails.filter(({ headers }) => headers.subject === subject).flatMap(({ to }) => to),
    ).toEqual(expect.arrayContaining([talk.agent.email, ben.email]));
    const [state] = await a.store.conversations.byIds([talk.id]);
    expect(state?.state.status).toBe('human');
  });
});

test('who asks while the site is closed is promised an answer with a time, and a word of a person keeps it', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000);
  const day = (tomorrow.getUTCDay() || 7) as 1 | 2 | 3 | 4 | 5 | 6 | 7;
  const everyone = { zone: 'UTC', week: [{ day, from: '09:00', to: '17:00' }], holidays: [] };
  const hour = 3_600_000;
  const site = await addSite({ hours: { ...noHours, everyone }, promises: { answerWithinMs: 3 * hour } });
  const talk = await talking(site);
  const made = await talk.customer.until('promise.made');
  expect(made).toMatchObject({ kind: 'answer', owner: null, by: { kind: 'system' } });
  const opening = Date.UTC(tomorrow.getUTCFullYear(), tomorrow.getUTCMonth(), tomorrow.getUTCDate(), 9);
  expect(made.dueAt).toBe(opening + 3 * hour);
  expect((await list(talk.agent, 'team', 'open')).promises).toMatchObject([{ kind: 'answer', owner: null }]);
  await talk.desk.send('message:send', talk.id, { text: 'Here is your answer.' });
  expect((await talk.customer.until('promise.kept')).promise).toBe(made.seq);
  expect(await a.store.promises.row(talk.id, made.seq)).toMatchObject({ state: 'kept' });
});

test('an estimate is in the ledger without a fact of its own, and late it is missed, with nobody moved', async () => {
  const site = await addSite();
  const customer = await connectCustomer(a.url, site.key, { pulls: true });
  open.push(customer);
  await customer.send('handoff:request', {});
  await customer.until('queue.told');
  const { conversationId: id } = customer;
  const told = { place: 1, isAnyoneOnline: true, wait: { fromMs: 0, toMs: 1_000 } };
  const { seq } = await a.app.engine.forServer(id, { name: 'queue:tell', ...told });
  expect(await a.store.promises.row(id, seq)).toMatchObject({ kind: 'wait', state: 'open' });
  expect((await written(id, 'promise.missed')).promise).toBe(seq);
  expect(customer.facts.filter(({ type }) => type === 'handoff.requested')).toHaveLength(1);
  expect(await a.store.promises.row(id, seq)).toMatchObject({ kind: 'wait', state: 'missed' });
});

test('customers see the share that was kept where the site wants it, and there is enough to say', async () => {
  const shows = { promises: { showsRate: true } };
  const [few, enough, silent] = [await addSite(shows), await addSite(shows), await addSite()];
  const customer = await connectCustomer(a.url, enough.key, { pulls: true });
  open.push(customer);
  await customer.send('message:send', { text: 'Hello' });
  for (const site of [enough, silent])
    await inDatabase(
      a.databaseUrl,
      `insert into promises (conversation_id, promise, site_id, kind, text, made_at, due_at, state, ended_at)
       select $1, n, $2, 'follow_up', '', $3, $3, case when n % 5 = 0 then 'missed' else 'kept' end, $3
       from generate_series($4::int, $4::int + 19) as n`,
      [customer.conversationId, site.id, Date.now() - 1_000, site === enough ? 100 : 200],
    );
  const ask = async ({ key }: Site) => (await fetch(`${a.url}/v1/sites/${key}/reachability`)).json();
  expect(await ask(enough)).toMatchObject({ keptShare: 0.8 });
  expect(await ask(few)).not.toHaveProperty('keptShare');
  expect(await ask(silent)).not.toHaveProperty('keptShare');
});

test('killed with -9 behind the promise, the next server finds the deadline and ends it', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const env = { DATABASE_URL: database.url, LIMIT_SESSIONS: '1000', LIMIT_COMMANDS: '1000' };
  const helper = await startTestServer(inject('postgresUrl'), noLimits, database.url);
  const site = await helper.addSite({ kind: 'page' });
  const agent = await helper.addAgent(site);
  await helper.close();
  const dying = runServer(env);
  const desk = await connectAgent(await dying.url, agent.cookie);
  const customer = await connectCustomer(await dying.url, site.key);
  const { conversationId: id } = customer;
  await customer.send('handoff:request', {});
  await desk.send('handoff:accept', id, {});
  const make = (inMs: number) =>
    desk.send('promise:make', id, { kind: 'follow_up', text: 'I check.', dueAt: Date.now() + inMs });
  const [long, short] = [await make(3_600_000), await make(1_000)];
  dying.kill('SIGKILL');
  await dying.ended;
  for (const one of [desk, customer]) one.close();
  // As a restored backup has it: no job of the dead server is left.
  await inDatabase(database.url, `delete from pgboss.job where name like 'promise-%'`);
  const states = () =>
    inDatabase(
      database.url,
      'select promise, state from promises where conversation_id = $1 order by promise',
      [id],
    );
  expect(await states()).toMatchObject([{ state: 'open' }, { state: 'open' }]);
  const next = runServer(env);
  await next.url;
  await eventually(states).toMatchObject([
    { promise: long.ok && long.seq, state: 'open' },
    { promise: short.ok && short.seq, state: 'missed' },
  ]);
  const missed = await inDatabase(database.url, `select 1 from facts where type = 'promise.missed'`);
  expect(missed).toHaveLength(1);
  next.kill('SIGTERM');
  await next.ended;
  await database.drop();
}, 120_000);
