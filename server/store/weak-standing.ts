import { type Selectable, sql } from 'kysely';
import type { WeakStanding } from '../domain/weak/standing.ts';
import type { Tx } from './database.ts';
import type { WeakQuestionsTable } from './schema-weak.ts';

type Row = Selectable<WeakQuestionsTable>;

export const standingColumns = ({ status, owner, by, sinceAt, reason, returned }: WeakStanding) => ({
  status,
  owner_id: owner?.id ?? null,
  owner_name: owner?.name ?? null,
  by_id: by?.id ?? null,
  by_name: by?.name ?? null,
  since_at: sinceAt,
  reason,
  returned,
});

export const personOf = (id: string | null, name: string | null) =>
  id === null ? null : { id, name: name ?? '' };

export const toStanding = (row: Row): WeakStanding => ({
  status: row.status,
  owner: personOf(row.owner_id, row.owner_name),
  by: personOf(row.by_id, row.by_name),
  sinceAt: row.since_at,
  reason: row.reason,
  returned: row.returned,
});

/**
 * These questions, locked, always in one order. Not against new wordings of them: whoever reads adds those first, and
 * locks the question behind that; against them, two could wait for each other.
 */
export const lockQuestions = (tx: Tx, ids: readonly string[]): Promise<Row[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx
        .selectFrom('weak_questions')
        .selectAll()
        .where('id', 'in', [...new Set(ids)])
        .orderBy('id')
        .forNoKeyUpdate()
        .execute();

/** Saves how a question stands now, and that receipts follow from it. */
export async function saveStanding(tx: Tx, id: string, standing: WeakStanding): Promise<void> {
  await tx
    .updateTable('weak_questions')
    .set({ ...standingColumns(standing), owed: sql<number>`owed + 1` })
    .where('id', '=', id)
    .execute();
}
