import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Board, ConversationPage } from '../../protocol/agent.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let other: Site;
let cookie: string;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  other = await server.addSite({ kind: 'page' });
  ({ cookie } = await server.addAgent(site, 'Ana', 'lead'));
  for (let number = 0; number < 5; number += 1) {
    await leaveFeedback(server, site, { question: `question ${number}`, answer: 'answer' });
  }
  await leaveFeedback(server, other, { question: 'of another site', answer: 'answer' });
  // One time for all but one: whatever orders and pages by time alone loses rows.
  await inDatabase(
    server.databaseUrl,
    `update conversations set created_at = 1000 where topic <> 'question 2'`,
  );
});
afterAll(() => server.close());

const get = async <T>(path: string, as = cookie): Promise<T> => {
  const response = await fetch(`${server.url}${path}`, { headers: { cookie: as } });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as T;
};

test.each([1, 2, 5, 100])(
  'all conversations come in pages of %i, none twice, none of another site',
  async (limit) => {
    const topics: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await get<ConversationPage>(`/v1/desk/conversations/all?limit=${limit}${cursor}`);
      topics.push(...page.conversations.map(({ topic }) => topic));
      if (page.next === null) break;
      expect(page.conversations).toHaveLength(limit);
      cursor = `&cursor=${page.next}`;
    }
    expect(topics[0]).toBe('question 2');
    const first = await get<ConversationPage>(`/v1/desk/conversations/all?limit=${limit}`);
    expect(first.total).toEqual({ count: 5, isMore: false });
    expect(topics.sort()).toEqual([0, 1, 2, 3, 4].map((number) => `question ${number}`));
  },
);

test('a cursor that is not ours is refused', async () => {
  const response = await fetch(`${server.url}/v1/desk/conversations/all?cursor=bm8`, { headers: { cookie } });
  await expectProblem(response, 'invalid');
});

test('earlier conversations are those of the same customer, and of nobody else', async () => {
  const first = await connectCustomer(server.url, site.key);
  await first.send('message:send', { text: 'the first time' });
  const second = await connectCustomer(server.url, site.key, { session: first.session });
  await second.send('message:send', { text: 'the second time' });
  const { conversations } = await get<ConversationPage>(
    `/v1/desk/conversations/${second.conversationId}/earlier`,
  );
  expect(conversations.map(({ id, topic }) => [id, topic])).toEqual([
    [first.conversationId, 'the first time'],
  ]);
  const stranger = await server.addAgent(other, 'Eva', 'lead');
  const response = await fetch(`${server.url}/v1/desk/conversations/${second.conversationId}/earlier`, {
    headers: { cookie: stranger.cookie },
  });
  await expectProblem(response, 'not_found');
  first.close();
  second.close();
});

test('the board counts who waits, who is there and what came today, at the own sites only', async () => {
  const since = Date.now() - 60_000;
  const before = await get<Board>(`/v1/desk/board?since=${since}`);
  expect(before).toMatchObject({ waiting: 0, longestSince: null, withPeople: 0 });
  expect(before.agents).toMatchObject([
    { agent: { name: 'Ana' }, presence: 'offline', load: 0, capacity: 4 },
  ]);
  expect(before.today).toMatchObject({ asked: 0, answered: 0, left: 0, timeToPersonMs: null });

  const agent = await connectAgent(server.url, cookie);
  const customers = await Promise.all([1, 2, 3, 4].map(() => connectCustomer(server.url, site.key)));
  for (const customer of customers) await customer.send('handoff:request', {});
  const [taken, solved, gone] = customers;
  await agent.send('handoff:accept', taken?.conversationId ?? '', {});
  await agent.send('handoff:accept', solved?.conversationId ?? '', {});
  await agent.send('conversation:resolve', solved?.conversationId ?? '', { outcome: 'solved' });
  await gone?.send('handoff:cancel', {});
  const elsewhere = await connectCustomer(server.url, other.key);
  await elsewhere.send('handoff:request', {});

  const board = await get<Board>(`/v1/desk/board?since=${since}`);
  expect(board).toMatchObject({ waiting: 1, withPeople: 1 });
  expect(board.longestSince).toBeGreaterThan(since);
  expect(board.agents).toMatchObject([{ agent: { name: 'Ana' }, presence: 'online', load: 1, capacity: 4 }]);
  expect(board.today).toMatchObject({ asked: 4, answered: 2, left: 1, resolved: before.today.resolved + 1 });
  expect(board.today.timeToPersonMs?.p90).toBeGreaterThanOrEqual(board.today.timeToPersonMs?.p50 ?? Infinity);
  const later = await get<Board>(`/v1/desk/board?since=${Date.now() + 60_000}`);
  expect(later.today).toMatchObject({ asked: 0, answered: 0, timeToPersonMs: null });
  agent.close();
  for (const customer of [...customers, elsewhere]) customer.close();
});
