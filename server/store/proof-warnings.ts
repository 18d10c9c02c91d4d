import { sql } from 'kysely';
import { rolesThatMay } from '../domain/permissions.ts';
import type { SideCounts } from '../domain/proof/cases.ts';
import type { Database } from './database.ts';

/** A live guidance that made things worse, of which nobody has been told. */
export interface Harmful {
  readonly guidanceId: string;
  readonly stretch: number;
  readonly siteId: string;
  readonly siteTitle: string;
  readonly version: number;
  /** The first of its examples. */
  readonly question: string;
  readonly before: SideCounts;
  readonly after: SideCounts;
  readonly measuredAt: number;
}

/** Who is told that a guidance made things worse, and whether they have been. */
export function createProofWarnings(db: Database) {
  const untold = () =>
    db
      .selectFrom('insight_proofs as proof')
      .innerJoin('guidance', (join) =>
        join.onRef('guidance.id', '=', 'proof.guidance_id').onRef('guidance.live', '=', 'proof.version'),
      )
      .innerJoin('guidance_versions as said', (join) =>
        join.onRef('said.guidance_id', '=', 'proof.guidance_id').onRef('said.version', '=', 'proof.version'),
      )
      .innerJoin('sites', 'sites.id', 'proof.site_id')
      .select(['proof.guidance_id', 'stretch', 'proof.site_id', 'title', 'proof.version', 'examples'])
      .select(['counted', 'measured_at'])
      .where('verdict', '=', 'worse')
      .where('told_at', 'is', null)
      .where(sql<boolean>`(until_at is null or until_at > measured_at)`);
  const toHarmful = (row: Awaited<ReturnType<ReturnType<typeof untold>['execute']>>[number]): Harmful => ({
    guidanceId: row.guidance_id,
    stretch: row.stretch,
    siteId: row.site_id,
    siteTitle: row.title,
    version: row.version,
    question: row.examples[0] ?? '',
    before: row.counted.before,
    after: row.counted.after,
    measuredAt: row.measured_at,
  });

  return {
    async ofSite(siteId: string): Promise<Harmful[]> {
      return (await untold().where('proof.site_id', '=', siteId).execute()).map(toHarmful);
    },

    /** null: it has been told, or there is no more to tell. */
    async one(guidanceId: string, stretch: number): Promise<Harmful | null> {
      const row = await untold()
        .where('proof.guidance_id', '=', guidanceId)
        .where('stretch', '=', stretch)
        .executeTakeFirst();
      return row === undefined ? null : toHarmful(row);
    },

    async setTold(guidanceId: string, stretch: number, at: number): Promise<void> {
      await db
        .updateTable('insight_proofs')
        .set({ told_at: at })
        .where('guidance_id', '=', guidanceId)
        .where('stretch', '=', stretch)
        .execute();
    },

    /** Those of a site who may take guidance back. */
    async approvers(siteId: string): Promise<{ id: string; email: string }[]> {
      return db
        .selectFrom('agents')
        .innerJoin('agent_sites', 'agent_id', 'agents.id')
        .innerJoin('auth_user', 'auth_user.id', 'agents.id')
        .select(['agents.id', 'email'])
        .where('site_id', '=', siteId)
        .where('role', 'in', rolesThatMay('guidance:approve'))
        .orderBy('agents.id')
        .execute();
    },
  };
}
