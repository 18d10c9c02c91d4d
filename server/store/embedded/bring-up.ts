import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Binaries, useYourOwn } from './binaries.ts';
import { adminUser, type Cluster } from './cluster.ts';
import { codeOf, EmbeddedPostgresError, messageOf } from './error.ts';
import { livingOwner } from './owner.ts';
import {
  clearReusedPidFile,
  isPostmaster,
  readPidFile,
  type SpawnedPostmaster,
  socketPort,
  spawnPostmaster,
  stopPostmaster,
} from './postmaster.ts';
import { chooseSocketDir } from './socket-dir.ts';

export interface BringUp {
  cluster: Cluster;
  binaries: Binaries;
  password: string;
  applicationName: string;
  onProgress: (line: string) => void;
  /** how long a PostgreSQL may answer nothing at all before it counts as stuck */
  silentLimitMs: number;
  signal: AbortSignal;
}

/** A PostgreSQL that answers, seen through a connection of its superuser to the database `postgres`. */
export interface RunningCluster {
  client: pg.Client;
  socketDir: string;
  /** it ran before we came, or another start was faster */
  isAdopted: boolean;
}

type Reply =
  | { kind: 'connected'; client: pg.Client }
  /** PostgreSQL itself answers, but lets nobody in yet: it starts, recovers, stops or is full */
  | { kind: 'busy'; reason: string }
  | { kind: 'silent'; reason: string };

const recoveryLimitMs = 10 * 60_000;
const connectTimeoutMs = 5_000;
const maxSpawns = 5;
const pollMs = 20;

/**
 * Connects to the cluster's PostgreSQL, and starts it first if it does not run. A connection that our password opens
 * is the only proof of a running one: it holds across containers that share a volume, where process ids do not.
 * @throws EmbeddedPostgresError `start_failed` (with the last lines of the log), `data_dir_in_use`,
 *   `data_dir_foreign`; the signal's reason when it is aborted
 */
export async function bringUp(options: BringUp): Promise<RunningCluster> {
  const { cluster, binaries, onProgress, signal } = options;
  const socketDir = await chooseSocketDir(cluster);
  const begunAt = performance.now();
  let lastAnswerAt = begunAt;
  let spawned: SpawnedPostmaster | undefined;
  let spawns = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const pidFile = await readPidFile(cluster);
      const where = pidFile?.socketDir || socketDir;
      const reply = await tryConnect(options, where);
      if (reply.kind === 'connected') {
        // read again: the file may be newer than our look at it
        const isAdopted = spawned === undefined || (await readPidFile(cluster))?.pid !== spawned.pid;
        return { client: reply.client, socketDir: where, isAdopted };
      }
      if (reply.kind === 'busy') {
        lastAnswerAt = performance.now();
        if (lastAnswerAt - begunAt > recoveryLimitMs) throw await startFailed(options, spawned, reply.reason);
      } else if (!spawned?.isRunning() && !(pidFile && (await isPostmaster(pidFile.pid, cluster)))) {
        if (spawned) {
          const words = await spawned.lastWords();
          // only these two pass: a number that went to another process, and children of a killed PostgreSQL
          const canPass = /lock file|shared memory block/.test(words) && spawns < maxSpawns;
          if (!canPass) throw await startFailed(options, spawned, 'it ended at once');
          if (pidFile) await clearReusedPidFile(cluster, pidFile);
          await sleep(200);
        } else {
          onProgress('Starting PostgreSQL');
        }
        spawned = await spawnPostmaster(cluster, binaries, socketDir);
        spawns += 1;
        lastAnswerAt = performance.now();
      } else if (performance.now() - lastAnswerAt > options.silentLimitMs) {
        if (spawned?.isRunning() || !pidFile) throw await startFailed(options, spawned, reply.reason);
        await stopStuck(options, pidFile.pid);
        lastAnswerAt = performance.now();
      }
      await sleep(pollMs);
    }
  } catch (error) {
    // nobody would ever stop it
    if (spawned?.isRunning() && spawned.pid) await stopPostmaster(spawned.pid, cluster, connectTimeoutMs);
    throw error;
  }
}

async function stopStuck({ cluster, onProgress }: BringUp, pid: number): Promise<void> {
  const owner = await livingOwner(cluster);
  // its socket may only have been swept from the temporary folder: the server that uses it is well
  if (owner !== undefined) throw inUse(cluster, owner);
  onProgress(
    `The PostgreSQL that an earlier server left running (process ${pid}) does not answer; stopping it`,
  );
  if (await stopPostmaster(pid, cluster, 10_000)) return;
  throw new EmbeddedPostgresError(
    'start_failed',
    `A PostgreSQL that does not answer holds ${cluster.dir} and could not be stopped. Stop process ${pid} by hand.`,
  );
}

/** The refusal of a second server. */
export function inUse({ dataDir }: Cluster, ownerPid: number | undefined): EmbeddedPostgresError {
  const who =
    ownerPid === undefined ? 'Another Handrail server' : `Another Handrail server (process ${ownerPid})`;
  return new EmbeddedPostgresError(
    'data_dir_in_use',
    `${who} is using the data directory ${dataDir}. Stop it first, or set HANDRAIL_DATA to another directory. ` +
      'To run several servers on the same data, set DATABASE_URL to one PostgreSQL for all of them.',
  );
}

async function startFailed(
  { cluster }: BringUp,
  spawned: SpawnedPostmaster | undefined,
  reason: string,
): Promise<EmbeddedPostgresError> {
  const words = spawned ? await spawned.lastWords() : '';
  return new EmbeddedPostgresError(
    'start_failed',
    `PostgreSQL did not start in ${cluster.dir} (${reason}).` +
      `${words ? ` Its last lines in ${cluster.logFile}:\n${words}` : ` See ${cluster.logFile}.`}\n` +
      `If this cannot be mended, ${useYourOwn}.`,
  );
}

async function tryConnect(options: BringUp, socketDir: string): Promise<Reply> {
  const client = new pg.Client({
    host: socketDir,
    port: socketPort,
    user: adminUser,
    password: options.password,
    database: 'postgres',
    application_name: options.applicationName,
    connectionTimeoutMillis: Math.min(connectTimeoutMs, options.silentLimitMs),
    // said outright: a PGSSLMODE of the person's shell would have the driver ask for TLS on a unix socket
    ssl: false,
  });
  // a connection that breaks later tells so by 'end'; without a listener 'error' would end the process
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { kind: 'connected', client };
  } catch (error) {
    void client.end().catch(() => undefined);
    return judge(error, options.cluster);
  }
}

function judge(error: unknown, cluster: Cluster): Reply {
  const code = codeOf(error);
  const reason = messageOf(error);
  if (code === '28P01' || code === '28000') {
    throw new EmbeddedPostgresError(
      'data_dir_foreign',
      `The PostgreSQL in ${cluster.dir} does not accept the password in ${cluster.passwordFile} (${reason}). ` +
        'Put the right one back, or set HANDRAIL_DATA to another directory.',
      { cause: error },
    );
  }
  // five characters are PostgreSQL's own codes (57P03 starting or stopping, 53300 full): somebody is there
  if (/^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)) return { kind: 'busy', reason };
  return { kind: 'silent', reason };
}
