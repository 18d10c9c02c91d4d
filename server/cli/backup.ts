import { resolve } from 'node:path';
import { writeBackup } from '../store/backup/write-file.ts';
import { type Command, onlyWord, type Surroundings } from './command.ts';
import { withDatabase } from './open-database.ts';
import { createProgress, number, plural, rowsIn } from './progress.ts';

export const backup: Command<Surroundings> = {
  options: 'FILE',
  about:
    'Writes everything that is kept into FILE, as it stands at this moment. The server goes on meanwhile.',
  async run({ config, print, signal }, args) {
    const path = resolve(onlyWord(args, 'FILE'));
    await withDatabase(config, { alone: false, make: false }, async (connection) => {
      const progress = createProgress(print);
      const { contents, bytes } = await writeBackup(connection, path, progress, signal).finally(progress.end);
      print(
        `Backed up ${plural(contents.tables.length, 'table')} with ${plural(rowsIn(contents), 'row')} ` +
          `into ${path} (${number(Math.ceil(bytes / 1_000))} kB).`,
      );
      print(
        'It holds what customers said and the secret that signs sessions: keep it as safe as the database.',
      );
    });
  },
};
