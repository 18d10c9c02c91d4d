/**
 * `node scripts/check-exports.ts`: other people's programs read our exports. promptfoo runs the tests with its echo
 * provider, DuckDB and Python count rows of CSV and Parquet. They are far larger than this project, so they are no
 * dependencies of it: they go into .cache/, and what cannot be had there is skipped with a word.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ExportFormat } from '../protocol/exports.ts';
import type { FeedbackExportRow } from '../protocol/feedback.ts';
import { atTheBeginning } from '../server/exports/checkpoint.ts';
import { runExport } from '../server/exports/pipeline.ts';

const run = promisify(execFile);
const readers = fileURLToPath(new URL('../.cache/export-readers/', import.meta.url));
const packages = ['promptfoo@0.123.1', '@duckdb/node-api@1.5.6-r.1'];
const count = 1_000;

const hostile = [
  'What is the fee?',
  '=HYPERLINK("https://evil.example")',
  'He said: "pay, now"\r\nsecond line',
  'file:///etc/hostname',
  '{{ env.HOME }} {% raw %} {# note #}',
  '- a: [b, "c"]\n  d: &e *f',
  'Ünïcødé 😀 \u0007',
  'write to kim@acme.example',
];

const rowOf = (n: number): FeedbackExportRow => {
  const question = `${hostile[n % hostile.length]} ${n}`;
  return {
    id: `0198c0de-0000-4000-8000-${String(n).padStart(12, '0')}`,
    kind: 'answer',
    conversationId: '0198c0de-0000-7000-8000-000000000001',
    at: 1_700_000_000_000 + n,
    verdict: n % 3 > 0 ? 'down' : 'up',
    rating: null,
    reasons: [],
    comment: '',
    turn: n + 1,
    question,
    answer: `No. ${n}`,
    sources: [],
    context: {},
    // What the echo provider answers is the question: it is like this, and not like the bot's.
    betterAnswer: n % 3 > 0 ? question : null,
    causes: [],
    rightAnswer: '',
    hadToRepeat: null,
    wasWaitAsSaid: null,
    signals: [],
    doNotTrain: false,
    status: null,
    word: '',
    guidance: null,
    transcript: [{ author: 'customer', text: question, at: 1 }],
  };
};

async function write(
  path: string,
  format: ExportFormat,
  rows: number,
  keep = (_row: FeedbackExportRow) => true,
) {
  let at = 0;
  const source = {
    total: async () => rows,
    async after() {
      const page = Array.from({ length: Math.min(300, rows - at) }, (_, n) => rowOf(at + n));
      at += page.length;
      return { rows: page.filter(keep), cursor: 'end' };
    },
  };
  const shape = { content: 'feedback', format, isRedacted: true } as const;
  const parts: Uint8Array[] = [];
  for await (const { bytes } of runExport(shape, source, atTheBeginning)) parts.push(bytes);
  writeFileSync(path, Buffer.concat(parts));
}

function expectSame(what: string, seen: unknown, wanted: unknown): void {
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
  }
  console.log(`ok      ${what}: ${JSON.stringify(seen)}`);
}

async function install(): Promise<void> {
  if (
    existsSync(join(readers, 'node_modules/promptfoo')) &&
    existsSync(join(readers, 'node_modules/@duckdb'))
  )
    return;
  mkdirSync(readers, { recursive: true });
  writeFileSync(join(readers, 'package.json'), '{"private":true}\n');
  console.log(`Installing ${packages.join(' and ')} into .cache/export-readers; that takes minutes.`);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd: readers });
}

/** Tests of one format through promptfoo, with nobody but its echo provider to answer. */
async function promptfoo(folder: string, format: ExportFormat, ending: string): Promise<void> {
  const tests = `tests.${ending}`;
  const rows = 48;
  // Of what was liked the answer is wanted, which an echo does not give.
  await write(join(folder, tests), format, rows, ({ verdict }) => verdict === 'down');
  const config = { prompts: ['{{question}}'], providers: ['echo'], tests };
  writeFileSync(join(folder, 'promptfooconfig.json'), JSON.stringify(config));
  const result = join(folder, `${format}.json`);
  const program = join(readers, 'node_modules/promptfoo/dist/src/entrypoint.js');
  const args = [
    'eval',
    '-c',
    'promptfooconfig.json',
    '-o',
    result,
    '--no-cache',
    '--no-write',
    '--no-progress-bar',
  ];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    PROMPTFOO_CONFIG_DIR: folder,
    PROMPTFOO_DISABLE_TELEMETRY: '1',
  };
  await run(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...env, PROMPTFOO_DISABLE_UPDATE: '1', PROMPTFOO_DISABLE_REMOTE_GENERATION: 'true', CI: 'true' },
    maxBuffer: 64e6,
    // It exits with 100 when a test fails: what failed is in its result.
  }).catch((error: unknown) => {
    if (!existsSync(result)) throw error;
  });
  const { results } = JSON.parse(readFileSync(result, 'utf8')) as {
    results: {
      stats: Record<string, unknown>;
      results: { error?: string; response?: { output?: string } }[];
    };
  };
  for (const { error } of results.results) if (error) console.log(`        ${error.slice(0, 300)}`);
  const { successes, failures, errors } = results.stats;
  expectSame(
    `promptfoo runs ${format}`,
    { successes, failures, errors },
    { successes: (rows * 2) / 3, failures: 0, errors: 0 },
  );
  const words = results.results.map(({ response }) => response?.output ?? '');
  expectSame(
    `promptfoo fills in no template of ${format}`,
    words.some((one) => one.includes('{{ env.HOME }} {% raw %} {# note #}')),
    true,
  );
}

