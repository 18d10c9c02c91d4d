import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { SearchPage } from '../../protocol/search.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let other: Site;
let cookie: string;
let agentId: string;
let withPeople: string;

const get = (query: string, as = cookie) =>
  fetch(`${server.url}/v1/desk/search?${query}`, { headers: { cookie: as } });
const search = async (q: string, more = ''): Promise<SearchPage> => {
  const response = await get(`q=${encodeURIComponent(q)}${more}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as SearchPage;
};
const lines = async (q: string, more = '') =>
  (await search(q, more)).hits.map(({ pieces }) => pieces.map((piece) => piece.text).join('')).sort();

/** Looked at in the database: all that was said is in the index. */
const allRead = () =>
  inDatabase(
    server.databaseUrl,
    `select count(*)::int as behind from facts where type in ('message.sent', 'answer.ended', 'note.added') and body->>'text' <> ''
     and not exists (select from search_lines where conversation_id = facts.conversation_id and seq = facts.seq)`,
  ).then(([row]) => row.behind);

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  other = await server.addSite({ kind: 'page' });
  ({ cookie, id: agentId } = await server.addAgent(site));
  await leaveFeedback(server, site, {
    question: 'When is my refund here?',
    answer: 'A **refund** for a card payment takes a week.',
  });
  await leaveFeedback(server, site, {
    question: 'Wo bleibt die Überweisung?',
    answer: 'Late fee? The payment by card is late.',
    rating: 2,
  });
  await leaveFeedback(server, other, { question: 'refund of another site', answer: 'no' });
  const customer = await connectCustomer(server.url, site.key);
  withPeople = customer.conversationId;
  await customer.send('message:send', { text: 'Kim wrote <b>rëfunds</b> & "more"' });
  await customer.send('handoff:request', {});
  const agent = await connectAgent(server.url, cookie);
  await agent.send('handoff:accept', withPeople, {});
  await agent.send('message:send', withPeople, { text: 'The refund is on its way' });
  await agent.send('note:add', withPeople, { text: 'refunded twice, see invoice 4711' });
  customer.close();
  agent.close();
  await vi.waitUntil(async () => (await allRead()) === 0, { timeout: 20_000 });
});
afterAll(() => server.close());

describe('the search over transcripts', () => {
  const week = 'A refund for a card payment takes a week.';
  const late = 'Late fee? The payment by card is late.';
  const found: [string, string, string[]][] = [
    ['a word', 'week', [week]],
    ['the beginning of a word', 'wee', [week]],
    ['capitals and accents or none', 'uberWEISUNG', ['Wo bleibt die Überweisung?']],
    ['all of several words', 'late payment', [late]],
    ['a phrase', '"card payment"', [week]],
    ['what is not there', 'payment -week', [late]],
    ['either word', 'week OR Überweisung', [week, 'Wo bleibt die Überweisung?']],
    ['a number in a note', '4711', ['refunded twice, see invoice 4711']],
    ['no middle of a word', 'fund', []],
    ['no words of another site', 'another', []],
    ['nothing for nothing', '   ', []],
    ['nothing for what is not wanted alone', '-refund', []],
  ];
  test.each(found)('finds %s', async (_what, q, expected) => expect(await lines(q)).toEqual(expected));

  test('marks the words and tells where the line stands, its text as it was written', async () => {
    const { hits } = await search('refunds');
    expect(hits).toMatchObject([
      {
        conversation: { id: withPeople, status: 'human', site: 'Test help' },
        seq: 2,
        by: 'customer',
        pieces: [
          { text: 'Kim wrote <b>', isMarked: false },
          { text: 'rëfunds', isMarked: true },
          { text: '</b> & "more"', isMarked: false },
        ],
      },
    ]);
  });

  test.each([
    ['by=note', 1],
    ['by=agent', 1],
    ['by=bot', 1],
    ['by=customer', 2],
    ['status=human', 3],
    ['status=resolved', 0],
    ['from=1&until=1000', 0],
    ['until=9000000000000', 5],
    ['site=pk_nowhere', 0],
  ])('narrows by %s', async (filter, count) => {
    expect((await search('refund', `&${filter}`)).hits).toHaveLength(count);
  });

  test('narrows by agent and by site, never to one that is not the own', async () => {
    expect((await search('refund', `&agent=${agentId}`)).hits).toHaveLength(3);
    expect((await search('refund', `&agent=${randomUUID()}`)).hits).toHaveLength(0);
    expect((await search('refund', `&site=${site.key}`)).hits).toHaveLength(5);
    expect((await search('refund', `&site=${other.key}`)).hits).toHaveLength(0);
  });

  test.each([1, 2, 4])('pages of %i miss nothing, repeat nothing, newest first', async (limit) => {
    const seen: string[] = [];
    const times: number[] = [];
    for (let cursor = ''; ; ) {
      const { hits, next } = await search('refund', `&limit=${limit}${cursor}`);
      seen.push(...hits.map(({ conversation, seq }) => `${conversation.id} ${seq}`));
      times.push(...hits.map(({ at }) => at));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test.each([
    "'",
    '\\',
    '"',
    '"" ""',
    "'); drop table facts; --",
    '!!&&||((',
    ':* <-> <2>',
    '\0',
    '%',
    '-',
    '--',
    '-"',
    'OR',
    'OR OR a OR',
    '😀'.repeat(50),
    'x'.repeat(200),
    'a '.repeat(100),
    '漢字 かな',
  ])('bears %j', async (q) => {
    expect(Array.isArray((await search(q)).hits)).toBe(true);
  });

  test.each([
    '',
    'q=a&limit=0',
    'q=a&limit=51',
    'q=a&by=nobody',
    'q=a&cursor=bm8',
    'q=a&x=1',
    `q=${'a'.repeat(201)}`,
  ])('refuses "%s"', async (query) => expectProblem(await get(query), 'invalid'));

  test('is for agents only, and empty for one without a site', async () => {
    await expectProblem(await get('q=refund', ''), 'unauthenticated');
    const agent = await server.store.agents.add({ name: 'New', email: 'new@test.example', siteIds: [] });
    expect(await (await get('q=refund', await server.signIn(agent))).json()).toEqual({
      hits: [],
      next: null,
    });
  });

  test('what was lost on the way to the index, or was there before it, is found again after a start', async () => {
    await inDatabase(server.databaseUrl, 'delete from search_heads');
    await inDatabase(server.databaseUrl, 'delete from search_lines');
    expect(await lines('week')).toEqual([]);
    const second = await startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl);
    try {
      await eventually(allRead).toBe(0);
      expect(await lines('week')).toHaveLength(1);
    } finally {
      await second.close();
    }
  });

  test('read in portions, even of one conversation, it is the same index', async () => {
    const index = () =>
      inDatabase(
        server.databaseUrl,
        'select conversation_id, seq, line, words::text from search_lines order by 1, 2, 3',
      );
    await eventually(allRead).toBe(0);
    const whole = await index();
    const { search } = server.store;
    // The server reads as well: what it has read meanwhile is the same.
    await inDatabase(server.databaseUrl, 'delete from search_heads');
    await inDatabase(server.databaseUrl, 'delete from search_lines');
    let left = (await search.unread(null, 1_000))?.ids ?? [];
    let portions = 0;
    while (left.length > 0) {
      left = await search.read(left, 3);
      portions += 1;
    }
    expect(portions).toBeGreaterThan(3);
    expect(await index()).toEqual(whole);
    expect(await allRead()).toBe(0);
  });

  test('how a conversation stands is known a moment later, and what an earlier version kept is completed', async () => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    const kept = () =>
      inDatabase(
        server.databaseUrl,
        'select status, agent_id as agent from search_heads where conversation_id = $1',
        [customer.conversationId],
      ).then(([row]) => row);
    await eventually(kept).toEqual({ status: 'waiting', agent: null });
    const agent = await connectAgent(server.url, cookie);
    await agent.send('handoff:accept', customer.conversationId, {});
    await eventually(kept).toEqual({ status: 'human', agent: agentId });
    await agent.send('conversation:resolve', customer.conversationId, { outcome: 'solved' });
    await eventually(kept).toEqual({ status: 'resolved', agent: agentId });
    agent.close();
    customer.close();
    await inDatabase(server.databaseUrl, 'update search_heads set status = null, agent_id = null');
    const second = await startTestServer(inject('postgresUrl'), noLimits, server.databaseUrl);
    try {
      await eventually(kept).toEqual({ status: 'resolved', agent: agentId });
    } finally {
      await second.close();
    }
  });

  test('shared lines of the page are found, each by who said it', async () => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('transcript:share', {
      lines: [
        { author: 'customer', text: 'Is the zeppelin late?' },
        { author: 'bot', text: 'The zeppelin is on time.' },
      ],
    });
    customer.close();
    await eventually(() => lines('zeppelin')).toHaveLength(2);
    expect(await lines('zeppelin', '&by=bot')).toEqual(['The zeppelin is on time.']);
  });

  test('whatever of the ways finds them, the hits are the same', async () => {
    // More lines than are looked through one by one: a common word and a rare one behind them.
    const [{ id }] = await inDatabase(
      server.databaseUrl,
      `select id from conversations where status = 'bot' and site_id = $1`,
      [site.id],
    );
    await inDatabase(
      server.databaseUrl,
      `insert into facts select $1, 100 + n, 'message.sent', 2000000000000 + n, jsonb_build_object('type', 'message.sent',
         'seq', 100 + n, 'at', 2000000000000 + n, 'by', jsonb_build_object('kind', 'customer'), 'cid', gen_random_uuid(),
         'text', case when n <= 3 then 'rarest thing' when n % 20 = 0 then 'common thing' else 'filler' end)
       from generate_series(1, 5500) as n`,
      [id],
    );
    await inDatabase(
      server.databaseUrl,
      `insert into search_lines select $1, 100 + n, 0, 2000000000000 + n,
         (case when n <= 3 then '''rarest'':1' when n % 20 = 0 then '''common'':1' else '''filler'':1' end
           || ' ''/' || $2 || ''' ''/customer''')::tsvector from generate_series(1, 5500) as n`,
      [id, site.id],
    );
    expect((await search('rarest')).hits.map(({ seq }) => seq)).toEqual([103, 102, 101]);
    const seqs: number[] = [];
    for (let cursor = ''; ; ) {
      const { hits, next } = await search('common', `&limit=50${cursor}`);
      seqs.push(...hits.map(({ seq }) => seq));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seqs).toEqual(Array.from({ length: 275 }, (_, index) => 100 + 5500 - index * 20));
    expect((await search('common', '&status=human')).hits).toEqual([]);
    // Long before all of these, in one of few conversations.
    await inDatabase(
      server.databaseUrl,
      `update search_lines set words = words || '''common'':9'::tsvector where conversation_id = $1 and seq = 2`,
      [withPeople],
    );
    for (const narrowed of ['&status=human', `&agent=${agentId}`, `&status=human&agent=${agentId}`]) {
      const { hits } = await search('common', narrowed);
      expect(hits.map(({ conversation, seq }) => [conversation.id, seq])).toEqual([[withPeople, 2]]);
    }
    for (const other of ['&status=waiting', `&agent=${randomUUID()}`])
      expect((await search('common', other)).hits).toEqual([]);
    expect((await search('common', '&status=bot&limit=1')).hits.map(({ seq }) => seq)).toEqual([100 + 5500]);
    await inDatabase(server.databaseUrl, 'delete from facts where seq > 100');
  });
});
