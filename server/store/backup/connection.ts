import pg from 'pg';
import { BackupError } from './error.ts';

/** A postgres:// URL, or node-postgres settings. */
export type Connection = string | pg.ClientConfig;

/**
 * What a copy needs, whatever the role or the database sets: rows written as text that any PostgreSQL reads back to
 * the bit, no row hidden by a policy, no limit of time. Names that a version does not know are passed over.
 */
const sessionSettings = {
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  row_security: 'off',
  lock_timeout: '0',
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

const beginnings = {
  /** one moment's view of everything, while others go on writing */
  read: 'begin isolation level repeatable read read only',
  write: 'begin',
};

/**
 * Runs `work` in one transaction on a connection of its own, and commits what it wrote. Whatever goes wrong, an abort
 * of the signal included, ends the connection instead, and with it the transaction.
 */
export async function inTransaction<T>(
  connection: Connection,
  kind: keyof typeof beginnings,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(connection);
  // the driver drops a connection whose statement still runs; the statement then fails, and we with it
  const drop = () => void client.end();
  signal.addEventListener('abort', drop);
  try {
    signal.throwIfAborted();
    await client.query(beginnings[kind]);
    await client.query(
      `select set_config(name, wanted.value, true)
       from pg_settings join json_each_text($1) as wanted(name, value) using (name)`,
      [JSON.stringify(sessionSettings)],
    );
    const result = await work(client);
    if (kind === 'read') return result;
    signal.throwIfAborted();
    // from here on it is decided: an abort in the middle of COMMIT could not tell whether it was done
    signal.removeEventListener('abort', drop);
    await client.query('commit');
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', drop);
    await client.end();
  }
}

async function connect(connection: Connection): Promise<pg.Client> {
  const config = typeof connection === 'string' ? { connectionString: connection } : connection;
  const client = new pg.Client({
    application_name: 'handrail backup',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...config,
  });
  // a connection that breaks fails the statement under way; without a listener 'error' would end the process
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    );
    if ((rows[0]?.version ?? 0) >= 150_000) return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new BackupError(
      'database_unusable',
      `The PostgreSQL at ${placeOf(client)} does not let us in: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
  await client.end();
  throw new BackupError('database_unusable', `Handrail needs PostgreSQL 15 or newer at ${placeOf(client)}.`);
}

/** Where a connection leads, for a person: never with its password. */
function placeOf({ host, port, database, user }: pg.Client): string {
  return `${host}:${port}, database ${database}, user ${user}`;
}

/** Several addresses of one name fail as one error without words of its own. */
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