async function duckdb(csv: string, parquet: string): Promise<void> {
  const { DuckDBInstance } = createRequire(join(readers, 'package.json'))('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const ask = async (from: string) => {
    const reader = await connection.runAndReadAll(
      `select count(*)::int n, count(distinct id)::int ids, sum(turn)::int turns, count(better_answer)::int better,
         min("at")::varchar as begun from ${from}`,
    );
    return reader.getRowObjectsJson()[0];
  };
  const wanted = {
    n: count,
    ids: count,
    turns: (count * (count + 1)) / 2,
    better: Math.floor((count * 2) / 3),
    begun: '2023-11-14 22:13:20',
  };
  const parquetSeen = await ask(`read_parquet('${parquet}')`);
  expectSame(
    'DuckDB reads Parquet',
    { ...parquetSeen, begun: String(parquetSeen.begun).slice(0, 19) },
    wanted,
  );
  const csvSeen = await ask(
    `read_csv('${csv}', header = true, quote = '"', escape = '"', new_line = '\\r\\n')`,
  );
  expectSame('DuckDB reads CSV', { ...csvSeen, begun: String(csvSeen.begun).slice(0, 19) }, wanted);
}

const pythonProgram = `
import csv, sys
with open(sys.argv[1], encoding='utf-8-sig', newline='') as file:
    rows = list(csv.DictReader(file))
print(len(rows), len({row['id'] for row in rows}), sum(int(row['turn']) for row in rows))
`;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-exports-'));
  try {
    const csv = join(folder, 'feedback.csv');
    const parquet = join(folder, 'feedback.parquet');
    await write(csv, 'csv', count);
    await write(parquet, 'parquet', count);
    const python = await run('python3', ['-c', pythonProgram, csv]).catch((error: unknown) => {
      if (Object(error).code !== 'ENOENT') throw error;
      return null;
    });
    if (python === null) console.log('skipped Python: there is no python3 here');
    else
      expectSame(
        "Python's csv reads CSV",
        python.stdout.trim(),
        `${count} ${count} ${(count * (count + 1)) / 2}`,
      );
    const why = await install().then(
      () => null,
      (error: unknown) =>
        String(Object(error).stderr ?? error)
          .trim()
          .split('\n')[0],
    );
    if (why !== null) {
      console.log(`skipped promptfoo and DuckDB: they could not be installed (${why})`);
      return;
    }
    await duckdb(csv, parquet);
    await promptfoo(folder, 'promptfoo-yaml', 'yaml');
    await promptfoo(folder, 'promptfoo-csv', 'csv');
    await promptfoo(folder, 'promptfoo-jsonl', 'jsonl');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
