import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FeedbackItem, FeedbackPage } from '../../protocol/feedback.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let cookie: string;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  ({ cookie } = await server.addAgent(site));
  const other = await server.addSite({ kind: 'page' });
  await leaveFeedback(server, site, {
    question: 'Is 100% of it back?',
    answer: 'Yes.',
    verdict: 'down',
    reasons: ['wrong', 'outdated'],
    comment: 'no_way',
  });
  await leaveFeedback(server, site, { question: 'Where is my card?', answer: 'On its way.', verdict: 'up' });
  await leaveFeedback(server, site, {
    question: 'Why a fee?',
    answer: 'C:\\fees 100 percent',
    verdict: 'down',
    reasons: ['other'],
    rating: 2,
    comment: 'noXway',
  });
  await leaveFeedback(server, site, { question: 'Thanks', answer: 'Bye.', rating: 5 });
  await leaveFeedback(server, other, {
    question: 'secret of another site',
    answer: 'x',
    verdict: 'down',
    rating: 1,
  });
  // One time for all: whatever orders and pages by time alone loses rows.
  await inDatabase(server.databaseUrl, 'update answer_feedback set at = 1000000');
  await inDatabase(server.databaseUrl, 'update conversation_ratings set at = 1000000');
  await inDatabase(
    server.databaseUrl,
    `update answer_feedback set at = 2000000 where question = 'Where is my card?'`,
  );
});
afterAll(() => server.close());

const page = async (query: string): Promise<FeedbackPage> => {
  const response = await fetch(`${server.url}/v1/feedback?${query}`, { headers: { cookie } });
  expect(response.status).toBe(200);
  return (await response.json()) as FeedbackPage;
};
const questionOf = (item: FeedbackItem) => item.question ?? `rating ${item.rating}`;

describe('the feedback view', () => {
  const found: [string, string[]][] = [
    ['', ['Is 100% of it back?', 'Where is my card?', 'Why a fee?', 'rating 2', 'rating 5']],
    ['kind=answer', ['Is 100% of it back?', 'Where is my card?', 'Why a fee?']],
    ['kind=conversation', ['rating 2', 'rating 5']],
    ['verdict=down', ['Is 100% of it back?', 'Why a fee?']],
    ['verdict=up', ['Where is my card?']],
    ['reason=outdated', ['Is 100% of it back?']],
    ['reason=unkind_or_unfair', []],
    ['rating=2', ['rating 2']],
    ['verdict=down&reason=other', ['Why a fee?']],
    ['from=2000000', ['Where is my card?']],
    ['until=2000000', ['Is 100% of it back?', 'Why a fee?', 'rating 2', 'rating 5']],
    ['from=1000000&until=1000000', []],
    ['text=CARD', ['Where is my card?']],
    ['text=percent', ['Why a fee?']],
    ['text=100%25', ['Is 100% of it back?']],
    ['text=no_way', ['Is 100% of it back?']],
    ['text=%25', ['Is 100% of it back?']],
    ['text=_', ['Is 100% of it back?']],
    ['text=C:%5C', ['Why a fee?']],
    ["text='%20or%201=1--", []],
    ['text=%00', []],
    ['text=', ['Is 100% of it back?', 'Where is my card?', 'Why a fee?', 'rating 2', 'rating 5']],
    ['text=secret', []],
  ];
  test.each(found)('finds by "%s" just what fits', async (query, questions) => {
    const { items, total, next } = await page(query);
    expect(items.map(questionOf).sort()).toEqual(questions);
    expect([total, next]).toEqual([questions.length, null]);
  });

  test('shows the newest first, each with its question, answer, page and language', async () => {
    const { items } = await page('limit=1');
    expect(items).toEqual([
      expect.objectContaining({
        kind: 'answer',
        at: 2_000_000,
        verdict: 'up',
        rating: null,
        turn: 1,
        question: 'Where is my card?',
        answer: 'On its way.',
        sources: [{ title: 'Help', url: 'https://h.example' }],
        context: { page: { url: 'https://shop.example/a?b=1', title: 'Shop' }, language: 'de' },
      }),
    ]);
  });

  test.each([1, 2, 3, 5])(
    'pages of %i miss nothing and repeat nothing, though the times are equal',
    async (limit) => {
      const seen: FeedbackItem[] = [];
      let cursor = '';
      while (true) {
        const { items, next, total } = await page(`limit=${limit}${cursor}`);
        expect(total).toBe(5);
        seen.push(...items);
        if (next === null) break;
        expect(items).toHaveLength(limit);
        cursor = `&cursor=${next}`;
      }
      expect(new Set(seen.map((item) => item.id)).size).toBe(5);
      expect(seen.map((item) => item.at)).toEqual([...seen.map((item) => item.at)].sort((a, b) => b - a));
    },
  );

  const cursorOf = (text: string) => Buffer.from(text).toString('base64url');
  const bad = [
    'limit=0',
    'limit=101',
    'limit=x',
    'rating=6',
    'rating=2.5',
    'from=-1',
    'until=1e300',
    'until=NaN',
    'reason=rude',
    `text=${'x'.repeat(201)}`,
    'cursor=x',
    `cursor=${cursorOf(`1:${'-'.repeat(36)}`)}`,
    `cursor=${cursorOf('1:')}`,
    `cursor=${cursorOf("1' or 1=1:0198c0de-0000-4000-8000-000000000001")}`,
    `cursor=${cursorOf('99999999999999999:0198c0de-0000-4000-8000-000000000001')}`,
  ];
  test.each(bad)('refuses "%s" instead of breaking', async (query) => {
    await expectProblem(
      await fetch(`${server.url}/v1/feedback?${query}`, { headers: { cookie } }),
      'invalid',
    );
  });

  test('a verdict that is changed or taken back is counted once, or not at all', async () => {
    const fresh = await server.addSite({ kind: 'page' });
    const agent = await server.addAgent(fresh);
    const conversationId = await leaveFeedback(server, fresh, {
      question: 'q',
      answer: 'a',
      verdict: 'down',
      reasons: ['wrong'],
    });
    const [{ customer_id: id }] = (await inDatabase(
      server.databaseUrl,
      'select customer_id from conversations where id = $1',
      [conversationId],
    )) as [{ customer_id: string }];
    const caller = { customer: { id, siteId: fresh.id }, site: fresh };
    const give = (verdict: 'up' | 'none') =>
      server.app.engine.forCustomer(caller, 'feedback:give', {
        cid: crypto.randomUUID(),
        conversationId,
        turn: 1,
        verdict,
        reasons: [],
        comment: '',
      });
    const seen = async () => {
      const headers = { cookie: agent.cookie };
      const row = (await (
        await fetch(`${server.url}/v1/desk/conversations/${conversationId}`, { headers })
      ).json()) as { downvotes: number };
      const { items } = (await (
        await fetch(`${server.url}/v1/feedback`, { headers })
      ).json()) as FeedbackPage;
      return [row.downvotes, ...items.map((item) => item.verdict)];
    };
    expect(await seen()).toEqual([1, 'down']);
    await give('up');
    expect(await seen()).toEqual([0, 'up']);
    await give('none');
    expect(await seen()).toEqual([0]);
  });
});
