import { type CannedDraft, type CannedResponse, mostCanned } from '../../protocol/canned.ts';
import type { Database } from './database.ts';

/** Why a canned response was not kept. */
export type CannedProblem = 'shortcut_taken' | 'limit_reached' | 'not_found';

/** Saved for this site, which the caller has looked up; who did it is kept by name. */
export interface CannedChange extends Omit<CannedDraft, 'site'> {
  readonly siteId: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

const valuesOf = ({ siteId, updatedAt, updatedBy, ...draft }: CannedChange) => ({
  ...draft,
  site_id: siteId,
  updated_at: updatedAt,
  updated_by: updatedBy,
});

/** Ready replies, each of one site. */
export function createCanned(db: Database) {
  const rows = (siteIds: readonly string[]) =>
    db
      .selectFrom('canned_responses')
      .innerJoin('sites', 'sites.id', 'site_id')
      .select([
        'canned_responses.id',
        'sites.key as site',
        'shortcut',
        'canned_responses.title',
        'text',
        'team',
        'updated_at as updatedAt',
        'updated_by as updatedBy',
      ])
      .where('site_id', 'in', [...siteIds]);

  return {
    async all(siteIds: readonly string[]): Promise<CannedResponse[]> {
      return siteIds.length === 0 ? [] : rows(siteIds).orderBy('shortcut').orderBy('sites.key').execute();
    },

    /** @returns the new one, or why there is none */
    async add(change: CannedChange): Promise<CannedResponse | CannedProblem> {
      const { siteId } = change;
      return db.transaction().execute(async (tx) => {
        // Locked, so that many at once do not each find room for one more.
        await tx.selectFrom('sites').select('id').where('id', '=', siteId).forUpdate().execute();
        const { total } = await tx
          .selectFrom('canned_responses')
          .select((count) => count.fn.countAll<number>().as('total'))
          .where('site_id', '=', siteId)
          .executeTakeFirstOrThrow();
        if (total >= mostCanned) return 'limit_reached';
        const added = await tx
          .insertInto('canned_responses')
          .values(valuesOf(change))
          .onConflict((conflict) => conflict.columns(['site_id', 'shortcut']).doNothing())
          .returning('id')
          .executeTakeFirst();
        return added === undefined ? 'shortcut_taken' : createCanned(tx).one(added.id, [siteId]);
      });
    },

    async one(id: string, siteIds: readonly string[]): Promise<CannedResponse | CannedProblem> {
      if (siteIds.length === 0) return 'not_found';
      const row = await rows(siteIds).where('canned_responses.id', '=', id).executeTakeFirst();
      return row ?? 'not_found';
    },

    /** Only of these sites: an id by itself is no right. A response stays with its site. */
    async change(id: string, change: CannedChange): Promise<CannedResponse | CannedProblem> {
      const { siteId } = change;
      return db.transaction().execute(async (tx) => {
        // Locked like for a new one: two that take one shortcut at once are told in turn.
        await tx.selectFrom('sites').select('id').where('id', '=', siteId).forUpdate().execute();
        if ((await createCanned(tx).one(id, [siteId])) === 'not_found') return 'not_found';
        const twin = await tx
          .selectFrom('canned_responses')
          .select('id')
          .where('site_id', '=', siteId)
          .where('shortcut', '=', change.shortcut)
          .where('id', '!=', id)
          .executeTakeFirst();
        if (twin !== undefined) return 'shortcut_taken';
        await tx
          .updateTable('canned_responses')
          .set(valuesOf(change))
          .where('id', '=', id)
          .where('site_id', '=', siteId)
          .execute();
        return createCanned(tx).one(id, [siteId]);
      });
    },

    /** @returns false if these sites have no such response */
    async remove(id: string, siteIds: readonly string[]): Promise<boolean> {
      if (siteIds.length === 0) return false;
      const { numDeletedRows } = await db
        .deleteFrom('canned_responses')
        .where('id', '=', id)
        .where('site_id', 'in', [...siteIds])
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

export type Canned = ReturnType<typeof createCanned>;
