import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

import {
  closers,
  end,
  fingerprint,
  isRunning,
  leaveRunning,
  makeFolder,
  open,
  openElsewhere,
  postmasterPid,
  query,
  recall,
  refusal,
  remember,
} from './embedded-postgres-stage.ts';

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
