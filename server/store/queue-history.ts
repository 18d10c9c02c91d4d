import { sql } from 'kysely';
import type { PastWait } from '../domain/wait-estimate.ts';
import type { Database } from './database.ts';

/** What became of those who waited. */
export function createQueueHistory(db: Database) {
  return {
    /**
     * How long the last customers of this site waited until a person came, ms, from those who are with a person now
     * and those who were resolved last: at most 60.
     */
    async recentWaits(siteId: string): Promise<number[]> {
      const { rows } = await sql<{ waited: number }>`
        select accepted.at - requested.at as waited
        from (
          (select id from conversations where site_id = ${siteId} and status = 'human' limit 30)
          union all
          (select id from conversations where site_id = ${siteId} and status = 'resolved'
            order by resolved_at desc limit 30)) as recent,
        lateral (select seq, at from facts where conversation_id = recent.id and type = 'handoff.accepted'
          order by seq desc limit 1) as accepted,
        lateral (select at from facts where conversation_id = recent.id and type = 'handoff.requested'
          and seq < accepted.seq order by seq desc limit 1) as requested`.execute(db);
      return rows.map(({ waited }) => waited);
    },

    /**
     * The first estimate of each of the last waits of this site with what came of it, oldest first: at most 400. Only
     * waits that ended with a person: those who gave up tell how long they could bear it, not how long it takes.
     */
    async pastWaits(siteId: string): Promise<PastWait[]> {
      const { rows } = await sql<PastWait>`
        select (told.body->>'expectedMs')::int as "expectedMs", accepted.at - told.at as "waitedMs",
          nullif(told.body->'wait', 'null') as told
        from ${lastWaits(siteId, 400)}
        cross join lateral (select at, body from facts where conversation_id = accepted.id and type = 'queue.told'
          and seq > requested.seq and seq < accepted.seq and body ? 'expectedMs' order by seq limit 1) as told
        order by accepted.at`.execute(db);
      return rows;
    },

    /** How long agents of this site lately took to accept, and kept a customer, ms; null while nobody has. */
    async pace(siteId: string): Promise<{ responseMs: number; handlingMs: number } | null> {
      const { rows } = await sql<{ responseMs: number | null; handlingMs: number | null }>`
        select avg(accepted.at - coalesce(offered.at, requested.at))::float8 as "responseMs",
          avg(ended.at - accepted.at)::float8 as "handlingMs"
        from ${lastWaits(siteId, 60)}
        left join lateral (select at from facts where conversation_id = accepted.id and type = 'handoff.offered'
          and seq > requested.seq and seq < accepted.seq order by seq desc limit 1) as offered on true
        left join lateral (select at from facts where conversation_id = accepted.id and seq > accepted.seq
          and type in ('conversation.resolved', 'handoff.returned', 'handoff.transferred')
          order by seq limit 1) as ended on true`.execute(db);
      const { responseMs, handlingMs } = rows[0] ?? {};
      return responseMs == null || handlingMs == null ? null : { responseMs, handlingMs };
    },

    /** Conversations in which people wrote before this time to a customer who left an address, and it was not sent. */
    async unsentFollowUps(before: number): Promise<{ id: string; through: number }[]> {
      return db
        .selectFrom('conversations')
        .select(['id', sql<number>`(state->'followUp'->>'through')::int`.as('through')])
        .where('status', 'in', ['human', 'resolved'])
        .where('last_author', '=', 'agent')
        .where('last_at', '<', before)
        .where(sql<boolean>`(state->'followUp'->>'through')::int < seq`)
        .where(
          sql<boolean>`exists (select from facts where conversation_id = conversations.id
            and facts.seq > (state->'followUp'->>'through')::int and type = 'message.sent'
            and body->'by'->>'kind' = 'agent')`,
        )
        .orderBy('last_at', 'desc')
        .limit(200)
        .execute();
    },
  };
}

/** How the last conversations of a site came to a person: `accepted` (id, seq, at) and the `requested` before it. */
const lastWaits = (siteId: string, most: number) => sql`(
  (select id from conversations where site_id = ${siteId} and status = 'human' limit ${most / 2})
  union all
  (select id from conversations where site_id = ${siteId} and status = 'resolved'
    order by resolved_at desc limit ${most / 2})) as recent
cross join lateral (select recent.id, seq, at from facts where conversation_id = recent.id
  and type = 'handoff.accepted' order by seq desc limit 1) as accepted
cross join lateral (select seq, at from facts where conversation_id = recent.id
  and type in ('handoff.requested', 'handoff.transferred') and seq < accepted.seq
  order by seq desc limit 1) as requested`;
