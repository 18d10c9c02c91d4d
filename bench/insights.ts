import { performance } from 'node:perf_hooks';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { alikeTo } from '../server/domain/weak/gathering.ts';
import { inSlices } from '../server/retrieval/slices.ts';
import { operator } from '../server/store/audit-log.ts';
import { createInsights } from '../server/store/insights.ts';
import type { Tables } from '../server/store/schema.ts';
import { createWeakChanges } from '../server/store/weak-changes.ts';
import { createWeakQuestions, weakCursor } from '../server/store/weak-questions.ts';
import { openBackstage } from './handrail.ts';
import { days, seedVisits } from './insights/seed.ts';
import { seedWeakQuestions } from './insights/weak.ts';
import type { Benchmark } from './options.ts';
import { createDatabase, readSettings } from './postgres.ts';
import { at, rounded, table } from './statistics.ts';

const budgetMs = 300;

const about = `insights: how long each query of the dashboards and of the review by question takes.

A scratch database is filled with visits of a year, a conversation each, over three sites (80, 15 and 5 %), six languages
and eight topics: straight into the tables by SQL, with drawn outcomes and as much of each conversation as the lists read,
but without facts. The sums are then made by the same code that the server sums anew with. So sizes, skew and number of
keys are real, the stories are not. The weak answers are gathered in 20,000 questions a site, of which a few have
thousands of answers. Then every query is run in turn through the store, as the routes do; "the view" is all
that opening the dashboards asks at once; weak questions are those that do most harm, merged and split again. A run does not count if the p95 of a query is ${budgetMs} ms or more.
--explain prints how PostgreSQL carries out each.`;

