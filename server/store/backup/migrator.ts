import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type pg from 'pg';
import { migrations } from '../database.ts';

/** The names of all migrations that this program knows, in order. */
export const knownMigrations = (): string[] => Object.keys(migrations).sort();

/** Runs migrations within the transaction that the client has open. */
export function createMigrator(client: pg.Client) {
  // The migrator lets go of its lock before it tells what went wrong, which a broken transaction refuses: the first
  // error is the one to tell.
  let broken: unknown;
  const watched = (migration: Migration): Migration => ({
    async up(db) {
      try {
        await migration.up(db);
      } catch (error) {
        broken = error;
        throw error;
      }
    },
  });
  const connection: PostgresPoolClient = {
    query: client.query.bind(client) as PostgresPoolClient['query'],
    release: () => undefined,
  };
  const pool = { connect: async () => connection, end: async () => undefined, options: {} };
  const migrator = new Migrator({
    db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    provider: {
      getMigrations: async () =>
        Object.fromEntries(Object.entries(migrations).map(([name, one]) => [name, watched(one)])),
    },
    disableTransactions: true,
  });
  const done = ({ error }: { error?: unknown }) => {
    if (error !== undefined) throw broken ?? error;
  };
  return {
    migrateTo: async (name: string) => done(await migrator.migrateTo(name)),
    migrateToLatest: async () => done(await migrator.migrateToLatest()),
  };
}
