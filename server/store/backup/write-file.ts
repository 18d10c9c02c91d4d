import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Connection } from './connection.ts';
import type { Contents, Progress, Source } from './contents.ts';
import { BackupError } from './error.ts';
import { headerLine, trailerLine } from './file-format.ts';
import { countLines } from './rows.ts';
import { readSnapshot } from './snapshot.ts';

export interface WrittenBackup {
  readonly contents: Contents;
  /** of the file */
  readonly bytes: number;
}

/**
 * Writes a backup of the database as it stands now. The file comes into being whole, or not at all: it is written
 * as `path.part`, and gets its name once it is complete and on the disk. It holds the words of customers and the
 * secret that signs sessions, so only its owner may read it.
 * @throws BackupError `file_unusable`, and what `readSnapshot` throws; the signal's reason when it is aborted
 */
export async function writeBackup(
  connection: Connection,
  path: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<WrittenBackup> {
  if (existsSync(path)) throw taken(path, 'remove it, or name another file');
  const part = `${path}.part`;
  // made first of all: what cannot be written must not make anybody wait for the database
  const target = await createPart(part);
  try {
    const contents = await readSnapshot(connection, signal, async (snapshot) => {
      progress.begin(snapshot.contents);
      await pipeline(
        Readable.from(linesOf(snapshot, progress), { objectMode: false }),
        createGzip(),
        target,
        {
          signal,
        },
      );
      return snapshot.contents;
    });
    await rename(part, path);
    await syncFolder(dirname(path));
    return { contents, bytes: (await stat(path)).size };
  } catch (error) {
    await rm(part, { force: true });
    throw isFileError(error) ? unusable(path, error) : error;
  } finally {
    target.destroy();
  }
}

async function* linesOf(snapshot: Source, progress: Progress): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const header = headerLine(snapshot.contents, Date.now());
  hash.update(header);
  yield header;
  for (const table of snapshot.contents.tables) {
    let written = 0;
    for await (const piece of snapshot.rows(table)) {
      hash.update(piece);
      yield piece;
      const lines = countLines(piece);
      written += lines;
      progress.advance(table, lines);
    }
    if (written !== table.rows) {
      throw new BackupError(
        'copy_incomplete',
        `${table.name} gave ${written} rows and not the ${table.rows} that were counted; take the backup again.`,
      );
    }
  }
  yield trailerLine(hash.digest('hex'));
}

/** Opened with `wx`: two backups that write into one file would leave neither. */
async function createPart(part: string) {
  try {
    const file = await open(part, 'wx', 0o600);
    return createWriteStream(part, { fd: file, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw taken(part, 'another backup is at work, or one was killed: then remove it');
    }
    throw unusable(part, error);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

const isFileError = (error: unknown) =>
  error instanceof Error &&
  /^(ENOSPC|EDQUOT|EFBIG|EIO|EROFS|EACCES|ENOENT)$/.test(String(Object(error).code));

const taken = (path: string, what: string) =>
  new BackupError('file_unusable', `${path} is there already; ${what}.`);

const unusable = (path: string, cause: unknown) =>
  new BackupError('file_unusable', `${path} cannot be written: ${String(Object(cause).message)}`, { cause });
