import { resolve } from 'node:path';
import { checkKnown, load } from '../store/backup/load.ts';
import { checkBackup, readBackup } from '../store/backup/read-file.ts';
import { type Command, onlyWord, type Surroundings } from './command.ts';
import { withDatabase } from './open-database.ts';
import { createProgress, plural } from './progress.ts';

export const restore: Command<Surroundings> = {
  options: 'FILE',
  about:
    'Fills an empty database from a backup: a new one that DATABASE_URL names, or a new folder in HANDRAIL_DATA.\n' +
    '      No server may run on it meanwhile.',
  async run({ config, print, signal }, args) {
    const path = resolve(onlyWord(args, 'FILE'));
    const { takenAt, migrations } = await checkBackup(path, signal);
    await checkKnown({ migrations });
    print(`${path} is whole; it was taken at ${new Date(takenAt).toISOString()}.`);
    await withDatabase(config, { alone: true, make: true }, async (connection) => {
      const progress = createProgress(print);
      const loaded = await readBackup(path, (file) => load(connection, file, progress, signal)).finally(
        progress.end,
      );
      for (const { name, rows } of loaded.leftOut) {
        print(`Left out: the table ${name} (${plural(rows, 'row')}), which is none of Handrail's.`);
      }
      print(
        `Restored ${plural(loaded.tables, 'table')} with ${plural(loaded.rows, 'row')}, and counted them.`,
      );
    });
  },
};
