import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Source } from './contents.ts';
import { BackupError } from './error.ts';
import {
  type BackupHeader,
  damaged,
  foreign,
  maxHeaderBytes,
  parseHeader,
  parseTrailer,
} from './file-format.ts';
import { countLines, endOfLines } from './rows.ts';

/** A backup file, read from its beginning to its end. */
export interface OpenBackup extends Source {
  readonly contents: BackupHeader;
}

/**
 * Opens a backup and lets `work` read its rows.
 * @throws BackupError `file_unusable`, `file_foreign`, `file_damaged`, `backup_newer`
 */
export async function readBackup<T>(path: string, work: (file: OpenBackup) => Promise<T>): Promise<T> {
  const pieces = piecesOf(path);
  try {
    const lines = createLines(path, pieces);
    const contents = parseHeader(await lines.first(maxHeaderBytes), path);
    return await work({ contents, rows: ({ rows }) => lines.next(rows), finish: lines.end });
  } finally {
    await pieces.return(undefined);
  }
}

/** Reads the file to its end without using its rows: what is refused later has been refused too late. */
export function checkBackup(path: string, signal: AbortSignal): Promise<BackupHeader> {
  return readBackup(path, async ({ contents, rows, finish }) => {
    for (const table of contents.tables) {
      for await (const _ of rows(table)) signal.throwIfAborted();
    }
    await finish();
    return contents;
  });
}

/** The unpacked file. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = Object(error) as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') !== true) {
      throw new BackupError('file_unusable', `${path} cannot be read: ${message}`, { cause: error });
    }
    throw /header/.test(message) ? foreign(path) : damaged(path, message, error);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

/** Takes the pieces apart again into the header, tables and trailer, and holds them against the checksum. */
function createLines(path: string, pieces: AsyncGenerator<Buffer>) {
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { done, value } = await pieces.next();
    if (done === true) return false;
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return true;
  };
  const take = (length: number): Buffer => {
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    return taken;
  };

  return {
    async first(maxBytes: number): Promise<Buffer> {
      while (endOfLines(rest, 1) === -1) {
        if (rest.length > maxBytes || !(await more())) throw foreign(path);
      }
      const line = take(endOfLines(rest, 1));
      hash.update(line);
      return line;
    },
    async *next(count: number): AsyncGenerator<Buffer> {
      let left = count;
      while (left > 0) {
        if (rest.length === 0 && !(await more())) throw damaged(path, 'rows are missing');
        const end = endOfLines(rest, left);
        const piece = take(end === -1 ? rest.length : end);
        left = end === -1 ? left - countLines(piece) : 0;
        hash.update(piece);
        yield piece;
      }
    },
    async end(): Promise<void> {
      while (await more()) {
        if (rest.length > maxHeaderBytes) break;
      }
      const sha256 = parseTrailer(rest);
      if (sha256 === null) throw damaged(path, 'its end is missing');
      if (sha256 !== hash.digest('hex')) throw damaged(path, 'its checksum does not fit');
    },
  };
}