export const insights: Benchmark = {
  about,
  options: {
    conversations: { type: 'string', default: '1000000', about: 'conversations in the database' },
    times: { type: 'string', default: '40', about: 'how often each query is run' },
    only: { type: 'string', about: 'no query but those whose name has this in it: review, for one' },
    explain: { type: 'boolean', about: "PostgreSQL's plans" },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ runs, count, flag, print, text }) {
    const settings = await readSettings();
    const database = await createDatabase();
    try {
      const backstage = await openBackstage(database.url);
      try {
        const { store, site } = backstage;
        const others = await Promise.all(
          ['Small', 'Smaller'].map((title) =>
            store.sites.save({
              title,
              answeredBy: title,
              allowedOrigins: [],
              bot: { kind: 'page' },
              suggestions: [],
            }),
          ),
        );
        const siteIds = [site, ...others].map(({ id }) => id);
        const lastDay = Math.floor(Date.now() / 86_400_000);
        const begunAt = performance.now();
        await seedVisits(database.url, { count: count('conversations'), siteIds, lastDay });
        const summingAt = performance.now();
        const only = text('only') ?? '';
        // The review by question reads none of them.
        if (!only.startsWith('review')) await store.insightsReader.sumAnew();
        await database.rows('vacuum analyze');
        const sumS = rounded((performance.now() - summingAt) / 1_000);
        const [sizes] = await database.rows<Record<string, string>>(
          `select pg_size_pretty(pg_total_relation_size('insight_visits')) as visits,
             pg_size_pretty(pg_total_relation_size('insight_sums')) as sums, (select count(*) from insight_sums) as "sumRows",
             pg_size_pretty(pg_total_relation_size('insight_weak')) as weak, (select count(*) from insight_weak) as "weakRows"`,
        );
        print(
          `PostgreSQL ${settings.version}; ${count('conversations')} conversations in ${rounded((summingAt - begunAt) / 1_000)} s, ` +
            `summed in ${sumS} s: ${JSON.stringify(sizes)}`,
        );

        const gatheringAt = performance.now();
        const weakSizes = await seedWeakQuestions(database.url);
        print(
          `weak questions in ${rounded((performance.now() - gatheringAt) / 1_000)} s: ${JSON.stringify(weakSizes)}`,
        );

        const year = { from: lastDay - days + 1, to: lastDay };
        const month = { from: lastDay - 29, to: lastDay };
        const old = { from: lastDay - 200, to: lastDay - 171 };
        const queriesOf = (insights: Stores['insights']): Queries => {
          const all = { siteIds, days: year };
          const page = { cursor: null, limit: 30 };
          return {
            'sums of a month': () => insights.sums({ ...all, days: month }),
            'sums of a year': () => insights.sums(all),
            'sums of a year, a language': () => insights.sums({ ...all, language: 'de' }),
            'sums of a year, both': () => insights.sums({ ...all, language: 'de', topic: 'cards' }),
            'a year in weeks': () => insights.pieces(all, 7),
            'a month by language': () => insights.slices({ ...all, days: month }, 'language'),
            'a year by language': () => insights.slices(all, 'language'),
            'a year by topic': () => insights.slices(all, 'topic'),
            'a year by topic, a language': () => insights.slices({ ...all, language: 'de' }, 'topic'),
            'weakest of a month': () => insights.weak({ ...all, days: month }, 20),
            'weakest of a year': () => insights.weak(all, 20),
            'contained, newest': () => insights.visits({ ...all, figure: 'contained' }, page),
            'contained, an old month': () =>
              insights.visits({ ...all, days: old, figure: 'contained' }, page),
            'falsely contained': () => insights.visits({ ...all, figure: 'false.back' }, page),
            'rated 1 of 5, rare': () => insights.visits({ ...all, figure: 'rated.people.1' }, page),
            'rare, both': () =>
              insights.visits({ ...all, language: 'pt', topic: 'travel', figure: 'false.down' }, page),
            'a deep page': () =>
              insights.visits(
                { ...all, figure: 'contained' },
                {
                  limit: 30,
                  cursor: {
                    day: lastDay - 300,
                    begunAt: (lastDay - 300) * 86_400_000 + 40_000_000,
                    conversationId: '00000000-0000-0000-0000-000000000000',
                    visit: 0,
                  },
                },
              ),
            'a weak question': () => insights.visits({ ...all, figure: 'weak', question: 'q1 card' }, page),
          };
        };
        const dayMs = 86_400_000;
        const queries: Queries = {
          ...queriesOf(store.insights),
          ...(await reviewOf(store, siteIds)),
          'promises of a year': () => store.promises.rate(siteIds, year.from * dayMs, (year.to + 1) * dayMs),
          'the view, a month': () => view(store, siteIds, month),
          'the view, a year': () => view(store, siteIds, year),
        };
        const durations = new Map<string, number[]>(Object.keys(queries).map((name) => [name, []]));
        for (let run = 0; run < runs; run += 1) {
          for (let time = 0; time < count('times'); time += 1) {
            for (const [name, query] of Object.entries(queries)) {
              if (!name.includes(only)) continue;
              const from = performance.now();
              await query();
              durations.get(name)?.push(performance.now() - from);
            }
          }
        }
        const asked = [...durations].filter(([, values]) => values.length > 0);
        const measured = asked.map(([name, values]) => ({
          query: name,
          p50Ms: rounded(at(values, 0.5)),
          p95Ms: rounded(at(values, 0.95)),
          maxMs: rounded(at(values, 1)),
        }));
        print(
          `\n${table(
            ['query', 'p50 ms', 'p95 ms', 'max ms'],
            measured.map((one) => [one.query, one.p50Ms, one.p95Ms, one.maxMs]),
          )}`,
        );
        if (flag('explain')) {
          const all = async (stores: Stores) => ({
            ...queriesOf(stores.insights),
            ...(await reviewOf(stores, siteIds)),
          });
          await explain(database.url, all, only, print);
        }
        // The view is many queries at once, and waits for all of them.
        const slow = measured.filter(
          ({ query, p95Ms }) => !query.startsWith('the view') && p95Ms >= budgetMs,
        );
        return {
          problems: [
            ...settings.problems,
            ...slow.map(({ query, p95Ms }) => `${query}: p95 ${p95Ms} ms, not below ${budgetMs}`),
          ],
          result: { conversations: count('conversations'), queries: measured, sizes, weakSizes },
        };
      } finally {
        await backstage.close();
      }
    } finally {
      await database.drop();
    }
  },
};

