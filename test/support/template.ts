import pg from 'pg';
import { pino } from 'pino';
import { readConfig } from '../../server/config.ts';
import { startServer } from '../../server/start.ts';

/** Set by the global set-up: what the template of this run is called. */
export const templateVariable = 'HANDRAIL_TEST_TEMPLATE';

let made: Promise<string | null> | null = null;

/**
 * A database with all tables in it and nothing else, to copy: a server starts in it twice as fast as in an empty one.
 * Made once for a run, by whoever needs it first; the others wait.
 * @returns its name; null outside of a run
 */
export function templateName(adminUrl: string): Promise<string | null> {
  made ??= make(adminUrl, process.env[templateVariable]);
  return made;
}

async function make(adminUrl: string, name: string | undefined): Promise<string | null> {
  if (name === undefined) return null;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    // Of this session: it ends with it, also where the process is killed.
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 1) return name;
    const unfinished = `${name}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    const url = new URL(adminUrl);
    url.pathname = `/${unfinished}`;
    const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent' });
    const server = await startServer({ ...config, databaseUrl: url.toString() }, pino({ level: 'silent' }));
    // Every server makes secrets of its own.
    await server.store.db.deleteFrom('settings').execute();
    await server.close();
    await client.query(`alter database ${unfinished} rename to ${name}`);
    return name;
  } finally {
    await client.end();
  }
}
