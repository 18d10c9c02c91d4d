import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { type Cluster, lastLines, readIfThere } from './cluster.ts';
import { codeOf } from './error.ts';
import { commandEnv, runCommand } from './os-user.ts';
import { hasProc } from './owner.ts';

/** Only a part of the socket's file name: nothing listens on TCP. */
export const socketPort = 5432;

/** What postmaster.pid says; not proof that the process lives, see `isPostmaster`. */
export interface PidFile {
  pid: number;
  socketDir: string;
  text: string;
}

/** A postmaster that this process has spawned. */
export interface SpawnedPostmaster {
  readonly pid: number | undefined;
  isRunning(): boolean;
  /** the last lines it wrote to the log, or why it could not be spawned */
  lastWords(): Promise<string>;
}

const logRotatesAtBytes = 10 * 1024 * 1024;

export async function readPidFile({ dir }: Cluster): Promise<PidFile | undefined> {
  const text = await readIfThere(join(dir, 'postmaster.pid'));
  // pid, data directory, start time, port, socket directory, ...
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return text && Number.isInteger(pid) && pid > 1
    ? { pid, socketDir: lines[4]?.trim() ?? '', text }
    : undefined;
}

/** Whether `pid` is a living PostgreSQL on this cluster, and not another process that got the number later. */
export async function isPostmaster(pid: number, { dir }: Cluster): Promise<boolean> {
  if (hasProc) {
    // empty for a process that has ended and that nobody has collected (a container without an init)
    const args = (await readIfThere(`/proc/${pid}/cmdline`).catch(() => undefined))?.split('\0') ?? [];
    return (args[0] ?? '').endsWith('postgres') && args.includes(dir);
  }
  const { output } = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return output.includes('postgres') && output.includes(`-D ${dir} `);
}

/**
 * Spawns PostgreSQL on the cluster, in a session of its own: Ctrl+C in our terminal reaches only us, so that the
 * server can drain before its database goes. Does not wait until it answers.
 */
export async function spawnPostmaster(
  cluster: Cluster,
  binaries: Binaries,
  socketDir: string,
): Promise<SpawnedPostmaster> {
  const { dir, logFile, user } = cluster;
  await rotateLog(logFile);
  // never through a symbolic link: as root this would append to a file of the link's maker's choice
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const log = await open(logFile, flags, 0o600);
  try {
    const logBegin = (await log.stat()).size;
    const child = spawn(binaries.postgres, postmasterArgs(dir, socketDir), {
      cwd: dir,
      env: commandEnv(),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    return await watch(child, async () => {
      const written = await readFile(logFile);
      return lastLines(written.subarray(Math.min(logBegin, written.length)).toString());
    });
  } finally {
    await log.close();
  }
}

async function watch(child: ChildProcess, readLog: () => Promise<string>): Promise<SpawnedPostmaster> {
  let spawnError = '';
  let isRunning = true;
  child.once('exit', () => {
    isRunning = false;
  });
  child.unref();
  await new Promise<void>((resolve) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      isRunning = false;
      spawnError = error.message;
      resolve();
    });
  });
  return {
    pid: child.pid,
    isRunning: () => isRunning,
    lastWords: async () => spawnError || (await readLog()),
  };
}

function postmasterArgs(dir: string, socketDir: string): string[] {
  const settings = {
    // what safety rests on is said at every start; the rest stands in postgresql.conf, where it can be tuned
    listen_addresses: '',
    unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    port: String(socketPort),
    fsync: 'on',
    full_page_writes: 'on',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  return ['-D', dir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * Ends a running PostgreSQL and waits until it has ended: fast shutdown first; one that does not listen is cut off
 * (the next start recovers from its log); one that cannot listen is killed.
 * @returns false when it is still there in the end
 */
export async function stopPostmaster(pid: number, cluster: Cluster, graceMs: number): Promise<boolean> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', graceMs],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ];
  for (const [signal, patienceMs] of steps) {
    const until = performance.now() + patienceMs;
    // asked before each signal: the number may go to another process as soon as PostgreSQL has ended
    if (!(await isPostmaster(pid, cluster))) return true;
    send(pid, signal);
    // one that is halted (SIGSTOP) hears the others only after this
    send(pid, 'SIGCONT');
    while (performance.now() < until) {
      if (!(await isPostmaster(pid, cluster))) return true;
      await sleep(15);
    }
  }
  return !(await isPostmaster(pid, cluster));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // ended between the look and the signal: what we wanted
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/**
 * Removes a postmaster.pid whose number now belongs to another process: PostgreSQL sees the number alive and would
 * refuse to start for ever. (One whose process is gone it clears by itself.)
 */
export async function clearReusedPidFile(cluster: Cluster, stale: PidFile): Promise<void> {
  const pidFile = join(cluster.dir, 'postmaster.pid');
  // moved aside first and looked at there: between our look and now another start may have put its own in place,
  // and without that one two PostgreSQL could write the same files
  const aside = `${pidFile}.stale-${randomUUID()}`;
  try {
    await rename(pidFile, aside);
    if ((await readFile(aside, 'utf8')) !== stale.text) await link(aside, pidFile);
    await rm(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  }
  const socketLock = join(stale.socketDir || cluster.dir, `.s.PGSQL.${socketPort}.lock`);
  if (Number((await readIfThere(socketLock))?.split('\n')[0]) === stale.pid)
    await rm(socketLock, { force: true });
}

async function rotateLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > logRotatesAtBytes) await rename(logFile, `${logFile}.1`);
}
