import { load } from '../store/backup/load.ts';
import { readSnapshot } from '../store/backup/snapshot.ts';
import { type Command, onlyWord, type Surroundings, UsageError } from './command.ts';
import { withDatabase } from './open-database.ts';
import { createProgress, plural } from './progress.ts';

export const migrateTo: Command<Surroundings> = {
  options: 'URL',
  about:
    'Copies the embedded database into an empty PostgreSQL (15 or newer), postgres://user@host/database; the password\n' +
    '      may stand in PGPASSWORD. The server must be stopped meanwhile.',
  async run({ config, print, signal }, args) {
    const url = onlyWord(args, 'URL');
    // The address itself is not repeated: there may be a password in it.
    if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
      throw new UsageError('URL must be an address that starts with postgres://');
    }
    if (config.databaseUrl !== null) {
      throw new UsageError(
        'DATABASE_URL is set, and this copies the embedded database. Take DATABASE_URL away for it; ' +
          'from one PostgreSQL to another, use "handrail backup" and "handrail restore".',
      );
    }
    // Alone: what a server wrote while the copy is made would be missing in it.
    await withDatabase(config, { alone: true, make: false }, async (connection) => {
      const progress = createProgress(print);
      const loaded = await readSnapshot(connection, signal, (snapshot) =>
        load(url, snapshot, progress, signal),
      ).finally(progress.end);
      for (const { name, rows } of loaded.leftOut) {
        print(`Left out: the table ${name} (${plural(rows, 'row')}), which is none of Handrail's.`);
      }
      print(`Copied ${plural(loaded.tables, 'table')} with ${plural(loaded.rows, 'row')}, and counted them.`);
    });
    print(
      `Now set DATABASE_URL to that address and start the server. The database in ${config.dataDir} is as it was; ` +
        'what is written there from now on does not come along.',
    );
  },
};
