/**
 * A process that owns an embedded PostgreSQL, to be killed by tests: `node hold-embedded-postgres.ts DATA_DIR`.
 * Prints one JSON line: `{ opened: true, adopted, connection }` or `{ opened: false, code, message }`.
 * Ends in good order when its standard input ends.
 */
import { EmbeddedPostgresError, openEmbeddedPostgres } from '../../server/store/embedded-postgres.ts';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('the data directory is missing');

try {
  const postgres = await openEmbeddedPostgres({ dataDir });
  const { adopted, connection } = postgres;
  process.stdout.write(`${JSON.stringify({ opened: true, adopted, connection })}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void postgres.stop());
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  const { code, message } = error;
  process.stdout.write(`${JSON.stringify({ opened: false, code, message })}\n`);
  process.stdin.destroy();
}
