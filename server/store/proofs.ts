import { type Selectable, sql } from 'kysely';
import type { InsightsVisits } from '../../protocol/insights.ts';
import type { GuidanceEffect, GuidanceProofs, Proof } from '../../protocol/proof.ts';
import type { Case } from '../domain/proof/cases.ts';
import type { Span } from '../domain/proof/stretches.ts';
import { judge } from '../domain/proof/verdict.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { Counted, InsightProofsTable } from './schema-proof.ts';

export type ProofRow = Omit<Selectable<InsightProofsTable>, 'told_at'>;

/** A site whose proofs are to be made now, by whoever has got this. */
export interface Round {
  readonly siteId: string;
  readonly revision: number;
}

/** The last case of a page. */
interface End {
  readonly askedAt: number;
  readonly conversationId: string;
}
export const caseCursor = createCursor<End>({ askedAt: 'time', conversationId: 'uuid' });

/** Which cases: of one side of a stretch, all or those in which this happened. */
export interface AskedCases {
  readonly siteIds: readonly string[];
  readonly guidanceId: string;
  readonly stretch: number;
  readonly isAfter: boolean;
  readonly measure: 'down' | 'handed' | 'back' | null;
}

/** A process that took a round and died: another may take it after this time. */
const claimMs = 30 * 60_000;
const mostProofs = 50;

