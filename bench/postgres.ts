import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** The PostgreSQL to measure with: DATABASE_URL, or the one of this machine. Databases are made and dropped in it. */
const adminUrl = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** What decides whether an acknowledged message is on the disk, and what else is worth knowing about a result. */
export interface PostgresSettings {
  readonly version: string;
  readonly fsync: string;
  readonly synchronousCommit: string;
  readonly fullPageWrites: string;
  readonly autovacuum: string;
  /** Why nothing measured with it counts; empty if it does. */
  readonly problems: readonly string[];
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  return work(client).finally(() => client.end());
}

/** @throws Error that says what to set when no PostgreSQL answers */
export async function readSettings(): Promise<PostgresSettings> {
  const names = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum'];
  const shown = await withClient(adminUrl, async (client) => {
    const { rows } = await client.query('select name, setting from pg_settings where name = any($1)', [
      names,
    ]);
    return new Map<string, string>(rows.map(({ name, setting }) => [name, setting]));
  }).catch((error: unknown) => {
    const { host, pathname } = new URL(adminUrl);
    const why = error instanceof Error && error.message !== '' ? error.message : 'no connection';
    throw new Error(
      `No PostgreSQL at ${host}${pathname} (${why}); set DATABASE_URL to one that may be filled.`,
    );
  });
  const of = (name: string) => shown.get(name) ?? 'unknown';
  const problems = [
    ...(of('fsync') === 'on' ? [] : ['fsync is off: an acknowledgement would mean nothing']),
    ...(of('synchronous_commit') === 'off'
      ? ['synchronous_commit is off: an acknowledgement would mean nothing']
      : []),
  ];
  return {
    version: of('server_version'),
    fsync: of('fsync'),
    synchronousCommit: of('synchronous_commit'),
    fullPageWrites: of('full_page_writes'),
    autovacuum: of('autovacuum'),
    problems,
  };
}

export interface BenchDatabase {
  readonly url: string;
  rows<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Writes out what earlier work left dirty, so that its cost falls on nobody else. */
  checkpoint(): Promise<void>;
  drop(): Promise<void>;
}

const made = new Set<BenchDatabase>();

/** Drops what an interrupted benchmark would leave behind. */
export async function dropDatabases(): Promise<void> {
  await Promise.all([...made].map((database) => database.drop()));
}

/** A fresh database. */
export async function createDatabase(): Promise<BenchDatabase> {
  const name = `handrail_bench_${randomUUID().replaceAll('-', '')}`;
  const run = (sql: string) => withClient(adminUrl, (client) => client.query(sql));
  await run(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const database: BenchDatabase = {
    url: url.toString(),
    rows: async (sql, values = []) =>
      (await withClient(url.toString(), (client) => client.query(sql, [...values]))).rows,
    checkpoint: async () => void (await run('checkpoint')),
    async drop() {
      made.delete(database);
      await run(`drop database if exists ${name} with (force)`);
    },
  };
  made.add(database);
  return database;
}
