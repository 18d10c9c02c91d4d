import { sql } from 'kysely';
import type { ExportSchedule } from '../../protocol/exports.ts';
import { addEntries, type NewAuditEntry } from './audit-log.ts';
import type { Database } from './database.ts';
import { addExport, type NewExport } from './exports.ts';
import type { ExportAsk, ExportSchedulesTable } from './schema-exports.ts';

export interface KeptSchedule {
  readonly id: string;
  readonly agentId: string;
  readonly siteIds: readonly string[];
  readonly ask: ExportAsk;
  readonly every: ExportSchedule;
  /** Up to when it has been exported, epoch ms. */
  readonly lastAt: number;
  readonly nextAt: number;
}

/** Exports that come again and again, for an agent who may still have them when they do. */
export function createExportSchedules(db: Database) {
  return {
    async add(one: KeptSchedule): Promise<void> {
      await db
        .insertInto('export_schedules')
        .values({
          id: one.id,
          agent_id: one.agentId,
          site_ids: [...one.siteIds],
          ask: JSON.stringify(one.ask),
          every: one.every,
          last_at: one.lastAt,
          next_at: one.nextAt,
        })
        .execute();
    },

    /** Those whose every site is among these, with the names of whom they are for. */
    async ofSites(siteIds: readonly string[]): Promise<(KeptSchedule & { by: string })[]> {
      const rows = await db
        .selectFrom('export_schedules')
        .innerJoin('auth_user', 'auth_user.id', 'export_schedules.agent_id')
        .selectAll('export_schedules')
        .select('auth_user.name')
        .where(sql<boolean>`site_ids <@ ${[...siteIds]}::uuid[]`)
        .orderBy('next_at')
        .orderBy('export_schedules.id')
        .execute();
      return rows.map((row) => ({ ...toSchedule(row), by: row.name }));
    },

    async byId(id: string): Promise<KeptSchedule | null> {
      const row = await db.selectFrom('export_schedules').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSchedule(row);
    },

    async due(now: number): Promise<KeptSchedule[]> {
      const rows = await db
        .selectFrom('export_schedules')
        .selectAll()
        .where('next_at', '<=', now)
        .orderBy('next_at')
        .limit(20)
        .execute();
      return rows.map(toSchedule);
    },

    /**
     * Makes the export that is due, tells the audit log of it and moves the schedule on, together.
     * @returns false if another process has done so
     */
    async begin(
      schedule: KeptSchedule,
      made: NewExport,
      entry: NewAuditEntry,
      nextAt: number,
    ): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('export_schedules')
          .set({ last_at: made.ask.filter.until ?? made.madeAt, next_at: nextAt })
          .where('id', '=', schedule.id)
          .where('next_at', '=', schedule.nextAt)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await addExport(tx, made);
        await addEntries(tx, [entry]);
        return true;
      });
    },

    async remove(id: string): Promise<void> {
      await db.deleteFrom('export_schedules').where('id', '=', id).execute();
    },
  };
}

type Row = Omit<ExportSchedulesTable, 'ask'> & { ask: ExportAsk };

const toSchedule = (row: Row): KeptSchedule => ({
  id: row.id,
  agentId: row.agent_id,
  siteIds: row.site_ids,
  ask: row.ask,
  every: row.every,
  lastAt: row.last_at,
  nextAt: row.next_at,
});
