import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Binaries, postgresMajor, useYourOwn } from './binaries.ts';
import { codeOf, EmbeddedPostgresError, messageOf } from './error.ts';
import { type OsUser, runCommand } from './os-user.ts';

/** The paths of one embedded PostgreSQL, and who runs it. */
export interface Cluster {
  /** canonical: two names of one directory must lead to one cluster */
  dataDir: string;
  /** PostgreSQL's own data directory, owned by `user` */
  dir: string;
  passwordFile: string;
  logFile: string;
  /** names the server that holds the data directory, see owner.ts */
  ownerFile: string;
  user: OsUser | undefined;
}

/** The superuser of the cluster: ours alone, for the lock and for making the database. The pool never gets it. */
export const adminUser = 'postgres';

const temporaryPrefix = 'postgres.init-';
const abandonedAfterMs = 10 * 60_000;

export function clusterIn(dataDir: string, user: OsUser | undefined): Cluster {
  const dir = clusterDirIn(dataDir);
  return {
    dataDir,
    dir,
    // inside the cluster, so that both come into being with one rename and can never belong to different makers
    passwordFile: join(dir, 'handrail.password'),
    logFile: join(dataDir, 'postgres.log'),
    ownerFile: join(dataDir, 'server.pid'),
    user,
  };
}

export function clusterDirIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Makes the cluster unless there is one, and checks that the one there is can be ours.
 * @throws EmbeddedPostgresError `data_dir_unreachable`, `data_dir_foreign`, `init_failed`
 */
export async function ensureCluster(
  cluster: Cluster,
  binaries: Binaries,
  onProgress: (line: string) => void,
): Promise<void> {
  const version = await readIfThere(join(cluster.dir, 'PG_VERSION'));
  if (version === undefined) {
    await createCluster(cluster, binaries, onProgress);
  } else if (version.trim() !== String(postgresMajor)) {
    throw new EmbeddedPostgresError(
      'data_dir_foreign',
      `The database in ${cluster.dir} was made by PostgreSQL ${version.trim()}, and this Handrail brings ` +
        `${postgresMajor}. Start the Handrail that made it and move its data with "handrail backup", ` +
        'or set HANDRAIL_DATA to another directory.',
    );
  }
}

/** @throws EmbeddedPostgresError `data_dir_foreign` when the cluster is not one of ours */
export async function readPassword(cluster: Cluster): Promise<string> {
  const password = await readIfThere(cluster.passwordFile);
  if (password?.trim()) return password.trim();
  throw new EmbeddedPostgresError(
    'data_dir_foreign',
    `There is a PostgreSQL cluster in ${cluster.dir}, but its password file ${cluster.passwordFile} is missing. ` +
      'Put it back from a backup, or set HANDRAIL_DATA to another directory.',
  );
}

async function createCluster(
  cluster: Cluster,
  binaries: Binaries,
  onProgress: (line: string) => void,
): Promise<void> {
  const begunAt = performance.now();
  onProgress(`Making a new PostgreSQL ${postgresMajor} database in ${cluster.dir}`);
  let temporary: string | undefined;
  try {
    await makeDataDir(cluster);
    await removeAbandoned(cluster.dataDir);
    temporary = await mkdtemp(join(cluster.dataDir, temporaryPrefix));
    await giveTo(temporary, cluster.user);
    const made = await runInitdb(temporary, binaries, cluster.user);
    const isFirst = await moveIntoPlace(made, cluster);
    const took = ((performance.now() - begunAt) / 1000).toFixed(1);
    onProgress(
      isFirst ? `Made the database in ${took} s` : 'Another start made the database first; using that one',
    );
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      'data_dir_unreachable',
      `The data directory ${cluster.dataDir} cannot be used: ${messageOf(error)}. ` +
        'Set HANDRAIL_DATA to a directory that can be written to.',
      { cause: error },
    );
  } finally {
    if (temporary) await rm(temporary, { recursive: true, force: true });
  }
}

/** Only folders that we make get their mode from us; the umask may be too strict for PostgreSQL's own user. */
async function makeDataDir({ dataDir, user }: Cluster): Promise<void> {
  const firstMade = await mkdir(dataDir, { recursive: true });
  if (firstMade === undefined) return;
  await chmod(dataDir, user ? 0o711 : 0o700);
  for (let path = dirname(dataDir); path.startsWith(firstMade); path = dirname(path))
    await chmod(path, 0o755);
}

async function runInitdb(temporary: string, binaries: Binaries, user: OsUser | undefined): Promise<string> {
  const target = join(temporary, 'data');
  const passwordFile = join(temporary, 'password');
  const password = randomBytes(32).toString('base64url');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  await giveTo(passwordFile, user);
  let output = '';
  // The built-in provider sorts and changes case alike on every system. Which characters are letters, for pg_trgm
  // and text search, still comes from the system's LC_CTYPE: with plain C, "größe" would fall apart at its ö.
  for (const characterType of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const result = await runCommand(binaries.initdb, initdbArgs(target, passwordFile, characterType), user);
    if (result.exitCode === 0) {
      await writeDurably(join(target, 'handrail.password'), `${password}\n`, user);
      return target;
    }
    output = result.output;
    if (!/invalid locale name/.test(output)) break;
    await rm(target, { recursive: true, force: true });
  }
  throw new EmbeddedPostgresError(
    'init_failed',
    `PostgreSQL could not make its database in ${dirname(temporary)}:\n${lastLines(output)}\n` +
      `Free some space there or set HANDRAIL_DATA to another directory, or ${useYourOwn}.`,
  );
}

function initdbArgs(target: string, passwordFile: string, characterType: string): string[] {
  const settings = {
    // small on purpose: it shares the machine with the server
    max_connections: '60',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '512MB',
    // an export must not take both cores from the chat, nor overflow the 64 MB /dev/shm of a container
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    io_method: 'sync',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // no DETAIL lines: they quote the values of rows, which are people's words
    log_error_verbosity: 'terse',
  };
  return [
    ...[
      '-D',
      target,
      '-U',
      adminUser,
      '--pwfile',
      passwordFile,
      '--auth',
      'scram-sha-256',
      '--no-instructions',
    ],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...['--locale', 'C', '--lc-ctype', characterType],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Tells whether ours became the cluster; false when another start was faster, whose cluster then stands. */
async function moveIntoPlace(made: string, { dir, dataDir }: Cluster): Promise<boolean> {
  try {
    // atomic, and refused by the system when a filled folder of that name is already there
    await rename(made, dir);
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    if ((await readIfThere(join(dir, 'PG_VERSION'))) !== undefined) return false;
    throw new EmbeddedPostgresError(
      'data_dir_foreign',
      `${dir} is not empty and holds no PostgreSQL cluster. Move it away, or set HANDRAIL_DATA to another directory.`,
    );
  }
  await syncFolder(dir);
  // PostgreSQL syncs what is in its folder, never the folder's own name: without this a power cut could take it all
  await syncFolder(dataDir);
  return true;
}

/** Removes what a killed initdb left. Young folders stay: another start may be at work in them. */
async function removeAbandoned(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(dataDir, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

async function writeDurably(path: string, text: string, user: OsUser | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (user) await file.chown(user.uid, user.gid);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function giveTo(path: string, user: OsUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export function lastLines(text: string, count = 12): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
