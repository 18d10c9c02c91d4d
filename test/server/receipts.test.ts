import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AuditPage } from '../../protocol/audit-log.ts';
import type { FeedbackItem, FeedbackPage, ReceiptFigures } from '../../protocol/feedback.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { bearer, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterAll(() => server.close());

/** A site with an agent who may review, and somebody who has had an answer and a person. */
async function stage() {
  const site = await server.addSite({ kind: 'page' });
  const agent = await server.addAgent(site);
  await inDatabase(server.databaseUrl, `update agents set role = 'admin' where id = $1`, [agent.id]);
  return { site, agent, desk: await connectAgent(server.url, agent.cookie) };
}
async function answered(site: Site, question: string, given: Parameters<typeof connectCustomer>[2] = {}) {
  const customer = await connectCustomer(server.url, site.key, given);
  await ask(customer, question);
  return customer;
}
const ask = async (customer: TestCustomer, question: string) => {
  await customer.send('message:send', { text: question });
  const turn = customer.facts.filter(({ type }) => type === 'answer.started').length || 1;
  await customer.until('answer.started');
  const started = customer.facts.findLast(({ type }) => type === 'answer.started');
  await customer.send('answer:end', {
    turn: started?.type === 'answer.started' ? started.turn : turn,
    outcome: 'answered',
    text: 'It costs 2.50.',
    sources: [],
    failure: null,
    handoff: null,
  });
};
const down = { turn: 1, verdict: 'down', reasons: ['wrong'], comment: 'No.' } as const;
const get = async <T>(path: string, cookie: string): Promise<T> =>
  (await (await fetch(`${server.url}${path}`, { headers: { cookie } })).json()) as T;
const list = async (cookie: string, query = ''): Promise<FeedbackItem[]> =>
  (await get<FeedbackPage>(`/v1/feedback?${query}`, cookie)).items;

test('what was said is kept with what would have been right and the choice, and reviewed over both ways, once', async () => {
  const { site, agent, desk } = await stage();
  const customer = await answered(site, 'What does a transfer cost?');
  const { conversationId } = customer;
  const post = async (name: string, body: object, headers: Record<string, string>) => {
    const path = headers.cookie === undefined ? '/v1/commands' : '/v1/desk/commands';
    const response = await fetch(
      `${server.url}${path}/${name}`,
      json({ ...body, conversationId }, { origin: server.url, ...headers }),
    );
    return response.json();
  };
  const own = bearer(customer.session.token);
  const cid = uuidv7();
  const given = { ...down, reasons: ['wrong' as const], rightAnswer: 'It is free.', doNotTrain: true };
  expect(await customer.send('feedback:give', given, cid)).toMatchObject({ ok: true, isRepeat: false });
  expect(await post('feedback:give', { ...given, cid }, own)).toMatchObject({ ok: true, isRepeat: true });
  // What was chosen once on an answer stays, though it is not said again.
  await customer.send('feedback:give', { ...down, reasons: ['wrong'], rightAnswer: 'It is free.' });
  expect(await list(agent.cookie)).toMatchObject([
    { kind: 'answer', status: 'received', word: '', rightAnswer: 'It is free.', doNotTrain: true },
  ]);
  expect(await list(agent.cookie, 'training=allowed')).toEqual([]);
  expect(await list(agent.cookie, 'text=is+free')).toHaveLength(1);

  const looked = { cid: uuidv7(), about: 1, status: 'looked_at', word: '' } as const;
  const { cid: lookedCid, ...lookedBody } = looked;
  expect(await desk.send('feedback:review', conversationId, lookedBody, lookedCid)).toMatchObject({
    ok: true,
  });
  expect(await post('feedback:review', looked, { cookie: agent.cookie })).toMatchObject({ isRepeat: true });
  const changed = { cid: uuidv7(), about: 1, status: 'changed', word: 'The table was old.' };
  expect(await post('feedback:review', changed, { cookie: agent.cookie })).toMatchObject({ isRepeat: false });
  expect(
    await post('feedback:review', { ...changed, cid: uuidv7() }, { cookie: agent.cookie }),
  ).toMatchObject({
    code: 'already_reviewed',
  });
  const told = await customer.until('feedback.reviewed', ({ status }) => status === 'changed');
  expect(told).toMatchObject({ about: 1, word: 'The table was old.', by: { kind: 'system' } });
  expect(JSON.stringify(customer.facts)).not.toContain(agent.name);
  expect(await list(agent.cookie, 'status=changed')).toMatchObject([{ word: 'The table was old.' }]);
  expect(await list(agent.cookie, 'status=received')).toEqual([]);
  const { entries } = await get<AuditPage>('/v1/desk/audit-log?action=feedback.reviewed', agent.cookie);
  expect(entries).toMatchObject([
    { agent: { id: agent.id }, object: { id: conversationId }, detail: { about: 1, status: 'changed' } },
    { detail: { about: 1, status: 'looked_at' } },
  ]);
  customer.close();
  desk.close();
});

