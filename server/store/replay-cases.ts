import { sql } from 'kysely';
import type { ReplayCaseContent } from '../../protocol/replay.ts';
import { type Actor, addEntries } from './audit-log.ts';
import type { Database } from './database.ts';
import type { LiveGuidance } from './live-guidance.ts';
import { storable } from './storable.ts';

/** What people have added to a guidance, and who did last. */
export interface KeptCase extends ReplayCaseContent {
  readonly guidance: string;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** A past question of a customer. */
export interface PastQuestion {
  readonly conversationId: string;
  readonly text: string;
}

/** Conversations, newest first, whose questions may be neighbours; and how many questions of them. */
const [mostConversations, mostQuestions] = [2_000, 3_000];

/** The guidance that can be tried, as cases. */
export function createReplayCases(db: Database) {
  return {
    /** By guidance. */
    async of(guidances: readonly string[]): Promise<ReadonlyMap<string, KeptCase>> {
      if (guidances.length === 0) return new Map();
      const rows = await db
        .selectFrom('replay_cases')
        .selectAll()
        .where('guidance_id', 'in', [...guidances])
        .execute();
      return new Map(
        rows.map((row) => [
          row.guidance_id,
          {
            guidance: row.guidance_id,
            questions: row.questions,
            neighbours: row.neighbours,
            checks: row.checks,
            changedAt: row.changed_at,
            changedBy: row.changed_by,
          },
        ]),
      );
    },

    /**
     * Keeps cases of these sites, all of them or none.
     * @returns the place of the first whose guidance is not there, or another site's; null: all are kept
     */
    async save(
      cases: readonly (ReplayCaseContent & { readonly guidance: string })[],
      siteIds: readonly string[],
      { by, actor, at }: { by: string; actor: Actor; at: number },
    ): Promise<number | null> {
      return db.transaction().execute(async (tx) => {
        const ids = cases.map(({ guidance }) => guidance);
        const known = await tx
          .selectFrom('guidance')
          .select(['id', 'site_id'])
          .where('id', '=', sql<string>`any(${ids}::uuid[])`)
          .execute();
        const sites = new Map(known.map(({ id, site_id }) => [id, site_id]));
        const missing = cases.findIndex(({ guidance }) => !siteIds.includes(sites.get(guidance) ?? ''));
        if (missing >= 0) return missing;
        for (const { guidance, questions, neighbours, checks } of cases) {
          const values = {
            questions: storable([...new Set(questions.map((one) => one.trim()))]),
            neighbours: storable([...new Set(neighbours.map((one) => one.trim()))]),
            checks: checks === null ? null : JSON.stringify(storable(checks)),
            changed_at: at,
            changed_by: by,
          };
          await tx
            .insertInto('replay_cases')
            .values({ guidance_id: guidance, ...values })
            .onConflict((conflict) => conflict.column('guidance_id').doUpdateSet(values))
            .execute();
          const object = { kind: 'guidance', id: guidance } as const;
          const siteId = sites.get(guidance);
          await addEntries(tx, [
            {
              at,
              by: actor,
              action: 'guidance.case_saved',
              siteIds: siteId === undefined ? [] : [siteId],
              object,
              detail: {},
            },
          ]);
        }
        return null;
      });
    },

    /** A version of a guidance of this site as if it was live; null: there is none. */
    async version(siteId: string, id: string, version: number | null): Promise<LiveGuidance | null> {
      const row = await db
        .selectFrom('guidance')
        .innerJoin('guidance_versions', 'guidance_id', 'guidance.id')
        .select(['guidance.id', 'version', 'kind', 'text', 'examples', 'scope'])
        .where('site_id', '=', siteId)
        .where('guidance.id', '=', id)
        .where('version', '=', version ?? sql<number>`coalesce(live, proposed, newest)`)
        .executeTakeFirst();
      return row ?? null;
    },

    /**
     * Questions that customers of this site asked lately; none of conversations in which somebody said that their words
     * are not for training.
     */
    async past(siteId: string): Promise<PastQuestion[]> {
      const { rows } = await sql<PastQuestion>`
        select recent.id as "conversationId", fact.body->>'text' as text
        from (select id, created_at from conversations where site_id = ${siteId}
          and not exists (select from answer_feedback where conversation_id = conversations.id and do_not_train)
          and not exists (select from conversation_ratings where conversation_id = conversations.id and do_not_train)
          order by created_at desc, id desc limit ${mostConversations}) recent
        cross join lateral (select body from facts
          where conversation_id = recent.id and type = 'message.sent' and body->'by'->>'kind' = 'customer'
          order by seq limit 20) fact
        order by recent.created_at desc, recent.id desc limit ${mostQuestions}`.execute(db);
      return rows;
    },
  };
}

export type ReplayCases = ReturnType<typeof createReplayCases>;
