import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type BringUp, bringUp, inUse, type RunningCluster } from './bring-up.ts';
import type { Cluster } from './cluster.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { livingOwner, writeOwner } from './owner.ts';

/** Session-level advisory locks of the database `postgres`: they end with their connection, however that ends. */
const lockSpace = 0x48524c;
const serverLock = 1;
const presenceLock = 2;

/** How long a lock whose server is dead, or whose tool is about to stop PostgreSQL, may stand in our way. */
const passingLockMs = 5_000;

/**
 * Brings the cluster up and joins it: as its one server (`isServer`), or as a tool beside whoever is there.
 * @throws EmbeddedPostgresError `data_dir_in_use`, and what `bringUp` throws
 */
export async function join(options: BringUp, isServer: boolean): Promise<RunningCluster> {
  let refusedSince: number | undefined;
  for (;;) {
    const running = await bringUp(options);
    try {
      const outcome = isServer ? await tryServerLock(running.client) : 'taken';
      if (outcome === 'taken') {
        await running.client.query('select pg_advisory_lock_shared($1, $2)', [lockSpace, presenceLock]);
        if (isServer) await writeOwner(options.cluster);
        return running;
      }
      refusedSince ??= performance.now();
      await refuseOrWait(options.cluster, outcome, performance.now() - refusedSince);
      await running.client.end();
    } catch (error) {
      await running.client.end().catch(() => undefined);
      // PostgreSQL was being stopped under us: come again, and start it anew
      if (!isConnectionLoss(error)) throw error;
    }
    await sleep(25);
  }
}

type Holder = 'server' | 'tool' | 'nobody';

async function tryServerLock(client: pg.Client): Promise<'taken' | Holder> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [
    lockSpace,
    serverLock,
  ]);
  if (rows[0]?.taken) return 'taken';
  const holders = await client.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and classid = $1 and objid = $2 and objsubid = 2 and granted`,
    [lockSpace, serverLock],
  );
  const name = holders.rows[0]?.name;
  if (name === undefined) return 'nobody';
  return name.startsWith('handrail tool') ? 'tool' : 'server';
}

/**
 * Refuses at once when a living server holds the lock. The lock of a server killed a moment ago is gone as soon as
 * PostgreSQL sees the closed socket, and a tool holds it only while it stops PostgreSQL: these are waited for.
 */
async function refuseOrWait(cluster: Cluster, holder: Holder, waitedMs: number): Promise<void> {
  const owner = holder === 'server' ? await livingOwner(cluster) : undefined;
  if (owner !== undefined || waitedMs > passingLockMs) throw inUse(cluster, owner);
}

/** A tool that leaves: true when nobody else is here, so that PostgreSQL may go too (nobody gets in meanwhile). */
export async function isLastToLeave(client: pg.Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_unlock_shared($1, $2)', [lockSpace, presenceLock]);
    const { rows } = await client.query<{ alone: boolean }>(
      `select case when pg_try_advisory_lock($1, $2) then pg_try_advisory_lock($1, $3) else false end as alone`,
      [lockSpace, serverLock, presenceLock],
    );
    return rows[0]?.alone === true;
  } catch (error) {
    // the server has stopped it already
    if (isConnectionLoss(error)) return false;
    throw error;
  }
}

/**
 * Keeps the server's lock: when its connection breaks, joins again (and starts PostgreSQL again if it died).
 * @param onLost told what happens, in words for a log
 */
export async function rejoin(options: BringUp, onLost: (line: string) => void): Promise<RunningCluster> {
  onLost('The connection that holds the data directory broke; taking it again');
  for (let attempt = 0; ; attempt += 1) {
    try {
      const running = await join(options, true);
      onLost('The data directory is held again');
      return running;
    } catch (error) {
      options.signal.throwIfAborted();
      // the first refusal may be our own lock that has not yet been let go
      if (attempt > 0) onLost(`The data directory is not held by this server: ${String(error)}`);
      await sleep(Math.min(250 * 2 ** attempt, 30_000), undefined, { signal: options.signal });
    }
  }
}

function isConnectionLoss(error: unknown): boolean {
  if (error instanceof EmbeddedPostgresError) return false;
  // 57P01-57P03: shutting down; the driver's own words have no code
  return (
    /^57P0[1-3]$|^ECONNRESET$|^EPIPE$/.test(codeOf(error)) ||
    (error instanceof Error && /Connection terminated|not queryable|Client was closed/.test(error.message))
  );
}