/** What opening the dashboards asks (features/insights/routes.ts). */
const view = (
  { insights, promises }: Awaited<ReturnType<typeof openBackstage>>['store'],
  siteIds: readonly string[],
  range: { from: number; to: number },
) => {
  const length = range.to - range.from + 1;
  const before = { from: range.from - length, to: range.from - 1 };
  const rates = [range, before].flatMap(({ from, to }) =>
    siteIds.map((id) => promises.rate([id], from * 86_400_000, (to + 1) * 86_400_000)),
  );
  return Promise.all([
    insights.sums({ siteIds, days: range }),
    insights.sums({ siteIds, days: before }),
    insights.pieces({ siteIds, days: range }, length > 62 ? 7 : 1),
    insights.slices({ siteIds, days: range }, 'language'),
    insights.slices({ siteIds, days: range }, 'topic'),
    insights.weak({ siteIds, days: range }, 20),
    ...rates,
  ]);
};

type Queries = Readonly<Record<string, () => Promise<unknown>>>;

interface Stores {
  readonly insights: ReturnType<typeof createInsights>;
  readonly weakQuestions: ReturnType<typeof createWeakQuestions>;
  readonly weakChanges: ReturnType<typeof createWeakChanges>;
}

/** What the review by question asks, of the questions with the greatest harm and the most answers. */
async function reviewOf(
  { weakQuestions, weakChanges }: Stores,
  siteIds: readonly string[],
): Promise<Queries> {
  const [now, limit] = [Date.now(), 30];
  const asked = { siteIds, agentId: 'nobody', now };
  const first = await weakQuestions.page(asked, { cursor: null, limit });
  const [worst, second] = first.items;
  if (worst === undefined || second === undefined) throw new Error('no weak questions were seeded');
  // Ten pages on, as somebody gets there.
  let deep = null;
  let page = first;
  for (let pages = 0; pages < 10 && page.next !== null; pages += 1) {
    deep = weakCursor.decode(page.next);
    page = await weakQuestions.page(asked, { cursor: deep, limit });
  }
  const [own, other] = [
    worst.id,
    first.items.find(({ id, site }) => id !== worst.id && site === worst.site)?.id,
  ];
  if (other === undefined) throw new Error('no second weak question of that site was seeded');
  const by = { id: 'nobody', name: 'Nobody' };
  const act = { by, actor: operator, siteIds, at: now };
  let wordings: readonly string[] = [];
  const moved = (done: Awaited<ReturnType<typeof weakChanges.merge>>) => {
    if (typeof done === 'string') throw new Error(`not moved: ${done}`);
    wordings = done.wordings;
  };
  return {
    'review: the worst': () => weakQuestions.page(asked, { cursor: null, limit }),
    'review: of a site': () => weakQuestions.page({ ...asked, site: worst.site }, { cursor: null, limit }),
    'review: a deep page': () => weakQuestions.page(asked, { cursor: deep, limit }),
    'review: declined': () => weakQuestions.page({ ...asked, view: 'declined' }, { cursor: null, limit }),
    'review: mine': () => weakQuestions.page({ ...asked, view: 'mine' }, { cursor: null, limit }),
    'review: one with what is behind it': () => weakQuestions.detail(own, siteIds, now),
    'review: others that are alike': async () => {
      const anchors = await weakQuestions.anchorsBeside(own, worst.question);
      await weakQuestions.inOrder(await inSlices(alikeTo(worst.question, anchors, 12)), siteIds, now);
    },
    // Each is the other's reverse, so that all times begin alike.
    'review: merged': async () => moved(await weakChanges.merge(other, own, act)),
    'review: split again': async () => moved(await weakChanges.split(own, wordings, other, act)),
  };
}

/** Runs each query once more, and every statement of it that only reads once more under EXPLAIN. */
async function explain(
  url: string,
  queriesOf: (stores: Stores) => Promise<Queries>,
  only: string,
  print: (line: string) => void,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const statements: { sql: string; parameters: readonly unknown[] }[] = [];
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query: { sql, parameters } }) => {
      statements.push({ sql, parameters });
    },
  });
  const stores = {
    insights: createInsights(db),
    weakQuestions: createWeakQuestions(db),
    weakChanges: createWeakChanges(db),
  };
  try {
    for (const [name, query] of Object.entries(await queriesOf(stores))) {
      if (!name.includes(only)) continue;
      statements.length = 0;
      await query();
      for (const { sql, parameters } of statements.filter((one) => /^\s*(select|with)\b/i.test(one.sql))) {
        const { rows } = await pool.query(`explain (analyze, buffers) ${sql}`, [...parameters]);
        print(`\n${name}\n${rows.map((row) => Object.values(row).join('')).join('\n')}`);
      }
    }
  } finally {
    await db.destroy();
  }
}
