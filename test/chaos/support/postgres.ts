import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../server/store/embedded-postgres.ts';
import { makeDataDir } from './stage.ts';

/** A PostgreSQL of our own, to be taken away from servers that know it by its address alone. */
export interface OwnPostgres {
  readonly url: string;
  /** A fast shutdown: every connection is told, and nobody gets in any more. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Halts every process of it: connections stay open, and nothing is answered. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(): Promise<OwnPostgres> {
  const dataDir = await makeDataDir();
  let running: EmbeddedPostgres = await openEmbeddedPostgres({ dataDir });
  let frozen: number[] = [];
  const { host, port, user, password, database } = running.connection;
  const credentials = `${user}:${encodeURIComponent(password)}`;
  const thaw = async () => {
    for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
  };
  return {
    // The host of the authority is only there because an address needs one: the socket's folder is what counts.
    url: `postgres://${credentials}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    stop: () => running.stop(),
    async start() {
      running = await openEmbeddedPostgres({ dataDir });
    },
    async freeze() {
      const postmaster = Number(
        (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0],
      );
      // First of all the one that would start new ones.
      process.kill(postmaster, 'SIGSTOP');
      frozen = [postmaster];
      for (const pid of await childrenOf(postmaster)) {
        process.kill(pid, 'SIGSTOP');
        frozen.push(pid);
      }
    },
    thaw,
    async close() {
      await thaw();
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const rows = stdout.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []));
}
