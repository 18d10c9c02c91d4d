import { sql } from 'kysely';
import type { AuditAction, AuditDetail, AuditFilter, AuditObjectKind } from '../../protocol/audit-log.ts';
import type { Database } from './database.ts';
import type { AuditLogTable } from './schema-people.ts';
import { storable } from './storable.ts';

/** Who did it, and where from. `agent` null: the operator, by a command beside the server. */
export interface Actor {
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly ip: string | null;
}
export const operator: Actor = { agent: null, ip: null };

export interface NewAuditEntry {
  readonly at: number;
  readonly by: Actor;
  readonly action: AuditAction;
  /** The sites that this concerns: who may read one of them may read the entry. */
  readonly siteIds: readonly string[];
  readonly object?: { readonly kind: AuditObjectKind; readonly id: string };
  readonly detail?: AuditDetail;
}

/** An entry as it is kept, with ids of sites and not their names. */
export interface KeptAuditEntry {
  readonly id: number;
  readonly at: number;
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly action: AuditAction;
  readonly siteIds: readonly string[];
  readonly object: { readonly kind: AuditObjectKind; readonly id: string } | null;
  readonly detail: AuditDetail;
  readonly ip: string | null;
}

/** Adds entries, within whatever else happens on this connection: what is rolled back was not done. */
export async function addEntries(
  db: Pick<Database, 'insertInto'>,
  entries: readonly NewAuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ at, by, action, siteIds, object, detail }) => ({
    at,
    agent_id: by.agent?.id ?? null,
    agent_name: by.agent?.name ?? null,
    action,
    site_ids: [...siteIds],
    object_kind: object?.kind ?? null,
    object_id: object?.id ?? null,
    detail: JSON.stringify(storable(detail ?? {})),
    ip: by.ip,
  }));
  await db.insertInto('audit_log').values(rows).execute();
}

/** Who read and did what. Entries are added and read; the database refuses to change them. */
export function createAuditLog(db: Database) {
  return {
    add: (entries: readonly NewAuditEntry[]): Promise<void> => addEntries(db, entries),

    /** What was done by a command beside the server; `detail` names what, and no value: some are secrets. */
    addByOperator: (
      action: AuditAction,
      object: NonNullable<NewAuditEntry['object']>,
      siteIds: readonly string[],
      detail: AuditDetail = {},
    ): Promise<void> => addEntries(db, [{ at: Date.now(), by: operator, action, siteIds, object, detail }]),

    /**
     * Newest first, at most `limit`.
     * @param siteIds whose entries; null: everybody's, also those that concern no site (for the operator)
     * @param before id of the last entry of the page before
     */
    async page(
      siteIds: readonly string[] | null,
      filter: AuditFilter,
      { before, limit }: { before: number | null; limit: number },
    ): Promise<{ entries: KeptAuditEntry[]; next: number | null }> {
      let query = db.selectFrom('audit_log').selectAll();
      if (siteIds !== null) {
        query = query.where(sql<boolean>`site_ids && ${[...siteIds]}::uuid[]`);
      }
      if (filter.agent !== undefined) query = query.where('agent_id', '=', filter.agent);
      if (filter.action !== undefined) query = query.where('action', '=', filter.action);
      if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
      if (filter.until !== undefined) query = query.where('at', '<', filter.until);
      if (before !== null) query = query.where('id', '<', before);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const entries = rows.slice(0, limit).map(toEntry);
      return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
    },

    /**
     * Removes what is older: the only way, and itself an entry that stays. All in one transaction, under a lock that
     * lets nobody else use the moment in which the trigger is off.
     * @returns how many were removed
     */
    async trim(before: number, now: number): Promise<number> {
      return db.transaction().execute(async (tx) => {
        await sql`lock table audit_log in access exclusive mode`.execute(tx);
        await sql`alter table audit_log disable trigger audit_log_append_only`.execute(tx);
        const { numDeletedRows } = await tx
          .deleteFrom('audit_log')
          .where('at', '<', before)
          .executeTakeFirst();
        await sql`alter table audit_log enable trigger audit_log_append_only`.execute(tx);
        const entries = Number(numDeletedRows);
        const sites = await tx.selectFrom('sites').select('id').execute();
        const siteIds = sites.map(({ id }) => id);
        const detail = { before: new Date(before).toISOString(), entries };
        await addEntries(tx, [{ at: now, by: operator, action: 'audit_log.trimmed', siteIds, detail }]);
        return entries;
      });
    },
  };
}

export type AuditLogStore = ReturnType<typeof createAuditLog>;

type Row = Omit<AuditLogTable, 'id' | 'detail'> & { id: number; detail: AuditDetail };

const toEntry = (row: Row): KeptAuditEntry => ({
  id: row.id,
  at: row.at,
  agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? '' },
  action: row.action,
  siteIds: row.site_ids,
  object:
    row.object_kind === null || row.object_id === null
      ? null
      : { kind: row.object_kind as AuditObjectKind, id: row.object_id },
  detail: row.detail,
  ip: row.ip,
});
