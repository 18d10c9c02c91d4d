import { resolve } from 'node:path';
import pg from 'pg';
import { binariesIn, locateBinaries } from './embedded/binaries.ts';
import type { BringUp, RunningCluster } from './embedded/bring-up.ts';
import { type Cluster, clusterDirIn, clusterIn, ensureCluster, readPassword } from './embedded/cluster.ts';
import { codeOf } from './embedded/error.ts';
import { isLastToLeave, join, rejoin } from './embedded/lock.ts';
import { findDatabaseUser } from './embedded/os-user.ts';
import { removeOwner } from './embedded/owner.ts';
import { isPostmaster, readPidFile, socketPort, stopPostmaster } from './embedded/postmaster.ts';
import { canonicalPath, checkReach } from './embedded/reach.ts';
import { removeSocketDir } from './embedded/socket-dir.ts';

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded/error.ts';

/** A real PostgreSQL 18 of our own in the data directory, reached over a unix socket. */
export interface EmbeddedPostgres {
  /** node-postgres pool settings; `host` is the socket's folder. The user owns the database and is no superuser. */
  readonly connection: { host: string; port: number; user: string; password: string; database: string };
  /** an already running cluster of ours was taken over */
  readonly adopted: boolean;
  /**
   * Fast shutdown: ends every connection (close pools before), waits until PostgreSQL has ended, frees the data
   * directory. Idempotent. Opened with `lock: false`, it stops PostgreSQL only when nobody else is using it.
   */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** made if absent; holds `postgres/` (the cluster), `postgres.log` and, while a server runs, `server.pid` */
  dataDir: string;
  /** lines for a person: what is being done, and trouble with holding the data directory later on */
  onProgress?: (line: string) => void;
  /** default true: be the one server of this data directory. False: a tool that joins a running server, if any */
  lock?: boolean;
}

/** Only for tests: what the machine, or patience, would otherwise decide. */
interface Circumstances {
  platform?: string;
  arch?: string;
  nativeDir?: string;
  silentLimitMs?: number;
}

const databaseName = 'handrail';
const databaseUser = 'handrail';
const stopGraceMs = 30_000;

/**
 * Opens the embedded PostgreSQL of a data directory: makes it, starts it, or takes over one left by a killed server.
 * Resolves when connections are accepted and the database is there. Refusals change no byte of the data directory.
 * @throws EmbeddedPostgresError whose message tells what to set or do
 */
export async function openEmbeddedPostgres(
  { dataDir, onProgress = () => undefined, lock = true }: EmbeddedPostgresOptions,
  { platform = process.platform, arch = process.arch, nativeDir, silentLimitMs = 30_000 }: Circumstances = {},
): Promise<EmbeddedPostgres> {
  const binaries = nativeDir ? binariesIn(nativeDir) : locateBinaries(platform, arch);
  const canonicalDir = await canonicalPath(resolve(dataDir));
  const user = await findDatabaseUser(clusterDirIn(canonicalDir));
  await checkReach(canonicalDir, binaries, user);
  const cluster = clusterIn(canonicalDir, user);
  await ensureCluster(cluster, binaries, onProgress);
  const aborter = new AbortController();
  const bringUp: BringUp = {
    cluster,
    binaries,
    password: await readPassword(cluster),
    applicationName: `handrail ${lock ? 'server' : 'tool'} ${process.pid}`,
    onProgress,
    silentLimitMs,
    signal: aborter.signal,
  };
  const running = await join(bringUp, lock);
  if (running.isAdopted && lock) onProgress('Took over the PostgreSQL that was left running');
  try {
    await ensureDatabase(running.client, bringUp.password);
  } catch (error) {
    // frees the lock; PostgreSQL itself stays, for the next start to take over
    await running.client.end();
    throw error;
  }
  const hold = lock ? holdLock(running, bringUp) : undefined;
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    aborter.abort();
    const client = hold ? await hold.release() : running.client;
    if (hold || (await isLastToLeave(client))) await shutDown(cluster, onProgress);
    // after PostgreSQL, whose end ends it as well: until then nobody else may come in
    await client.end();
    if (hold) await removeOwner(cluster);
    await removeSocketDir(running.socketDir, cluster);
  }

  return {
    connection: {
      host: running.socketDir,
      port: socketPort,
      user: databaseUser,
      password: bringUp.password,
      database: databaseName,
    },
    adopted: running.isAdopted,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Watches the connection that carries the server's lock, and takes the lock again when it breaks. */
function holdLock(first: RunningCluster, bringUp: BringUp): { release(): Promise<pg.Client> } {
  let client = first.client;
  let rejoining: Promise<void> | undefined;
  function watch(): void {
    client.once('end', () => {
      if (!bringUp.signal.aborted) rejoining = takeAgain();
    });
  }
  async function takeAgain(): Promise<void> {
    try {
      client = (await rejoin(bringUp, bringUp.onProgress)).client;
      watch();
    } catch (error) {
      // stop() has ended the attempts; anything else has been told through onProgress and tried again
      if (!bringUp.signal.aborted) throw error;
    }
  }
  watch();
  return {
    async release() {
      await rejoining;
      return client;
    },
  };
}

/**
 * The application's own role and database. The role is no superuser: a hole in a query must not reach the files and
 * programs of the machine, nor pass by row security.
 */
async function ensureDatabase(client: pg.Client, password: string): Promise<void> {
  const { rows } = await client.query<{ has_role: boolean; has_database: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as has_role,
            exists (select from pg_database where datname = $2) as has_database`,
    [databaseUser, databaseName],
  );
  const make = async (isThere: boolean | undefined, statement: string) => {
    if (isThere) return;
    try {
      await client.query(statement);
    } catch (error) {
      // a tool and a server at once: the other was faster (42710 role, 42P04 database, 23505 either)
      if (!['42710', '42P04', '23505'].includes(codeOf(error))) throw error;
    }
  };
  const name = pg.escapeIdentifier;
  const secret = pg.escapeLiteral(password);
  await make(rows[0]?.has_role, `create role ${name(databaseUser)} login createdb password ${secret}`);
  await make(rows[0]?.has_database, `create database ${name(databaseName)} owner ${name(databaseUser)}`);
}

async function shutDown(cluster: Cluster, onProgress: (line: string) => void): Promise<void> {
  const pid = (await readPidFile(cluster))?.pid;
  if (pid === undefined || !(await isPostmaster(pid, cluster))) return;
  onProgress('Stopping PostgreSQL');
  if (!(await stopPostmaster(pid, cluster, stopGraceMs))) {
    onProgress(`PostgreSQL (process ${pid}) did not stop`);
  }
}
