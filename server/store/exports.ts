import { sql } from 'kysely';
import type { Database, Tx } from './database.ts';
import type { ExportAsk, ExportsTable } from './schema-exports.ts';

export type { ExportAsk };

/** An export and how far it has come. */
export interface KeptExport {
  readonly id: string;
  readonly scheduleId: string | null;
  readonly agent: { readonly id: string; readonly name: string };
  readonly siteIds: readonly string[];
  readonly ask: ExportAsk;
  readonly state: ExportsTable['state'];
  readonly total: number;
  /** As the pipeline wrote it. */
  readonly checkpoint: object;
  readonly steps: number;
  readonly madeAt: number;
  readonly expiresAt: number;
}

export type NewExport = Omit<KeptExport, 'state' | 'steps'>;

/** Bytes of one row: a reader who wants a part of the file reads little more than that. */
const pieceBytes = 256 * 1_024;

/** Exports, with what is written of them: in the database, so that every process can go on with and give any of them. */
export function createExports(db: Database) {
  return {
    add: (one: NewExport): Promise<void> => addExport(db, one),

    /** Those whose every site is among these, newest first. */
    async ofSites(siteIds: readonly string[]): Promise<KeptExport[]> {
      const rows = await db
        .selectFrom('exports')
        .selectAll()
        .where(sql<boolean>`site_ids <@ ${[...siteIds]}::uuid[]`)
        .orderBy('made_at', 'desc')
        .orderBy('id')
        .limit(100)
        .execute();
      return rows.map(toExport);
    },

    async byId(id: string): Promise<KeptExport | null> {
      const row = await db.selectFrom('exports').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toExport(row);
    },

    /** How many this agent has that are kept, or being made. */
    async countOf(agentId: string): Promise<number> {
      const { kept } = await db
        .selectFrom('exports')
        .select(({ fn }) => fn.countAll<number>().as('kept'))
        .where('agent_id', '=', agentId)
        .where('schedule_id', 'is', null)
        .executeTakeFirstOrThrow();
      return kept;
    },

    /**
     * Keeps a step: its bytes and where it leaves off, together or not at all.
     * @param at byte of the file at which the step begins
     * @returns false if the export has moved on or is gone: somebody else is at it
     */
    async keepStep(
      id: string,
      step: {
        number: number;
        at: number;
        bytes: Uint8Array;
        checkpoint: object;
        isLast: boolean;
        now: number;
      },
    ): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('exports')
          .set({
            checkpoint: JSON.stringify(step.checkpoint),
            steps: step.number + 1,
            moved_at: step.now,
            ...(step.isLast ? { state: 'done' as const } : {}),
          })
          .where('id', '=', id)
          .where('steps', '=', step.number)
          .where('state', '=', 'running')
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await addPieces(tx, id, step.at, step.bytes);
        return true;
      });
    },

    async fail(id: string): Promise<void> {
      await db
        .updateTable('exports')
        .set({ state: 'failed' })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .execute();
    },

    /** The bytes of its file from `from` up to and without `until`, a piece at a time; no connection is held between. */
    async *bytes(id: string, from: number, until: number): AsyncGenerator<Buffer> {
      for (let at = from; at < until; ) {
        const piece = await db
          .selectFrom('export_pieces')
          .select(['starts_at', 'bytes'])
          .where('export_id', '=', id)
          .where('starts_at', '<=', at)
          .orderBy('starts_at', 'desc')
          .limit(1)
          .executeTakeFirst();
        const part = piece?.bytes.subarray(at - piece.starts_at, until - piece.starts_at);
        // Removed while somebody reads it: they must see that it broke.
        if (part === undefined || part.length === 0) throw new Error('the export is not there any more');
        yield part;
        at += part.length;
      }
    },

    async remove(id: string): Promise<void> {
      await db.deleteFrom('exports').where('id', '=', id).execute();
    },

    /** @returns how many have had their time */
    async removeExpired(now: number): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom('exports')
        .where('expires_at', '<=', now)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },

    /** Those that should be moving and have not since: their process died, or nobody was told of them. */
    async stalled(since: number): Promise<{ id: string; steps: number }[]> {
      return db
        .selectFrom('exports')
        .select(['id', 'steps'])
        .where('state', '=', 'running')
        .where('moved_at', '<', since)
        .orderBy('moved_at')
        .limit(50)
        .execute();
    },
  };
}

export async function addExport(db: Pick<Database, 'insertInto'>, one: NewExport): Promise<void> {
  await db
    .insertInto('exports')
    .values({
      id: one.id,
      schedule_id: one.scheduleId,
      agent_id: one.agent.id,
      agent_name: one.agent.name,
      site_ids: [...one.siteIds],
      ask: JSON.stringify(one.ask),
      state: 'running',
      total: one.total,
      checkpoint: JSON.stringify(one.checkpoint),
      steps: 0,
      made_at: one.madeAt,
      moved_at: one.madeAt,
      expires_at: one.expiresAt,
    })
    .execute();
}

async function addPieces(tx: Tx, id: string, at: number, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    const piece = Buffer.from(bytes.subarray(from, from + pieceBytes));
    await tx
      .insertInto('export_pieces')
      .values({ export_id: id, starts_at: at + from, bytes: piece })
      .execute();
  }
}

type Row = Omit<ExportsTable, 'ask' | 'checkpoint'> & { ask: ExportAsk; checkpoint: object };

const toExport = (row: Row): KeptExport => ({
  id: row.id,
  scheduleId: row.schedule_id,
  agent: { id: row.agent_id, name: row.agent_name },
  siteIds: row.site_ids,
  ask: row.ask,
  state: row.state,
  total: row.total,
  checkpoint: row.checkpoint,
  steps: row.steps,
  madeAt: row.made_at,
  expiresAt: row.expires_at,
});
