import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Connection } from '../store/backup/connection.ts';
import { clusterDirIn } from '../store/embedded/cluster.ts';
import { openEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { UsageError } from './command.ts';

interface Opening {
  /** Be the only one who works on the embedded database; a server that runs refuses us, and is refused. */
  readonly alone: boolean;
  /** Whether an embedded database is made where there is none. */
  readonly make: boolean;
}

/**
 * Lets `work` connect to the database that the settings name, as it is: without bringing its schema up to date.
 * @throws UsageError, EmbeddedPostgresError
 */
export async function withDatabase<T>(
  { databaseUrl, dataDir }: Config,
  { alone, make }: Opening,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== null) return work(databaseUrl);
  const folder = resolve(dataDir);
  if (!make && !existsSync(clusterDirIn(folder))) {
    throw new UsageError(
      `There is no database in ${folder}. HANDRAIL_DATA or DATABASE_URL must say where the data is.`,
    );
  }
  const embedded = await openEmbeddedPostgres({ dataDir: folder, lock: alone });
  try {
    return await work(embedded.connection);
  } finally {
    await embedded.stop();
  }
}
