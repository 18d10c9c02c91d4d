import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { runCommand } from './os-user.ts';
import { socketPort } from './postmaster.ts';

/** What fits into sun_path with its closing zero byte. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/**
 * The folder for the cluster's unix socket: the cluster itself, or, when that path is too long for a socket, a
 * folder of mode 700 in the system's temporary directory that belongs to PostgreSQL's user.
 * @throws EmbeddedPostgresError `start_failed`
 */
export async function chooseSocketDir(cluster: Cluster): Promise<string> {
  if (doesFit(cluster.dir)) return cluster.dir;
  const name = `handrail-${createHash('sha256').update(cluster.dir).digest('hex').slice(0, 16)}`;
  const parents = [tmpdir(), '/tmp', '/var/tmp'];
  for (const parent of parents) {
    // one suffix longer than the name itself: mkdtemp may have to add six characters
    if (!doesFit(join(parent, `${name}-XXXXXX`)) || !(await canEnter(parent, cluster))) continue;
    return (await claim(join(parent, name), cluster)) ?? (await makeFresh(join(parent, `${name}-`), cluster));
  }
  throw new EmbeddedPostgresError(
    'start_failed',
    `The path ${cluster.dir} is too long for a unix socket (${longestSocketPath} bytes), and none of ` +
      `${parents.join(', ')} can hold the socket instead. Set HANDRAIL_DATA to a shorter path.`,
  );
}

/** Removes a folder that `chooseSocketDir` made, once PostgreSQL has left it. */
export async function removeSocketDir(socketDir: string, cluster: Cluster): Promise<void> {
  if (socketDir === cluster.dir) return;
  try {
    await rmdir(socketDir);
  } catch (error) {
    // a next PostgreSQL may already be in it
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
  }
}

export function socketPath(socketDir: string): string {
  return join(socketDir, `.s.PGSQL.${socketPort}`);
}

function doesFit(dir: string): boolean {
  return Buffer.byteLength(socketPath(dir)) <= longestSocketPath;
}

async function canEnter(parent: string, { user }: Cluster): Promise<boolean> {
  return (await runCommand('/bin/sh', ['-c', 'test -d "$1" -a -x "$1"', 'sh', parent], user)).exitCode === 0;
}

/** Undefined when somebody else has taken the name: anyone may make folders there, to catch our connections. */
async function claim(path: string, { user }: Cluster): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    if (user) await chown(path, user.uid, user.gid);
    return path;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(path);
  const isOurs = found.isDirectory() && found.uid === (user?.uid ?? process.getuid?.());
  return isOurs && (found.mode & 0o077) === 0 ? path : undefined;
}

async function makeFresh(prefix: string, { user }: Cluster): Promise<string> {
  const path = await mkdtemp(prefix);
  await chmod(path, 0o700);
  if (user) await chown(path, user.uid, user.gid);
  return path;
}
