import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  openEmbeddedPostgres,
} from '../../server/store/embedded-postgres.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const isRoot = process.getuid?.() === 0;
const nobody = 65534;
const fixture = join(import.meta.dirname, '..', 'support', 'hold-embedded-postgres.ts');
const canNobodyRunUs =
  isRoot &&
  spawnSync(process.execPath, ['--check', fixture], { uid: nobody, gid: nobody, cwd: '/' }).status === 0;
const needsRoot = isRoot ? '' : ' (skipped: needs root, to have a second user)';
const needsNobody = canNobodyRunUs ? '' : ' (skipped: needs root, and a project that every user can enter)';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A fresh folder that every user can enter; whatever still runs on it in the end is killed. */
async function makeFolder(): Promise<string> {
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

async function open(...args: Parameters<typeof openEmbeddedPostgres>): Promise<EmbeddedPostgres> {
  const postgres = await openEmbeddedPostgres(...args);
  closers.push(() => postgres.stop());
  return postgres;
}

async function refusal(...args: Parameters<typeof openEmbeddedPostgres>): Promise<EmbeddedPostgresError> {
  const error: unknown = await open(...args).then(
    () => new Error('it was opened'),
    (reason: unknown) => reason,
  );
  if (error instanceof EmbeddedPostgresError) return error;
  throw error;
}

type Connection = EmbeddedPostgres['connection'];

async function query<Row extends pg.QueryResultRow>(connection: Connection, sql: string): Promise<Row[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const remember = (connection: Connection) =>
  query(connection, `create table kept (word text); insert into kept values ('still here')`);
const recall = async (connection: Connection) =>
  (await query<{ word: string }>(connection, 'select word from kept')).map((row) => row.word);

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await fs.readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A process that has ended but that nobody has collected (a container without an init) runs no more. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

interface Held {
  child: ChildProcessWithoutNullStreams;
  said: { opened: boolean; adopted?: boolean; connection?: Connection; code?: string; message?: string };
}

/** Opens the data directory in a process of its own, in a process group of its own. */
async function openElsewhere(dataDir: string, uid?: number): Promise<Held> {
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

async function end(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const ended = once(child, 'exit');
  // the whole group, as a terminal does with Ctrl+C
  process.kill(-child.pid, signal);
  await ended;
}

async function leaveRunning(dataDir: string, signal: NodeJS.Signals): Promise<number> {
  const { child, said } = await openElsewhere(dataDir);
  if (!said.connection) throw new Error(said.message);
  await remember(said.connection);
  await end(child, signal);
  return await postmasterPid(dataDir);
}

/** Name, mode, owner and content of everything in a folder (a socket has a name only). */
async function fingerprint(folder: string): Promise<Record<string, string>> {
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

describe('a new data directory', () => {
  it('gets a database that keeps its data over a stop', async () => {
    // characters that mean something in PostgreSQL's list of socket folders
    const dataDir = join(await makeFolder(), 'a "b", c', 'data');
    const first = await open({ dataDir });
    expect(first.adopted).toBe(false);
    await remember(first.connection);
    await Promise.all([first.stop(), first.stop()]);
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
    expect((await fs.readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);

    const second = await open({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await recall(second.connection)).toEqual(['still here']);
  });

  it('is closed to everybody else and open to nobody on the network', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const { connection } = await open({ dataDir });
    const modeOf = async (path: string) => (await fs.stat(path)).mode & 0o777;
    expect(await modeOf(join(dataDir, 'postgres'))).toBe(0o700);
    expect(await modeOf(join(dataDir, 'postgres', 'handrail.password'))).toBe(0o600);
    expect(await modeOf(join(dataDir, 'postgres.log'))).toBe(0o600);
    const settings = await query<{ listen: string; fsync: string; super: boolean }>(
      connection,
      `select current_setting('listen_addresses') as listen, current_setting('fsync') as fsync,
              (select rolsuper from pg_roles where rolname = current_user) as super`,
    );
    expect(settings).toEqual([{ listen: '', fsync: 'on', super: false }]);
    const wrong = { ...connection, password: randomBytes(32).toString('base64url') };
    await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('knows the letters of all languages, for search', async () => {
    const { connection } = await open({ dataDir: join(await makeFolder(), 'data') });
    await query(connection, 'create extension pg_trgm; create extension unaccent; create extension citext');
    const rows = await query(
      connection,
      `select lower('ÄÉΩ') as low, cardinality(show_trgm('ö')) as trigrams,
              to_tsvector('simple', 'Größe') @@ to_tsquery('simple', 'größe') as found`,
    );
    expect(rows).toEqual([{ low: 'äéω', trigrams: 2, found: true }]);
  });

  it('clears away what a killed initdb left, but not what another start is at work on', async () => {
    const folder = await makeFolder();
    const [old, young] = [join(folder, 'postgres.init-old'), join(folder, 'postgres.init-new')];
    await fs.mkdir(join(old, 'data'), { recursive: true });
    await fs.mkdir(young);
    await fs.utimes(old, new Date(0), new Date(0));
    await open({ dataDir: folder });
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it('works when its path is too long for a unix socket', async () => {
    const dataDir = join(await makeFolder(), 'd'.repeat(70), 'e'.repeat(70));
    await leaveRunning(dataDir, 'SIGKILL');
    const postgres = await open({ dataDir });
    const { host } = postgres.connection;
    expect(postgres.adopted).toBe(true);
    expect(host.startsWith(dataDir)).toBe(false);
    expect((await fs.stat(host)).mode & 0o777).toBe(0o700);
    expect(await recall(postgres.connection)).toEqual(['still here']);
    await postgres.stop();
    expect(existsSync(host)).toBe(false);
  });

  it('does not use a socket folder that somebody else has put in the temporary directory', async () => {
    const dataDir = join(await makeFolder(), 'd'.repeat(70), 'e'.repeat(70));
    const first = await open({ dataDir });
    const usual = first.connection.host;
    await first.stop();
    await fs.mkdir(usual);
    closers.push(() => fs.rm(usual, { recursive: true }));
    await fs.chmod(usual, 0o777);
    const second = await open({ dataDir });
    expect(second.connection.host).not.toBe(usual);
    expect(await query(second.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('a server that was killed', () => {
  it('leaves a PostgreSQL that the next start takes over, with its data', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const pid = await leaveRunning(dataDir, 'SIGKILL');
    const postgres = await open({ dataDir });
    expect(postgres.adopted).toBe(true);
    expect(await postmasterPid(dataDir)).toBe(pid);
    expect(isRunning(pid)).toBe(true);
    expect(await recall(postgres.connection)).toEqual(['still here']);
    await postgres.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it('by Ctrl+C in its terminal does not lose its PostgreSQL before it has drained', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const pid = await leaveRunning(dataDir, 'SIGINT');
    const postgres = await open({ dataDir });
    expect([postgres.adopted, await postmasterPid(dataDir)]).toEqual([true, pid]);
  });

  it('and whose PostgreSQL is stuck gets a new one, with its data', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const pid = await leaveRunning(dataDir, 'SIGKILL');
    process.kill(pid, 'SIGSTOP');
    const postgres = await open({ dataDir }, { silentLimitMs: 300 });
    expect(postgres.adopted).toBe(false);
    expect(await recall(postgres.connection)).toEqual(['still here']);
  });

  it('together with its PostgreSQL (a power cut) recovers', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const pid = await leaveRunning(dataDir, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    const postgres = await open({ dataDir });
    expect(postgres.adopted).toBe(false);
    expect(await recall(postgres.connection)).toEqual(['still here']);
  });

  it('does not stop the next start when its number has gone to another process', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const first = await open({ dataDir });
    await remember(first.connection);
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    const lockFile = join(first.connection.host, '.s.PGSQL.5432.lock');
    const [pidText, lockText] = await Promise.all([
      fs.readFile(pidFile, 'utf8'),
      fs.readFile(lockFile, 'utf8'),
    ]);
    await first.stop();
    const { uid, gid } = await fs.stat(join(dataDir, 'postgres'));
    const bystander = spawn('sleep', ['1000'], { uid, gid, cwd: '/' });
    closers.push(async () => bystander.kill());
    await once(bystander, 'spawn');
    for (const [path, text] of [[pidFile, pidText] as const, [lockFile, lockText] as const]) {
      await fs.writeFile(path, text.replace(/^\d+/, String(bystander.pid)), { mode: 0o600 });
      await fs.chown(path, uid, gid);
    }
    const second = await open({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await recall(second.connection)).toEqual(['still here']);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });
});

describe('a second server', () => {
  it('is refused and changes no byte', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const first = await open({ dataDir });
    await remember(first.connection);
    const admin = { ...first.connection, user: 'postgres', database: 'postgres' };
    await query(admin, 'checkpoint');
    // PostgreSQL's own housekeeping is halted, so that no file need be exempt: any change is the second server's
    const housekeepers = await query<{ pid: number }>(
      admin,
      `select pid from pg_stat_activity where backend_type in
         ('checkpointer', 'background writer', 'walwriter', 'autovacuum launcher', 'logical replication launcher')`,
    );
    expect(housekeepers).toHaveLength(5);
    for (const { pid } of housekeepers) process.kill(pid, 'SIGSTOP');
    closers.push(async () => {
      for (const { pid } of housekeepers) process.kill(pid, 'SIGCONT');
    });
    const before = await fingerprint(dataDir);

    const { said } = await openElsewhere(dataDir);
    const sameProcess = await refusal({ dataDir });

    expect(await fingerprint(dataDir)).toEqual(before);
    expect(Object.keys(before).length).toBeGreaterThan(500);
    for (const { code, message } of [said, sameProcess]) {
      expect(code).toBe('data_dir_in_use');
      expect(message).toContain(`process ${process.pid}`);
      expect(message).toContain('HANDRAIL_DATA');
    }
    expect(await recall(first.connection)).toEqual(['still here']);
  });

  it('is refused by another name of the same directory too', async () => {
    const folder = await makeFolder();
    await open({ dataDir: join(folder, 'data') });
    await fs.symlink(join(folder, 'data'), join(folder, 'alias'));
    expect((await refusal({ dataDir: join(folder, 'alias') })).code).toBe('data_dir_in_use');
  });

  it('does not stop a PostgreSQL that answers nobody while its server lives', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const { connection } = await open({ dataDir });
    const pid = await postmasterPid(dataDir);
    process.kill(pid, 'SIGSTOP');
    closers.push(async () => process.kill(pid, 'SIGCONT'));
    expect((await refusal({ dataDir }, { silentLimitMs: 300 })).code).toBe('data_dir_in_use');
    process.kill(pid, 'SIGCONT');
    expect(await query(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('that starts at the same moment loses or wins, and exactly one wins', async () => {
    const dataDir = join(await makeFolder(), 'data');
    // first with a cluster to make, then with one to start, then with one to take over
    for (const how of ['make', 'start', 'take over']) {
      const held = await Promise.all([1, 2, 3, 4].map(() => openElsewhere(dataDir)));
      const winners = held.filter(({ said }) => said.opened);
      expect(winners, how).toHaveLength(1);
      const codes = held.filter(({ said }) => !said.opened).map(({ said }) => said.code);
      expect(codes, how).toEqual(['data_dir_in_use', 'data_dir_in_use', 'data_dir_in_use']);
      const [winner] = winners;
      if (!winner?.said.connection) throw new Error('unreachable: there is one winner');
      if (how === 'make') await remember(winner.said.connection);
      expect(await recall(winner.said.connection)).toEqual(['still here']);
      if (how === 'start') {
        await end(winner.child, 'SIGKILL');
      } else {
        const ended = once(winner.child, 'exit');
        winner.child.stdin.end();
        expect(await ended).toEqual([0, null]);
      }
    }
  });
});

describe('the hold on the data directory', () => {
  it.each(['its connection', 'PostgreSQL itself'])('is taken again when %s is killed', async (victim) => {
    const dataDir = join(await makeFolder(), 'data');
    const { promise: isHeldAgain, resolve } = Promise.withResolvers<void>();
    const lines: string[] = [];
    const { connection } = await open({
      dataDir,
      onProgress: (line) => {
        lines.push(line);
        if (line.includes('held again')) resolve();
      },
    });
    const before = await postmasterPid(dataDir);
    if (victim === 'PostgreSQL itself') process.kill(before, 'SIGKILL');
    else {
      const admin = { ...connection, user: 'postgres', database: 'postgres' };
      const byName = `application_name = 'handrail server ${process.pid}'`;
      await query(admin, `select pg_terminate_backend(pid) from pg_stat_activity where ${byName}`);
    }
    await isHeldAgain;
    expect(lines.join('\n')).toContain('broke');
    expect((await openElsewhere(dataDir)).said.code).toBe('data_dir_in_use');
    expect(await query(connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('a tool', () => {
  it('joins a running server and leaves it running', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const server = await open({ dataDir });
    const tool = await open({ dataDir, lock: false });
    expect(tool.adopted).toBe(true);
    await remember(tool.connection);
    await tool.stop();
    expect(await recall(server.connection)).toEqual(['still here']);
  });

  it('starts PostgreSQL when no server runs, and the last one out stops it', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const first = await open({ dataDir, lock: false });
    const second = await open({ dataDir, lock: false });
    await remember(first.connection);
    await first.stop();
    expect(await recall(second.connection)).toEqual(['still here']);
    await second.stop();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('does not keep a server out, nor fails when that server stops PostgreSQL first', async () => {
    const dataDir = join(await makeFolder(), 'data');
    const tool = await open({ dataDir, lock: false });
    const server = await open({ dataDir });
    expect(server.adopted).toBe(true);
    await server.stop();
    await tool.stop();
  });
});

describe('a place where PostgreSQL cannot run', () => {
  it('without binaries for the platform names DATABASE_URL, and nothing is made', async () => {
    const dataDir = join(await makeFolder(), 'data');
    for (const platform of ['sunos', 'win32']) {
      const { code, message } = await refusal({ dataDir }, { platform });
      expect(code).toBe('platform_unsupported');
      expect(message).toContain('DATABASE_URL');
    }
    expect(existsSync(dataDir)).toBe(false);
  });

  it('as a file instead of a directory names HANDRAIL_DATA', async () => {
    const dataDir = join(await makeFolder(), 'data');
    await fs.writeFile(dataDir, 'mine');
    const { code, message } = await refusal({ dataDir });
    expect(code).toBe('data_dir_unreachable');
    expect(message).toContain('HANDRAIL_DATA');
    expect(await fs.readFile(dataDir, 'utf8')).toBe('mine');
  });

  it('as a folder with something else in it is left alone', async () => {
    const dataDir = await makeFolder();
    await fs.mkdir(join(dataDir, 'postgres'));
    await fs.writeFile(join(dataDir, 'postgres', 'diary.txt'), 'mine');
    const { code } = await refusal({ dataDir });
    expect(code).toBe('data_dir_foreign');
    expect(await fs.readdir(dataDir, { recursive: true })).toEqual(['postgres', 'postgres/diary.txt']);
  });

  it('by its settings shows the last lines of the log', async () => {
    const dataDir = join(await makeFolder(), 'data');
    await (await open({ dataDir })).stop();
    await fs.appendFile(join(dataDir, 'postgres', 'postgresql.conf'), "\nwal_level = 'nonsense'\n");
    const { code, message } = await refusal({ dataDir });
    expect(code).toBe('start_failed');
    expect(message).toContain('invalid value for parameter "wal_level"');
  });

  it.skipIf(!isRoot)(
    `behind a closed directory names HANDRAIL_DATA, and nothing is changed${needsRoot}`,
    async () => {
      const home = join(await makeFolder(), 'home');
      await fs.mkdir(join(home, 'data'), { recursive: true });
      await fs.chmod(home, 0o700);
      for (const dataDir of [join(home, 'data'), join(home, 'absent', 'data')]) {
        const before = await fingerprint(home);
        const { code, message } = await refusal({ dataDir });
        expect(code).toBe('data_dir_unreachable');
        expect(message).toContain(`cannot enter ${home},`);
        expect(message).toContain('HANDRAIL_DATA');
        expect(await fingerprint(home)).toEqual(before);
      }
    },
  );

  it.skipIf(!isRoot)(`by an install that its user cannot read says what to do${needsRoot}`, async () => {
    const folder = await makeFolder();
    const nativeDir = join(folder, 'project', 'native');
    await fs.mkdir(nativeDir, { recursive: true });
    await fs.chmod(join(folder, 'project'), 0o700);
    const { code, message } = await refusal({ dataDir: join(folder, 'data') }, { nativeDir });
    expect(code).toBe('install_unreachable');
    expect(message).toContain(join(folder, 'project'));
    expect(message).toContain('DATABASE_URL');
    expect(existsSync(join(folder, 'data'))).toBe(false);

    const both = await refusal({ dataDir: join(folder, 'project', 'data') }, { nativeDir });
    expect(both.code).toBe('data_dir_unreachable');
    expect(both.message).toContain('HANDRAIL_DATA');
    expect(both.message).toContain(nativeDir);
  });

  it('by an install that is not whole says so', async () => {
    const folder = await makeFolder();
    await fs.mkdir(join(folder, 'bin'));
    await fs.writeFile(
      join(folder, 'bin', 'postgres'),
      '#!/bin/sh\necho "libicuuc.so: not found" >&2\nexit 127\n',
      {
        mode: 0o755,
      },
    );
    const { code, message } = await refusal({ dataDir: join(folder, 'data') }, { nativeDir: folder });
    expect(code).toBe('start_failed');
    expect(message).toMatch(/libicuuc\.so: not found[\s\S]*npm rebuild[\s\S]*DATABASE_URL/);
  });
});

describe('another user than root', () => {
  it.skipIf(!canNobodyRunUs)(
    `has PostgreSQL run as that user, also when root comes later${needsNobody}`,
    async () => {
      const folder = await makeFolder();
      await fs.chown(folder, nobody, nobody);
      const { child, said } = await openElsewhere(join(folder, 'data'), nobody);
      if (!said.connection) throw new Error(said.message);
      await remember(said.connection);
      child.stdin.end();
      await once(child, 'exit');
      // a home of its own is closed to others: root must run PostgreSQL as the owner, not as its usual user
      await fs.chmod(folder, 0o700);
      const postgres = await open({ dataDir: join(folder, 'data') });
      expect(await recall(postgres.connection)).toEqual(['still here']);
      expect((await fs.stat(join(folder, 'data', 'postgres'))).uid).toBe(nobody);
    },
  );

  it.skipIf(!canNobodyRunUs)(`is told whose the database is when it is root's${needsNobody}`, async () => {
    const folder = await makeFolder();
    await (await open({ dataDir: folder })).stop();
    await fs.chown(folder, nobody, nobody);
    const { said } = await openElsewhere(folder, nobody);
    expect(said.code).toBe('data_dir_unreachable');
    expect(said.message).toMatch(/belongs to another user[\s\S]*HANDRAIL_DATA/);
  });
});
