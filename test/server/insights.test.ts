import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import type { Insights, InsightsVisits, WeakQuestions } from '../../protocol/insights.ts';
import { UsageError } from '../../server/cli/command.ts';
import { rebuildInsights } from '../../server/cli/insights.ts';
import type { Site } from '../../server/store/sites.ts';
import { eventually } from '../support/eventually.ts';
import { addConversations } from '../support/many-conversations.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';
import { runServer } from './server-process.ts';

let server: TestServer;
let site: Site;
let other: Site;
const cookies = new Map<Role, string>();

const today = new Date().toISOString().slice(0, 10);
const range = `from=${new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)}&to=${today}`;
const get = (path: string, role: Role = 'product') =>
  fetch(`${server.url}/v1/desk/insights${path}`, { headers: { cookie: cookies.get(role) ?? '' } });
const read = async <T>(path: string): Promise<T> => {
  const response = await get(path);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as T;
};
const behind = () =>
  inDatabase(
    server.databaseUrl,
    `select count(*)::int as behind from conversations
     where coalesce((select seq from insight_heads where conversation_id = id), 0) < seq`,
  ).then(([row]) => row.behind);

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  other = await server.addSite({ kind: 'page' });
  for (const role of ['agent', 'lead', 'product', 'admin'] as const) {
    cookies.set(role, (await server.addAgent(site, role, role)).cookie);
  }
  const question = 'Where is my new card?';
  await leaveFeedback(server, site, { question, answer: 'In the post.', rating: 5 });
  await leaveFeedback(server, site, {
    question,
    answer: 'No idea.',
    verdict: 'down',
    reasons: ['wrong'],
    rating: 2,
  });
  await leaveFeedback(server, site, { question: 'And my statement?', answer: 'Here.' });
  await leaveFeedback(server, other, { question: 'secret of another site', answer: 'no', verdict: 'down' });
  await vi.waitUntil(async () => (await behind()) === 0, { timeout: 20_000 });
});
afterAll(() => server.close());

