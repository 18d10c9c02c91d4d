import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import * as start from './migrations/001-start.ts';
import * as delivery from './migrations/002-delivery.ts';
import * as oneWriter from './migrations/003-one-writer.ts';
import * as anyBot from './migrations/004-any-bot.ts';
import * as notifications from './migrations/005-notifications.ts';
import * as routing from './migrations/006-routing.ts';
import * as hours from './migrations/007-hours.ts';
import * as waits from './migrations/008-waits.ts';
import * as roles from './migrations/009-roles.ts';
import * as promises from './migrations/010-promises.ts';
import * as search from './migrations/011-search.ts';
import * as deskWork from './migrations/012-desk-work.ts';
import * as webhooks from './migrations/013-webhooks.ts';
import * as headStart from './migrations/014-head-start.ts';
import * as people from './migrations/015-people.ts';
import * as files from './migrations/016-files.ts';
import * as customers from './migrations/017-customers.ts';
import * as guidance from './migrations/018-guidance.ts';
import * as receipts from './migrations/019-receipts.ts';
import * as exported from './migrations/020-exports.ts';
import * as onAPhone from './migrations/021-on-a-phone.ts';
import * as searchHeads from './migrations/022-search-heads.ts';
import * as insights from './migrations/023-insights.ts';
import * as filesLast from './migrations/024-files-last.ts';
import * as usedCodes from './migrations/025-used-codes.ts';
import * as weakQuestions from './migrations/026-weak-questions.ts';
import * as replay from './migrations/027-replay.ts';
import * as proof from './migrations/028-proof.ts';
import * as erasures from './migrations/029-erasures.ts';
import * as largeQuestions from './migrations/030-large-questions.ts';
import type { Tables } from './schema.ts';

export type Database = Kysely<Tables>;
export type Tx = Transaction<Tables>;

/** Forward-only, in order. A name that has been released never changes. */
export const migrations = {
  '001-start': start,
  '002-delivery': delivery,
  '003-one-writer': oneWriter,
  '004-any-bot': anyBot,
  '005-notifications': notifications,
  '006-routing': routing,
  '007-hours': hours,
  '008-waits': waits,
  '009-roles': roles,
  '010-promises': promises,
  '011-search': search,
  '012-desk-work': deskWork,
  '013-webhooks': webhooks,
  '014-head-start': headStart,
  '015-people': people,
  '016-files': files,
  '017-customers': customers,
  '018-guidance': guidance,
  '019-receipts': receipts,
  '020-exports': exported,
  '021-on-a-phone': onAPhone,
  '022-search-heads': searchHeads,
  '023-insights': insights,
  '024-files-last': filesLast,
  '025-used-codes': usedCodes,
  '026-weak-questions': weakQuestions,
  '027-replay': replay,
  '028-proof': proof,
  '029-erasures': erasures,
  '030-large-questions': largeQuestions,
};

/** bigint columns hold epoch ms and counts, all far below 2^53: read them as numbers. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export interface Connections {
  readonly db: Database;
  /** What `db` works on, for the SQL of others (pg-boss). */
  readonly pool: pg.Pool;
  /** For the statement that commits a batch; see `commits.ts`. */
  readonly commits: pg.Pool;
}

/**
 * Opens the store's connection pools.
 * @param connection node-postgres settings, or a postgres:// URL
 * @param onError an idle connection broke (the pool replaces it); for the log
 */
export function openDatabase(
  connection: pg.PoolConfig | string,
  onError: (error: Error) => void,
): Connections {
  const given = typeof connection === 'string' ? { connectionString: connection } : connection;
  const open = (more: pg.PoolConfig) => {
    const pool = new pg.Pool({
      connectionTimeoutMillis: 5_000,
      // A statement that hangs would hold its conversation's row lock for ever.
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 30_000,
      application_name: 'handrail',
      ...more,
      ...given,
      types,
    });
    // Without listeners the loss of a connection would end the process: of an idle one, and of one in use.
    pool.on('error', onError);
    pool.on('connect', (client) => client.on('error', onError));
    return pool;
  };
  const pool = open({ max: 20 });
  return {
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    pool,
    // Planned once, perhaps while the tables are still empty: it must not settle on reading them from end to end.
    commits: open({
      max: 2,
      options: [
        'enable_seqscan=off',
        'enable_hashjoin=off',
        'enable_mergejoin=off',
        'plan_cache_mode=force_generic_plan',
      ]
        .map((setting) => `-c ${setting}`)
        .join(' '),
    }),
  };
}

/** Brings the schema up to date under kysely's advisory lock, so that nodes which start together do it once. */
export async function migrate(db: Database): Promise<void> {
  const { rows } = await sql<{
    version: number;
  }>`select current_setting('server_version_num')::int as version`.execute(db);
  if ((rows[0]?.version ?? 0) < 150_000) {
    throw new Error('Handrail needs PostgreSQL 15 or newer; point DATABASE_URL at one.');
  }
  await db.connection().execute(async (connection) => {
    // A long one takes as long as it takes, and so does waiting for the node that is at it.
    await sql`set statement_timeout = 0`.execute(connection);
    const migrator = new Migrator({ db: connection, provider: { getMigrations: async () => migrations } });
    const { error } = await migrator.migrateToLatest();
    await sql`reset statement_timeout`.execute(connection);
    if (error !== undefined) throw error;
  });
}
