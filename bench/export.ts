import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { ExportManifest } from '../protocol/exports.ts';
import { openBackstage } from './handrail.ts';
import { type Benchmark, UsageError } from './options.ts';
import { createDatabase, readSettings } from './postgres.ts';
import { rounded, table } from './statistics.ts';

const about = `export: how fast every fact is exported, and how much memory that takes.

A scratch database is filled with conversations of a hundred facts each. Then \`handrail export --content facts\` runs as a
process of its own, once for each format and run, personal data replaced: reading, redaction, writing and fsync are all in the
time. Memory is the largest resident set that the system has seen of that process (VmHWM). It counts only if every fact is in
the file and the process stayed within the limit.`;

const program = fileURLToPath(new URL('../server/cli/main.ts', import.meta.url));
const perConversation = 100;

export const exporting: Benchmark = {
  about,
  options: {
    facts: { type: 'string', default: '1000000', about: 'facts in the database' },
    formats: { type: 'string', default: 'csv,jsonl,parquet', about: 'what they are written as' },
    limit: { type: 'string', default: '300', about: 'MB of memory that it may take' },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ runs, count, text, print }) {
    const settings = await readSettings();
    const database = await createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'handrail-bench-'));
    const conversations = Math.ceil(count('facts') / perConversation);
    const facts = conversations * perConversation;
    const formats = (text('formats') ?? '').split(',');
    try {
      const backstage = await openBackstage(database.url);
      const { customerId } = await backstage.store.customers.create(backstage.site.id);
      await fill(database.rows, { siteId: backstage.site.id, customerId, conversations });
      await backstage.close();
      print(`PostgreSQL ${settings.version}; ${facts.toLocaleString('en-US')} facts`);
      const problems = [...settings.problems];
      const measured: { format: string; rowsPerS: number; seconds: number; rssMb: number; fileMb: number }[] =
        [];
      for (const format of formats) {
        for (let run = 0; run < runs; run += 1) {
          const out = join(folder, `${format}-${run}`);
          const from = performance.now();
          const { code, peakKb, output } = await exported(database.url, format, out);
          if (code !== 0) throw new UsageError(`handrail export as ${format} ended with ${code}:\n${output}`);
          const seconds = (performance.now() - from) / 1_000;
          const { rows }: ExportManifest = JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8'));
          if (rows.written !== facts)
            problems.push(`${format}: ${rows.written} of ${facts} facts are in the file`);
          const rssMb = rounded(peakKb / 1_024);
          if (peakKb === 0) problems.push(`${format}: the system does not say how much memory it took`);
          if (rssMb > count('limit')) problems.push(`${format}: ${rssMb} MB are more than ${count('limit')}`);
          const fileMb = rounded(statSync(out).size / 1e6);
          measured.push({
            format,
            rowsPerS: Math.round(facts / seconds),
            seconds: rounded(seconds),
            rssMb,
            fileMb,
          });
          rmSync(out);
        }
      }
      print(
        `\n${table(
          ['format', 'rows/s', 's', 'peak RSS MB', 'file MB'],
          measured.map((one) => [one.format, one.rowsPerS, one.seconds, one.rssMb, one.fileMb]),
        )}`,
      );
      return {
        problems,
        result: { facts, rssMb: Math.max(...measured.map((one) => one.rssMb)), formats: measured },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await database.drop();
    }
  },
};

/** Runs the command, and looks at its memory until it ends. */
async function exported(databaseUrl: string, format: string, out: string) {
  const args = [program, 'export', '--content', 'facts', '--format', format, '--out', out];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (words: string) => {
      output = (output + words).slice(-10_000);
    });
  }
  let peakKb = 0;
  const look = setInterval(() => {
    peakKb = Math.max(peakKb, peakOf(child.pid));
  }, 50);
  const [code] = await once(child, 'close').finally(() => clearInterval(look));
  return { code: code as number | null, peakKb, output };
}

/** The system keeps the peak itself: looking seldom misses what came last, and nothing before. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    // It has just ended, or this is no Linux: then nothing was seen, which does not count.
    return 0;
  }
}

type Rows = Awaited<ReturnType<typeof createDatabase>>['rows'];

async function fill(
  rows: Rows,
  { siteId, customerId, conversations }: { siteId: string; customerId: string; conversations: number },
): Promise<void> {
  await rows(
    `insert into conversations (id, site_id, customer_id, state, seq, status, created_at, topic, last_text, last_author, last_at,
       priority, downvotes, context)
     select gen_random_uuid(), $1, $2, '{}', $4, 'bot', 1700000000000, 'x', 'x', 'customer', 1700000000000, 'normal', 0, '{}'
     from generate_series(1, $3::int)`,
    [siteId, customerId, conversations, perConversation],
  );
  await rows(
    `insert into facts select id, n, 'message.sent', 1700000000000 + n, jsonb_build_object('type', 'message.sent', 'seq', n,
       'at', 1700000000000 + n, 'by', jsonb_build_object('kind', case n % 2 when 0 then 'bot' else 'customer' end), 'cid', id,
       'text', 'I moved money on day ' || n || ' and it has not arrived yet; write to kim' || n || '@acme.example, please.')
     from conversations, generate_series(1, $1::int) n`,
    [perConversation],
  );
  await rows('vacuum analyze facts');
  await rows('vacuum analyze conversations');
}
