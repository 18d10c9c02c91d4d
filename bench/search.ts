import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { parseSearch } from '../server/domain/search.ts';
import { openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { createDatabase, readSettings } from './postgres.ts';
import { createScript } from './search/script.ts';
import { at, rounded, table } from './statistics.ts';

const about = `search: how long a search over transcripts takes, from the parsed words to the page of lines.

A scratch database is filled with conversations as a bot and agents have them (ten messages each, one in ten at a second
site, spread over a year), through COPY, with the same words that the server would have read into its index. Questions
are those of banking77 and clinc150 with --data DIR, else made up. Then searches of each kind are run one after another
through the store, on one connection of its pool, as the route does: every one for the first page of 30.
--explain prints how PostgreSQL carries out each of the ways for a common and a rare word, of all and of one agent.`;

const kinds = [
  'common',
  'rare',
  'prefix',
  'short prefix',
  'phrase',
  'two words',
  'without',
  'either',
  'nothing',
  'small site',
  'by agents',
  'in resolved',
  'of an agent',
  'waiting',
  'an old month',
  'next page',
  'hostile',
] as const;
type Kind = (typeof kinds)[number];

export const search: Benchmark = {
  about,
  options: {
    messages: { type: 'string', default: '1000000', about: 'messages in the database' },
    searches: { type: 'string', default: '40', about: 'searches of each kind and run' },
    data: { type: 'string', about: 'folder with banking77 and clinc150' },
    explain: { type: 'boolean', about: "PostgreSQL's plans" },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ runs, count, text, flag, print }) {
    const settings = await readSettings();
    const database = await createDatabase();
    try {
      const backstage = await openBackstage(database.url);
      try {
        const { store, site } = backstage;
        const small = await store.sites.save({
          title: 'Small',
          answeredBy: 'Bench',
          allowedOrigins: [],
          bot: { kind: 'page' },
          suggestions: [],
        });
        const script = createScript({
          messages: count('messages'),
          siteIds: [site.id, small.id],
          folder: text('data'),
        });
        const begunAt = performance.now();
        await fill(database.url, script);
        const [sizes] = await database.rows<Record<string, string>>(
          `select pg_size_pretty(pg_table_size('facts')) as facts, pg_size_pretty(pg_table_size('search_lines')) as lines,
             pg_size_pretty(pg_relation_size('search_lines_words')) as words,
             pg_size_pretty(pg_relation_size('search_lines_newest') + pg_relation_size('search_lines_pkey')) as keys`,
        );
        const seedS = rounded((performance.now() - begunAt) / 1_000);
        print(
          `PostgreSQL ${settings.version}; ${count('messages')} messages in ${seedS} s: ${JSON.stringify(sizes)}`,
        );

        const siteIds = [site.id, small.id];
        const find = async (typed: string, more: Partial<Parameters<typeof store.search.find>[0]> = {}) => {
          const query = parseSearch(typed);
          if (query === null) return { hits: [], next: null };
          return store.search.find({ siteIds, query, filter: {}, cursor: null, limit: 30, ...more });
        };
        const asked: Readonly<Record<Kind, (n: number) => Promise<unknown>>> = {
          common: (n) => find(script.common(n)),
          rare: (n) => find(script.rare(n)),
          prefix: (n) => find(script.rare(n).slice(0, 4)),
          'short prefix': (n) => find(script.common(n).slice(0, 2)),
          phrase: (n) => find(`"${script.pair(n)}"`),
          'two words': (n) => find(script.pair(n)),
          without: (n) => find(`${script.common(n)} -${script.common(n + 1)} x`.replace(/ x$/, '')),
          either: (n) => find(`${script.rare(n)} OR ${script.rare(n + 1)}`),
          nothing: (n) => find(`zq${n}xv`),
          'small site': (n) => find(script.common(n), { siteIds: [small.id] }),
          'by agents': (n) => find(script.common(n), { filter: { by: 'agent' } }),
          'in resolved': (n) => find(script.rare(n), { filter: { status: 'resolved' } }),
          'of an agent': (n) => find(script.common(n), { filter: { agent: `agent-${n % 50}` } }),
          waiting: (n) => find(script.common(n), { filter: { status: 'waiting' } }),
          'an old month': (n) =>
            find(script.rare(n), {
              filter: { from: script.startAt, until: script.startAt + 30 * 86_400_000 },
            }),
          'next page': (n) =>
            find(script.common(n), {
              cursor: {
                at: script.startAt + 200 * 86_400_000,
                conversationId: '00000000-0000-0000-0000-000000000000',
                seq: 1,
                line: 0,
              },
            }),
          hostile: (n) =>
            find(['%', "'&|!", 'a '.repeat(99), '漢'.repeat(60), '-a "', '1 2 3 4 5'][n % 6] ?? ''),
        };
        const durations = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
        const problems: string[] = [...settings.problems];
        for (let run = 0; run < runs; run += 1) {
          for (let n = 0; n < count('searches'); n += 1) {
            for (const kind of kinds) {
              const from = performance.now();
              await asked[kind](n).catch((error: unknown) => problems.push(`${kind}: ${String(error)}`));
              durations.get(kind)?.push(performance.now() - from);
            }
          }
        }
        const row = (name: string, values: readonly number[]) => ({
          kind: name,
          p50Ms: rounded(at(values, 0.5)),
          p95Ms: rounded(at(values, 0.95)),
          maxMs: rounded(at(values, 1)),
        });
        const measured = [
          ...kinds.map((kind) => row(kind, durations.get(kind) ?? [])),
          row('all', [...durations.values()].flat()),
        ];
        print(
          `\n${table(
            ['search', 'p50 ms', 'p95 ms', 'max ms'],
            measured.map((one) => [one.kind, one.p50Ms, one.p95Ms, one.maxMs]),
          )}`,
        );
        if (flag('explain')) {
          for (const [name, typed] of Object.entries({ common: script.common(0), rare: script.rare(0) })) {
            const query = parseSearch(typed);
            if (query === null) continue;
            for (const filter of [{}, { agent: 'agent-7' }]) {
              const plans = await store.search.explain({ siteIds, query, filter, cursor: null, limit: 31 });
              for (const [way, plan] of Object.entries(plans))
                print(`\n${name} word "${typed}", ${JSON.stringify(filter)}, way "${way}"\n${plan}`);
            }
          }
        }
        const all = measured.at(-1);
        return {
          problems,
          result: {
            messages: count('messages'),
            seedS,
            p50Ms: all?.p50Ms,
            p95Ms: all?.p95Ms,
            kinds: measured,
            sizes,
          },
        };
      } finally {
        await backstage.close();
      }
    } finally {
      await database.drop();
    }
  },
};

/** Copies the script's tables in; indexes of the search are made behind it, as that is sooner. */
async function fill(url: string, script: ReturnType<typeof createScript>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('drop index search_lines_words');
    await client.query('set synchronous_commit = off');
    // One walk through the script for each table: none of it is kept in memory.
    for (const [name, rows] of Object.entries(script.tables)) {
      await pipeline(Readable.from(rows()), client.query(copyFrom(`copy ${name} from stdin`)));
    }
    await client.query(`set maintenance_work_mem = '256MB'`);
    await client.query(
      'create index search_lines_words on search_lines using gin (words) with (gin_pending_list_limit = 512)',
    );
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
