import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { type Connection, inTransaction } from './connection.ts';
import { findSchema, quote, readContents, type Source } from './contents.ts';
import { BackupError } from './error.ts';

/**
 * Lets `work` read everything as it stands now, while others go on writing.
 * @throws BackupError `source_empty`, `tables_circular`, `database_unusable`; the signal's reason when it is aborted
 */
export function readSnapshot<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (snapshot: Source) => Promise<T>,
): Promise<T> {
  return inTransaction(connection, 'read', signal, async (client) => {
    const schema = await findSchema(client);
    if (schema === null) {
      throw new BackupError(
        'source_empty',
        'There is nothing to copy: no Handrail has worked on this database.',
      );
    }
    return work({
      contents: await readContents(client, schema),
      rows({ name, columns }) {
        const names = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
        return client.query(copyTo(`copy (select ${names} from ${quote(schema, name)}) to stdout`));
      },
      finish: async () => undefined,
    });
  });
}
