import { sql } from 'kysely';
import type { AttachedFile } from '../../protocol/files.ts';
import type { Database, Tx } from './database.ts';

export interface NewFile extends AttachedFile {
  readonly conversationId: string;
  readonly siteId: string;
  /** The customer or the agent. */
  readonly senderId: string;
  readonly sha256: Buffer;
  readonly at: number;
}

export interface FileLimits {
  /** Files of one sender in one conversation since `since`. */
  readonly mostSince: number;
  readonly since: number;
  /** Bytes of all files of the site. */
  readonly siteBytes: number;
}

type Full = 'file_limit' | 'file_space_full';

class FullError extends Error {
  readonly full: Full;
  constructor(full: Full) {
    super(full);
    this.full = full;
  }
}

const described = ['id', 'name', 'kind', 'bytes'] as const;

/** Files that messages carry. A file is there with all of its bytes, or not at all: it is kept in one transaction. */
export function createFiles(db: Database) {
  return {
    /** @returns why it was not kept; null if it was */
    async add(file: NewFile, pieces: AsyncIterable<Buffer>, limits: FileLimits): Promise<Full | null> {
      const { conversationId, siteId, senderId, at } = file;
      const keep = async (tx: Tx) => {
        let number = 0;
        for await (const bytes of pieces) {
          await tx.insertInto('file_pieces').values({ file_id: file.id, number, bytes }).execute();
          number += 1;
        }
        // Counted last and one after the other: two that come at once must not both be the last that fits.
        await sql`select pg_advisory_xact_lock(hashtext(${`files of ${siteId}`}))`.execute(tx);
        const { mine } = await tx
          .selectFrom('files')
          .select(({ fn }) => fn.countAll<number>().as('mine'))
          .where('conversation_id', '=', conversationId)
          .where('sender_id', '=', senderId)
          .where('at', '>=', limits.since)
          .executeTakeFirstOrThrow();
        if (mine >= limits.mostSince) throw new FullError('file_limit');
        const { all } = await tx
          .selectFrom('files')
          .select(sql<number>`coalesce(sum(bytes), 0)::bigint`.as('all'))
          .where('site_id', '=', siteId)
          .executeTakeFirstOrThrow();
        if (all + file.bytes > limits.siteBytes) throw new FullError('file_space_full');
        // Behind all of its bytes: its reference holds the conversation's row, which commits wait for.
        await tx
          .insertInto('files')
          .values({
            id: file.id,
            conversation_id: conversationId,
            site_id: siteId,
            sender_id: senderId,
            name: file.name,
            kind: file.kind,
            bytes: file.bytes,
            sha256: file.sha256,
            at,
            attached_seq: null,
          })
          .execute();
      };
      try {
        await db.transaction().execute(keep);
        return null;
      } catch (error) {
        if (error instanceof FullError) return error.full;
        throw error;
      }
    },

    /** One file of a conversation, if this reader may have it: what no message carries is its sender's alone. */
    async readable(conversationId: string, id: string, readerId: string): Promise<AttachedFile | null> {
      const file = await db
        .selectFrom('files')
        .select(described)
        .where('id', '=', id)
        .where('conversation_id', '=', conversationId)
        .where((is) => is.or([is('attached_seq', 'is not', null), is('sender_id', '=', readerId)]))
        .executeTakeFirst();
      return file ?? null;
    },

    /** Its bytes, a piece at a time: no connection is held while a slow reader takes one. */
    async *pieces(id: string): AsyncGenerator<Buffer> {
      for (let number = 0; ; number += 1) {
        const piece = await db
          .selectFrom('file_pieces')
          .select('bytes')
          .where('file_id', '=', id)
          .where('number', '=', number)
          .executeTakeFirst();
        if (piece === undefined) return;
        yield piece.bytes;
      }
    },

    /**
     * Clears some of the files away that came before this time and that no message carries.
     * @returns how many; 0 when none is left
     */
    async forgetUnattached(before: number): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('files')
        .where('id', 'in', (from) =>
          from
            .selectFrom('files')
            .select('id')
            .where('attached_seq', 'is', null)
            .where('at', '<', before)
            .limit(100)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

/** The files that a message names and may carry, locked: no other message takes them, and nothing clears them away. */
export const unattachedFiles = (
  tx: Tx,
  conversationId: string,
  senderId: string,
  ids: readonly string[],
): Promise<AttachedFile[]> =>
  tx
    .selectFrom('files')
    .select(described)
    .where('id', 'in', [...ids])
    .where('conversation_id', '=', conversationId)
    .where('sender_id', '=', senderId)
    .where('attached_seq', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();

export async function attachFiles(tx: Tx, ids: readonly string[], seq: number): Promise<void> {
  await tx
    .updateTable('files')
    .set({ attached_seq: seq })
    .where('id', 'in', [...ids])
    .execute();
}
