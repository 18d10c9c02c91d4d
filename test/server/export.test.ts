import { once } from 'node:events';
import { request } from 'node:http';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { FeedbackExportRow } from '../../protocol/feedback.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let cookie: string;
const answer = 'He said: "pay, now"\r\nsecond line; =1+1';
const comment = '=HYPERLINK("https://evil.example","click")';

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  ({ cookie } = await server.addAgent(site, 'Ana', 'lead'));
  await leaveFeedback(server, site, {
    question: '@SUM(A1)',
    answer,
    verdict: 'down',
    reasons: ['wrong', 'other'],
    comment,
    rating: 1,
  });
  await leaveFeedback(server, site, {
    question: '＝1+1 Ünïcødé 😀',
    answer: '-2',
    verdict: 'up',
    comment: '+4',
  });
  await leaveFeedback(server, await server.addSite({ kind: 'page' }), {
    question: 'other site',
    answer: 'x',
    verdict: 'down',
  });
  await inDatabase(
    server.databaseUrl,
    `update answer_feedback set at = 1700000000000 where verdict = 'down'`,
  );
  await inDatabase(server.databaseUrl, `update answer_feedback set at = 1700000000001 where verdict = 'up'`);
});
afterAll(() => server.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const get = (query: string) => fetch(`${server.url}/v1/feedback/export?${query}`, { headers: { cookie } });
type Cells = Record<string, string>;

describe('the export', () => {
  test('as JSONL has every row as it is', async () => {
    const response = await get('format=jsonl&kind=answer');
    expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="handrail-feedback-\d{4}-\d\d-\d\d\.jsonl"$/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('handrail-total-rows')).toBe('2');
    const text = await response.text();
    expect(text.endsWith('\n')).toBe(true);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as FeedbackExportRow);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ question: '＝1+1 Ünïcødé 😀', at: '2023-11-14T22:13:20.001Z' });
    expect(rows[1]).toMatchObject({
      kind: 'answer',
      verdict: 'down',
      reasons: ['wrong', 'other'],
      comment,
      question: '@SUM(A1)',
      answer,
      transcript: [
        { author: 'customer', text: '@SUM(A1)' },
        { author: 'bot', text: answer },
      ],
    });
  });

  test('as CSV is what a spreadsheet reads, and nothing that it runs', async () => {
    const response = await get('format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('handrail-total-rows')).toBe('3');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)], 'a byte order mark: spreadsheets know it is UTF-8').toEqual([
      0xef, 0xbb, 0xbf,
    ]);
    const rows = parse(bytes, { bom: true, columns: true, record_delimiter: '\r\n' }) as Cells[];
    expect(rows).toHaveLength(3);
    for (const cell of rows.flatMap((row) => Object.values(row)))
      expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    const down = rows.find((row) => row.verdict === 'down');
    expect(down).toMatchObject({
      kind: 'answer',
      turn: '1',
      rating: '',
      reasons: 'wrong other',
      comment: `'${comment}`,
      question: "'@SUM(A1)",
      answer,
      sources: 'Help <https://h.example>',
      page_url: 'https://shop.example/a?b=1',
      page_title: 'Shop',
      language: 'de',
      transcript: `customer: @SUM(A1)\nbot: ${answer}`,
    });
    expect(rows.find((row) => row.verdict === 'up')).toMatchObject({
      question: "'＝1+1 Ünïcødé 😀",
      answer: "'-2",
      comment: "'+4",
    });
    expect(rows.find((row) => row.kind === 'conversation')).toMatchObject({
      rating: '1',
      question: '',
      verdict: '',
    });
  });

  test('of nothing is a head without rows', async () => {
    const csv = await get('format=csv&text=nothing-like-it');
    expect((await csv.text()).trim().split('\r\n')).toHaveLength(1);
    expect(await (await get('format=jsonl&text=nothing-like-it')).text()).toBe('');
  });

  test('is narrowed like the view, and refuses what it does not know', async () => {
    expect(await (await get('format=jsonl&text=other%20site')).text()).toBe('');
    for (const query of ['', 'format=pdf', 'format=csv&limit=1', 'format=csv&rating=9'])
      await expectProblem(await get(query), 'invalid');
  });

  test('ends where it began: what comes while it runs is left out', async () => {
    const { exportPage } = server.store.feedback;
    vi.spyOn(server.store.feedback, 'exportPage').mockImplementationOnce(async (...args) => {
      await leaveFeedback(server, site, { question: 'came later', answer: 'x', verdict: 'down' });
      await inDatabase(
        server.databaseUrl,
        `update answer_feedback set at = at + 60000 where question = 'came later'`,
      );
      return exportPage(...args);
    });
    const response = await get('format=jsonl');
    const rows = (await response.text()).trimEnd().split('\n');
    expect(rows).toHaveLength(3);
    expect(response.headers.get('handrail-total-rows')).toBe('3');
    await inDatabase(server.databaseUrl, `delete from answer_feedback where question = 'came later'`);
  });

  test('of many rows comes whole, in batches', async () => {
    const many = await server.addSite({ kind: 'page' });
    const agent = await server.addAgent(many, 'Ana', 'lead');
    const id = await leaveFeedback(server, many, { question: 'q', answer: 'a', verdict: 'down' });
    await inDatabase(
      server.databaseUrl,
      `insert into answer_feedback (conversation_id, turn, verdict, reasons, comment, question, answer, sources, at)
       select conversation_id, n, verdict, reasons, comment, question, answer, sources, 1700000000000
       from answer_feedback, generate_series(2, 650) n where conversation_id = $1`,
      [id],
    );
    const headers = { cookie: agent.cookie };
    for (const format of ['csv', 'jsonl']) {
      const response = await fetch(`${server.url}/v1/feedback/export?format=${format}`, { headers });
      const lines = (await response.text()).trimEnd().split('\n');
      const ids =
        format === 'jsonl'
          ? lines.map((line) => (JSON.parse(line) as FeedbackExportRow).id)
          : lines.filter((line) => /^\S{36},/.test(line));
      expect(new Set(ids).size).toBe(650);
      expect(response.headers.get('handrail-total-rows')).toBe('650');
    }
  });

  test.each(['csv', 'jsonl'])(
    'as %s that breaks in the middle is seen to be broken, and the server lives',
    async (format) => {
      const { exportPage } = server.store.feedback;
      vi.spyOn(server.store.feedback, 'exportPage')
        .mockImplementationOnce(async (...args) => {
          const [row] = await exportPage(...args);
          return row === undefined ? [] : Array.from({ length: 2_000 }, () => row);
        })
        .mockRejectedValue(new Error('the database went away'));
      await expect(get(`format=${format}`).then((response) => response.text())).rejects.toThrow();
      vi.restoreAllMocks();
      expect((await get(`format=${format}`)).status).toBe(200);
    },
  );

  test.each(['csv', 'jsonl'])(
    'as %s that nobody reads any more stops reading the database',
    async (format) => {
      const { exportPage } = server.store.feedback;
      let pages = 0;
      vi.spyOn(server.store.feedback, 'exportPage').mockImplementation(
        async (siteIds, filter, _end, limit) => {
          pages += 1;
          return exportPage(siteIds, filter, null, limit);
        },
      );
      const asked = request(
        `${server.url}/v1/feedback/export?format=${format}`,
        { headers: { cookie } },
        (response) => {
          response.once('data', () => response.destroy());
        },
      );
      asked.on('error', () => undefined);
      asked.end();
      // Without an end to come it goes on for as long as somebody reads.
      await once(asked, 'close');
      await expect
        .poll(async () => {
          const before = pages;
          for (const _ of [1, 2, 3, 4, 5]) await server.store.feedback.count([site.id], {});
          return pages - before;
        })
        .toBe(0);
      expect(pages).toBeGreaterThan(0);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    },
  );
});