describe('insights', () => {
  test('tell what became of the conversations of the own sites, a moment behind', async () => {
    const told = await read<Insights>(`?${range}`);
    expect(told.now).toMatchObject({
      visits: 3,
      contained: 2,
      open: 1,
      handed: 0,
      falselyContained: { all: 1, down: 1, back: 0 },
      answers: { all: 3, down: 1, downReasons: [{ key: 'wrong', count: 1 }] },
      ratings: { bot: [0, 1, 0, 0, 1], people: [0, 0, 0, 0, 0] },
    });
    expect(told.earlier.visits).toBe(0);
    expect(told.pieces).toMatchObject({ days: 1 });
    expect(told.pieces.counts.map(({ visits }) => visits)).toEqual([0, 0, 0, 0, 0, 0, 3]);
    expect(told.languages).toMatchObject([{ key: 'de', visits: 3, contained: 2, falselyContained: 1 }]);
    expect(told.topics).toMatchObject([{ key: '', visits: 3 }]);
    expect(told.promises).toEqual({ now: { kept: 0, missed: 0 }, earlier: { kept: 0, missed: 0 } });
    expect(told.sites).toEqual([{ key: site.key, title: site.title, zone: 'UTC' }]);
    await eventually(async () => (await read<Insights>(`?${range}`)).isReading).toBe(false);
  });

  test('narrow to a site, a language and a topic', async () => {
    const visits = async (more: string) => (await read<Insights>(`?${range}${more}`)).now.visits;
    expect(await visits(`&site=${site.key}`)).toBe(3);
    expect(await visits(`&site=${other.key}`)).toBe(0);
    expect(await visits('&language=de')).toBe(3);
    expect(await visits('&language=fr')).toBe(0);
    expect(await visits('&topic=')).toBe(3);
    expect((await read<Insights>(`?${range}&language=de`)).promises).toBeNull();
  });

  test('name the questions whose answers did harm, and the conversations behind every figure', async () => {
    const { questions } = await read<WeakQuestions>(`/weak?${range}`);
    expect(questions).toMatchObject([{ question: 'Where is my new card?', count: 1, down: 1 }]);
    const behindIt = async (query: string) =>
      (await read<InsightsVisits>(`/visits?${range}&${query}`)).visits.map(
        ({ conversation }) => conversation.topic,
      );
    expect(await behindIt('figure=contained')).toEqual(['Where is my new card?', 'Where is my new card?']);
    expect(await behindIt('figure=open')).toEqual(['And my statement?']);
    expect(await behindIt('figure=false.down&language=de')).toHaveLength(1);
    expect(
      await behindIt(`figure=weak&question=${encodeURIComponent(questions[0]?.key ?? '')}`),
    ).toHaveLength(1);
    expect(await behindIt('figure=nothing_like_it')).toEqual([]);
    const first = await read<InsightsVisits>(`/visits?${range}&figure=visits&limit=2`);
    const rest = await read<InsightsVisits>(`/visits?${range}&figure=visits&limit=2&cursor=${first.next}`);
    expect([first.visits.length, rest.visits.length, rest.next]).toEqual([2, 1, null]);
  });

  test.each([
    '',
    'from=2026-01-01',
    'from=2026-02-30&to=2026-03-01',
    'from=2026-03-02&to=2026-03-01',
    'from=0001-01-01&to=9000-01-01',
    `from=2026-01-01&to=2026-01-02&topic=${'x'.repeat(61)}`,
  ])('refuse "%s"', async (query) => expectProblem(await get(`?${query}`), 'invalid'));
  test.each(['figure=', 'figure=a%27b', 'figure=visits&cursor=bm8', 'figure=visits&limit=0'])(
    'refuse visits of "%s"',
    async (query) => expectProblem(await get(`/visits?${range}&${query}`), 'invalid'),
  );

  test('are not for agents, and whoever looks is told of', async () => {
    await expectProblem(await get(`?${range}`, 'agent'), 'forbidden');
    await server.app.auditLog.flush();
    const rows = await inDatabase(
      server.databaseUrl,
      `select distinct detail->>'figure' as figure from audit_log where action = 'insights.read' order by 1`,
    );
    expect(rows).toContainEqual({ figure: 'false.down' });
  });

  test('rebuilt by a command, they say what a changed topic makes of them', async () => {
    const topics = [{ team: 'cards', words: ['card'] }];
    await server.store.sites.save({ ...site, policy: { topics } });
    const lines: string[] = [];
    const context = { store: server.store, print: (line: string) => lines.push(line) };
    const run = (args: string[]) =>
      rebuildInsights.run(context as unknown as Parameters<typeof rebuildInsights.run>[0], args);
    await run([]);
    expect(lines).toEqual(['4 conversations read anew.']);
    const told = await read<Insights>(`?${range}`);
    expect(told.topics).toMatchObject([
      { key: 'cards', visits: 2, falselyContained: 1 },
      { key: '', visits: 1 },
    ]);
    expect((await read<Insights>(`?${range}&topic=cards`)).now.visits).toBe(2);
    await expect(run(['--fast'])).rejects.toThrow(UsageError);
  });

  test('are right after a process that read them was killed, and another has gone on', async () => {
    const sums = () =>
      inDatabase(
        server.databaseUrl,
        `select key, sum(value::int)::int as n from insight_sums, jsonb_each_text(sums)
         where slice = 0 and site_id = $1 and key !~ '\\.' group by key order by key`,
        [other.id],
      );
    await addConversations(server, other, 500);
    const heads = () =>
      inDatabase(server.databaseUrl, 'select count(*)::int as n from insight_heads').then(([row]) => row.n);
    const before = await heads();
    // This one reads on a round of its own; killed in the middle of it.
    const process = runServer({ DATABASE_URL: server.databaseUrl });
    await process.url;
    await vi.waitUntil(async () => (await heads()) > before, { timeout: 30_000, interval: 10 });
    process.kill('SIGKILL');
    await process.ended;
    expect(await heads(), 'killed before all was read').toBeLessThan(before + 500);
    const next = await startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl);
    await vi.waitUntil(async () => (await behind()) === 0, { timeout: 40_000 });
    await next.close();
    expect(await sums()).toEqual([
      { key: 'answers', n: 1 },
      { key: 'down', n: 1 },
      { key: 'missed', n: 1 },
      { key: 'open', n: 501 },
      { key: 'visits', n: 501 },
      { key: 'weak', n: 1 },
    ]);
  });
});