/** Proofs of what guidance changed, and who makes them. */
export function createProofs(db: Database) {
  return {
    /**
     * Takes on one site whose live guidance has changed since it was measured, or whose time has come.
     * @returns null: there is none, or another process has it
     */
    async claim(now: number): Promise<Round | null> {
      const { rows } = await sql<Round>`
        insert into insight_rounds (site_id, revision, next_at, claimed_until)
        select id, -1, 0, ${now + claimMs}::bigint from (
          select id from sites left join insight_rounds on site_id = id
          where guidance_revision > 0 and coalesce(claimed_until, 0) <= ${now}
            and (revision is null or revision <> guidance_revision or next_at <= ${now})
          order by coalesce(next_at, 0), id limit 1) as due
        on conflict (site_id) do update set claimed_until = excluded.claimed_until
          where insight_rounds.claimed_until <= ${now}
        returning site_id as "siteId",
          (select guidance_revision from sites where sites.id = site_id) as revision`.execute(db);
      return rows[0] ?? null;
    },

    /** Gives a site back: what was measured, and when it is looked at again if nothing changes. */
    async finish({ siteId, revision }: Round, nextAt: number): Promise<void> {
      await db
        .updateTable('insight_rounds')
        .set({ revision, next_at: nextAt, claimed_until: 0 })
        .where('site_id', '=', siteId)
        .execute();
    },

    /** Gives a site back that could not be measured; nobody takes it before `until`. */
    async release(siteId: string, until: number): Promise<void> {
      await db
        .updateTable('insight_rounds')
        .set({ claimed_until: until })
        .where('site_id', '=', siteId)
        .execute();
    },

    /** Puts a proof and its cases in the place of those before; of two processes at it the later look stays. */
    async save(proof: ProofRow, before: readonly Case[], after: readonly Case[]): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const row = { ...proof, counted: JSON.stringify(proof.counted) };
        const { guidance_id: _id, stretch: _stretch, ...columns } = row;
        const kept = await tx
          .insertInto('insight_proofs')
          .values(row)
          .onConflict((conflict) =>
            conflict
              .columns(['guidance_id', 'stretch'])
              .doUpdateSet(columns)
              .where('insight_proofs.measured_at', '<=', proof.measured_at),
          )
          .returning('stretch')
          .executeTakeFirst();
        if (kept === undefined) return;
        await tx
          .deleteFrom('insight_cases')
          .where('guidance_id', '=', proof.guidance_id)
          .where('stretch', '=', proof.stretch)
          .execute();
        const rows = [...before.map(rowOf(false)), ...after.map(rowOf(true))];
        await sql`insert into insight_cases
            (guidance_id, stretch, is_after, conversation_id, asked_at, is_down, is_handed, is_back)
          select ${proof.guidance_id}::uuid, ${proof.stretch}::int, "isAfter", "conversationId", "askedAt", "isDown",
            "isHanded", "isBack"
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as one("isAfter" boolean, "conversationId" uuid,
            "askedAt" bigint, "isDown" boolean, "isHanded" boolean, "isBack" boolean)
          on conflict do nothing`.execute(tx);
      });
    },

    /** What a guidance of these sites has changed, the newest stretch first; null for one of another site. */
    async ofGuidance(id: string, siteIds: readonly string[]): Promise<GuidanceProofs | null> {
      const guidance = await db
        .selectFrom('guidance')
        .select(['site_id', 'live'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (guidance === undefined || !siteIds.includes(guidance.site_id)) return null;
      const rows = await db
        .selectFrom('insight_proofs')
        .selectAll()
        .where('guidance_id', '=', id)
        .orderBy('stretch', 'desc')
        .limit(mostProofs)
        .execute();
      const proofs = rows.map(toProof);
      const isLive = ({ version, until, measuredAt }: Proof) =>
        version === guidance.live && (until === null || until > measuredAt);
      return { proofs, isMeasured: guidance.live === null || proofs.some(isLive) };
    },

    /** What was live in this time, and what it changed: what got worse first, then by its cases. */
    async effects(siteIds: readonly string[], { from, to }: Span, limit: number): Promise<GuidanceEffect[]> {
      if (siteIds.length === 0) return [];
      const rows = await db
        .selectFrom('insight_proofs')
        .innerJoin('sites', 'sites.id', 'insight_proofs.site_id')
        .innerJoin('guidance_versions', (join) =>
          join
            .onRef('guidance_versions.guidance_id', '=', 'insight_proofs.guidance_id')
            .onRef('guidance_versions.version', '=', 'insight_proofs.version'),
        )
        .selectAll('insight_proofs')
        .select(['sites.key', 'examples'])
        .where('insight_proofs.site_id', 'in', [...siteIds])
        .where('from_at', '<', to)
        .where((where) => where.or([where('until_at', 'is', null), where('until_at', '>', from)]))
        .orderBy(sql`verdict = 'worse'`, 'desc')
        .orderBy(sql`(counted #>> '{after,down,of}')::int + (counted #>> '{before,down,of}')::int`, 'desc')
        .orderBy('insight_proofs.guidance_id')
        .orderBy('stretch')
        .limit(limit)
        .execute();
      return rows.map(({ key, examples, ...row }) => ({
        id: row.guidance_id,
        site: key,
        question: examples[0] ?? '',
        proof: toProof(row),
      }));
    },

    /** The conversations behind a figure of a proof, newest first. */
    async cases(
      { siteIds, guidanceId, stretch, isAfter, measure }: AskedCases,
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<InsightsVisits> {
      const has = measure === null ? sql`true` : sql`${sql.ref(`is_${measure}`)}`;
      const behind =
        cursor === null
          ? sql`true`
          : sql`(asked_at, conversation_id) < (${cursor.askedAt}::bigint, ${cursor.conversationId}::uuid)`;
      const { rows: found } = await sql<End>`
        select asked_at as "askedAt", conversation_id as "conversationId" from insight_cases
        where guidance_id = ${guidanceId} and stretch = ${stretch} and is_after = ${isAfter} and ${has} and ${behind}
          and exists (select from guidance where id = guidance_id and site_id = any(${[...siteIds]}::uuid[]))
        order by asked_at desc, conversation_id desc limit ${limit + 1}`.execute(db);
      const page = found.slice(0, limit);
      const ids = [...new Set(page.map(({ conversationId }) => conversationId))];
      const rows = ids.length === 0 ? [] : await summaries(db).where('conversations.id', 'in', ids).execute();
      const byId = new Map(rows.map((row) => [row.id, toSummary(row)]));
      const last = page.at(-1);
      return {
        visits: page.flatMap(({ conversationId, askedAt }) => {
          const conversation = byId.get(conversationId);
          // Erased meanwhile.
          return conversation === undefined ? [] : [{ at: askedAt, conversation }];
        }),
        next: found.length > limit && last !== undefined ? caseCursor.encode(last) : null,
      };
    },
  };
}

const rowOf = (isAfter: boolean) => (one: Case) => ({
  isAfter,
  conversationId: one.conversationId,
  askedAt: one.askedAt,
  isDown: one.isDown,
  isHanded: one.isHanded,
  isBack: one.isBack,
});

function toProof(row: Selectable<InsightProofsTable>): Proof {
  const { windows, before, after, given, leftOut, sampled }: Counted = row.counted;
  return {
    stretch: row.stretch,
    version: row.version,
    kind: row.kind,
    from: row.from_at,
    until: row.until_at,
    windows,
    cases: { before: before.down.of, after: after.down.of, given, leftOut },
    sampled,
    ...judge(row.kind, before, after),
    measuredAt: row.measured_at,
    isFinal: row.is_final,
  };
}
