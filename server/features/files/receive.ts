import { createHash, randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FileKind } from '../../../protocol/files.ts';
import { fileKindOf, signatureLength } from '../../domain/file-kind.ts';
import { RefusalError } from '../../plugins/errors.ts';

/** A whole file that has come, not kept yet. */
export interface Received {
  readonly kind: FileKind;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Its bytes from the beginning, a piece at a time. */
  pieces(): AsyncGenerator<Buffer>;
}

/** As a row of the database holds them. */
const pieceBytes = 256 * 1_024;

/**
 * Takes a file off the wire and lets `keep` have it, whole. It waits in a temporary file that has no name any more, so
 * that nothing of it is left, whatever dies in between; and no slow sender holds a connection to the database.
 * @throws RefusalError file_type_not_allowed as soon as the first bytes say so, too_large as soon as it is
 */
export async function receive<T>(
  body: Readable,
  maxBytes: number,
  keep: (received: Received) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `handrail-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    const hash = createHash('sha256');
    let start = Buffer.alloc(0);
    let kind: FileKind | null = null;
    let bytes = 0;
    // What is refused in the middle is not destroyed: its sender could not be told why.
    for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw new RefusalError('too_large');
      if (kind === null) {
        start = Buffer.concat([start, piece.subarray(0, signatureLength)]);
        kind = fileKindOf(start);
        if (kind === null && start.length >= signatureLength) throw new RefusalError('file_type_not_allowed');
      }
      hash.update(piece);
      for (let from = 0; from < piece.length; ) {
        from += (await file.write(piece, from, piece.length - from)).bytesWritten;
      }
    }
    if (kind === null) throw new RefusalError('file_type_not_allowed');
    const pieces = async function* () {
      for (let at = 0; at < bytes; ) {
        const piece = Buffer.allocUnsafe(Math.min(pieceBytes, bytes - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error('the temporary file is shorter than what was written');
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    };
    return await keep({ kind, bytes, sha256: hash.digest(), pieces });
  } finally {
    await file.close();
  }
}
