import { sql } from 'kysely';
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