test('the handoff is judged by whom a person has been with, over both ways, once', async () => {
  const { site, agent, desk } = await stage();
  const customer = await answered(site, 'Where is my card?');
  const { conversationId } = customer;
  const said = { hadToRepeat: true, wasWaitAsSaid: false };
  expect(await customer.send('handoff:rate', said)).toMatchObject({ code: 'rating_too_early' });
  await customer.send('handoff:request', {});
  await desk.send('handoff:accept', conversationId, {});
  const cid = uuidv7();
  expect(await customer.send('handoff:rate', said, cid)).toMatchObject({ ok: true });
  const again = json({ ...said, cid, conversationId }, bearer(customer.session.token));
  const response = await fetch(`${server.url}/v1/commands/handoff:rate`, again);
  expect(await response.json()).toMatchObject({ ok: true, isRepeat: true });
  expect(await list(agent.cookie, 'kind=handoff')).toMatchObject([
    { kind: 'handoff', ...said, status: 'received', doNotTrain: false, question: null },
  ]);
  customer.close();
  desk.close();
});

test('figures say how soon it was looked at, and how much was changed', async () => {
  const { site, agent, desk } = await stage();
  const figures = (query = '') => get<ReceiptFigures>(`/v1/feedback/receipts?${query}`, agent.cookie);
  const none = { received: 0, lookedAt: 0, changed: 0, notChanged: 0 };
  expect(await figures()).toEqual({ ...none, medianToLookedAtMs: null, changedShare: null });
  const statuses = ['changed', 'not_changed', 'looked_at', null, 'changed'] as const;
  for (const status of statuses) {
    const customer = await answered(site, 'What does a transfer cost?');
    await customer.send('feedback:give', { ...down, reasons: [] });
    if (status !== null)
      await desk.send('feedback:review', customer.conversationId, { about: 1, status, word: 'So.' });
    customer.close();
  }
  const ofSite = 'where site_id = $1';
  await inDatabase(server.databaseUrl, `update receipts set received_at = 1000 ${ofSite}`, [site.id]);
  await inDatabase(
    server.databaseUrl,
    `update receipts set looked_at = case status when 'looked_at' then 9000 else 3000 end
      ${ofSite} and looked_at is not null`,
    [site.id],
  );
  expect(await figures('from=1000&until=1001')).toEqual({
    received: 5,
    lookedAt: 4,
    changed: 2,
    notChanged: 1,
    medianToLookedAtMs: 2000,
    changedShare: 2 / 3,
  });
  expect(await figures('from=1001')).toMatchObject(none);
  desk.close();
});

test('what the customer does next is kept with the answer that it speaks against', async () => {
  const { site, agent, desk } = await stage();
  const question = 'How long does a transfer to France take?';
  const customer = await answered(site, question);
  expect(await list(agent.cookie, 'signal=any')).toEqual([]);
  await ask(customer, 'My transfer to France: how long will it take');
  await customer.send('handoff:request', {});
  expect(await list(agent.cookie), 'nobody has said anything').toEqual([]);
  const rows = await list(agent.cookie, 'signal=any');
  expect(rows.map(({ kind, turn, signals, status }) => [kind, turn, signals, status])).toEqual([
    ['signal', 2, ['asked_for_person'], null],
    ['signal', 1, ['rephrased'], null],
  ]);
  expect(rows[1]).toMatchObject({ question, answer: 'It costs 2.50.' });

  // A new conversation of the same customer; and a thumb on an answer that has a signal is one row.
  const later = await answered(site, question, { session: customer.session });
  expect(await list(agent.cookie, 'signal=came_back')).toMatchObject([
    { conversationId: customer.conversationId, turn: 2, signals: ['asked_for_person', 'came_back'] },
  ]);
  await customer.send('feedback:give', { ...down, reasons: [] });
  expect(await list(agent.cookie, 'signal=rephrased')).toMatchObject([
    { kind: 'answer', turn: 1, verdict: 'down', signals: ['rephrased'], status: 'received' },
  ]);
  for (const one of [customer, later, desk]) one.close();
});
