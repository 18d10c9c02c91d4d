import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, inject } from 'vitest';
import { backup } from '../../server/cli/backup.ts';
import type { Command, Surroundings } from '../../server/cli/command.ts';
import { migrateTo } from '../../server/cli/migrate-to.ts';
import { restore } from '../../server/cli/restore.ts';
import { readConfig } from '../../server/config.ts';
import type { Contents, Progress } from '../../server/store/backup/contents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { createDatabase, type TestServer } from '../support/server.ts';
import { inDatabase } from './requests.ts';

export const never = new AbortController().signal;

const program = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

export const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** An empty database, dropped after the test. */
export async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  closers.push(drop);
  return url;
}

/** A folder of one's own, removed after the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'handrail-test-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const commands: Readonly<Record<string, Command<Surroundings>>> = {
  backup,
  restore,
  'migrate-to': migrateTo,
};

/** What `handrail …` does, within this process. */
export async function handrail(env: Record<string, string>, args: readonly string[]): Promise<Run> {
  let out = '';
  const print = (line: string) => {
    out += `${line}\n`;
  };
  try {
    const [name = '', ...more] = args;
    await commands[name]?.run({ config: readConfig(env), print, signal: never }, more);
    return { code: 0, out, err: '' };
  } catch (error) {
    return { code: 1, out, err: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

/** Runs `handrail …` as a program and waits for its end; `whileRunning` may send it a signal. */
export async function handrailProgram(
  env: Record<string, string>,
  args: readonly string[],
  whileRunning: (child: ChildProcess) => void = () => undefined,
): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  whileRunning(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Every row of every table, as PostgreSQL writes it: two databases with the same rows give the same. Not how far something was read. */
export async function everyRow(databaseUrl: string): Promise<Record<string, string[]>> {
  const tables = await inDatabase(
    databaseUrl,
    `select tablename as name from pg_tables where schemaname = 'public'
       and tablename !~ '^(kysely|search|insight)_|^weak_heads$'`,
  );
  const rows: Record<string, string[]> = {};
  for (const { name } of tables) {
    // as JSON, so that the order in which columns were added does not matter
    const found = await inDatabase(
      databaseUrl,
      `select to_jsonb(t)::text as row from "${name}" t order by 1`,
    );
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

export const silent: Progress & { contents?: Contents } = {
  begin(contents) {
    this.contents = contents;
  },
  advance: () => undefined,
};

/** Text that a careless copy would break. */
export const awkward = 'tab\there, line\nbreak, \\. and \\N, "quotes", ünïcödé 🙂, NULL';

/** A customer who asked the bot, said what was wrong, and talks to an agent now. */
export async function talk(server: TestServer, site: Site, cookie: string): Promise<TestCustomer> {
  const customer = await connectCustomer(server.url, site.key);
  const desk = await connectAgent(server.url, cookie);
  const asked = await customer.send('message:send', {
    text: awkward,
    context: { page: { url: 'https://shop.example/a', title: awkward } },
  });
  if (!asked.ok) throw new Error(asked.code);
  await customer.until('answer.ended');
  await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: ['wrong'], comment: awkward });
  await customer.send('handoff:request', {});
  await desk.watch(customer.conversationId);
  await desk.send('handoff:accept', customer.conversationId, {});
  await desk.send('note:add', customer.conversationId, { text: awkward });
  await desk.send('message:send', customer.conversationId, { text: 'Hello, I look.' });
  await customer.until('message.sent', (fact) => fact.text === 'Hello, I look.');
  desk.close();
  return customer;
}
