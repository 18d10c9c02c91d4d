import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, vi } from 'vitest';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  openEmbeddedPostgres,
} from '../../server/store/embedded-postgres.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const isRoot = process.getuid?.() === 0;
export const nobody = 65534;
export const fixture = join(import.meta.dirname, '..', 'support', 'hold-embedded-postgres.ts');
export const canNobodyRunUs =
  isRoot &&
  spawnSync(process.execPath, ['--check', fixture], { uid: nobody, gid: nobody, cwd: '/' }).status === 0;
export const needsRoot = isRoot ? '' : ' (skipped: needs root, to have a second user)';
export const needsNobody = canNobodyRunUs
  ? ''
  : ' (skipped: needs root, and a project that every user can enter)';

export const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A fresh folder that every user can enter; whatever still runs on it in the end is killed. */
export async function makeFolder(): Promise<string> {
  const folder = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'handrail-test-')));
  await fs.chmod(folder, 0o755);
  closers.push(async () => {
    const names = await fs.readdir(folder, { recursive: true });
    for (const name of names.filter((path) => basename(path) === 'postmaster.pid')) {
      const pid = await postmasterPid(dirname(dirname(join(folder, name))));
      const args = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (args.includes(folder)) process.kill(pid, 'SIGKILL');
    }
    await fs.rm(folder, { recursive: true, force: true });
  });
  return folder;
}

export async function open(...args: Parameters<typeof openEmbeddedPostgres>): Promise<EmbeddedPostgres> {
  const postgres = await openEmbeddedPostgres(...args);
  closers.push(() => postgres.stop());
  return postgres;
}

export async function refusal(
  ...args: Parameters<typeof openEmbeddedPostgres>
): Promise<EmbeddedPostgresError> {
  const error: unknown = await open(...args).then(
    () => new Error('it was opened'),
    (reason: unknown) => reason,
  );
  if (error instanceof EmbeddedPostgresError) return error;
  throw error;
}

type Connection = EmbeddedPostgres['connection'];

export async function query<Row extends pg.QueryResultRow>(
  connection: Connection,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export const remember = (connection: Connection) =>
  query(connection, `create table kept (word text); insert into kept values ('still here')`);
export const recall = async (connection: Connection) =>
  (await query<{ word: string }>(connection, 'select word from kept')).map((row) => row.word);

export async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await fs.readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A process that has ended but that nobody has collected (a container without an init) runs no more. */
export function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

export interface Held {
  child: ChildProcessWithoutNullStreams;
  said: { opened: boolean; adopted?: boolean; connection?: Connection; code?: string; message?: string };
}

/** Opens the data directory in a process of its own, in a process group of its own. */
export async function openElsewhere(dataDir: string, uid?: number): Promise<Held> {
  const child = spawn(process.execPath, [fixture, dataDir], {
    detached: true,
    cwd: '/',
    ...(uid && { uid, gid: uid }),
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  closers.push(() => end(child, 'SIGKILL'));
  for await (const line of createInterface(child.stdout)) return { child, said: JSON.parse(line) };
  throw new Error(`the process said nothing: ${complaints}`);
}

export async function end(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const ended = once(child, 'exit');
  // the whole group, as a terminal does with Ctrl+C
  process.kill(-child.pid, signal);
  await ended;
}

export async function leaveRunning(dataDir: string, signal: NodeJS.Signals): Promise<number> {
  const { child, said } = await openElsewhere(dataDir);
  if (!said.connection) throw new Error(said.message);
  await remember(said.connection);
  await end(child, signal);
  return await postmasterPid(dataDir);
}

/** Name, mode, owner and content of everything in a folder (a socket has a name only). */
export async function fingerprint(folder: string): Promise<Record<string, string>> {
  const prints: Record<string, string> = {};
  for (const name of (await fs.readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    const { mode, uid, gid, ...kind } = await fs.lstat(path).then((found) => ({
      mode: found.mode,
      uid: found.uid,
      gid: found.gid,
      isFile: found.isFile(),
    }));
    const content = kind.isFile
      ? createHash('sha256')
          .update(await fs.readFile(path))
          .digest('hex')
      : '';
    prints[name] = `${mode} ${uid} ${gid} ${content}`;
  }
  return prints;
}
