import { sql } from 'kysely';
import { type RoutingRules, type Seat, type Waiting, waitingIn } from '../domain/routing.ts';
import { agentLoads } from './agent-loads.ts';
import { workingRoles } from './agents.ts';
import { inQueueOrder } from './conversations.ts';
import type { Database } from './database.ts';
import { isOnPhone, isThere } from './presence.ts';

/** Any number that nothing else locks. */
const routingLock = 7_204_113;

export interface Abandoned {
  readonly id: string;
  readonly siteId: string;
  readonly agentId: string;
  readonly isAnswered: boolean;
}

/** What an agent takes on; what is left out stays. */
export interface SeatChange {
  readonly capacity?: number;
  readonly teams?: readonly string[];
  readonly languages?: readonly string[];
}

/** @param db or whatever transaction it belongs to */
export async function setSeat(
  db: Pick<Database, 'updateTable'>,
  agentId: string,
  { capacity, teams, languages }: SeatChange,
): Promise<void> {
  const values = {
    ...(capacity === undefined ? {} : { capacity }),
    ...(teams === undefined ? {} : { teams: [...teams] }),
    ...(languages === undefined ? {} : { languages: [...languages] }),
  };
  if (Object.keys(values).length === 0) return;
  await db.updateTable('agents').set(values).where('id', '=', agentId).execute();
}

/** The same, as the audit log tells it. */
export const seatDetail = (change: SeatChange): Record<string, string> =>
  Object.fromEntries(Object.entries(change).map(([name, value]) => [name, String(value)]));

/** What routing reads: who waits, and who could take them. */
export function createRouting(db: Database) {
  return {
    /**
     * Runs the work while no other process does: two that offered at once would give one agent both of their
     * customers. The lock goes with its transaction, so a process that dies leaves none.
     * @returns false if another process is at it
     */
    async exclusively(work: () => Promise<void>): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        const { rows } = await sql<{
          got: boolean;
        }>`select pg_try_advisory_xact_lock(${sql.lit(routingLock)}) as got`.execute(tx);
        if (rows[0]?.got !== true) return false;
        await work();
        return true;
      });
    },

    /** Who waits at this site, the first of the queue: more than agents have room for. */
    async waiting(siteId: string, rules: RoutingRules, now: number): Promise<Waiting[]> {
      const rows = await inQueueOrder(
        db
          .selectFrom('conversations')
          .select(['id', 'state', 'context'])
          .where('site_id', '=', siteId)
          .where('status', '=', 'waiting'),
      )
        .limit(1_000)
        .execute();
      return rows.flatMap(({ id, state, context }) => {
        const one = waitingIn({ id, language: context.language ?? null, state }, rules, now);
        return one === null ? [] : [one];
      });
    },

    /** Agents of this site who are there and take customers, with all that they have, at other sites too. */
    async seats(siteId: string, now: number): Promise<Seat[]> {
      const { rows } = await sql<Seat>`
        with ${agentLoads(now)}
        select agents.id, name, capacity, teams, languages, offered_at as "idleSince", coalesce(load, 0) as load,
          ${isOnPhone(now)} as "isOnPhone"
        from agents
        join auth_user on auth_user.id = agents.id
        join agent_sites on agent_sites.agent_id = agents.id
        left join loads on loads.agent_id = agents.id
        where agent_sites.site_id = ${siteId} and role = any(${workingRoles}) and availability = 'online'
          and ${isThere(now)}`.execute(db);
      return rows;
    },

    /**
     * One more offer that this agent let pass. Two that were made at once are one: a single look away.
     * @returns how many in a row; 0 if this one does not count
     */
    async missOne(agentId: string, offeredAt: number, now: number): Promise<number> {
      const row = await db
        .updateTable('agents')
        .set({ missed_offers: sql`missed_offers + 1`, missed_at: now })
        .where('id', '=', agentId)
        .where('missed_at', '<=', offeredAt)
        .returning('missed_offers')
        .executeTakeFirst();
      return row?.missed_offers ?? 0;
    },

    async setMissed(agentId: string, missed: number): Promise<void> {
      await db
        .updateTable('agents')
        .set({ missed_offers: missed })
        .where('id', '=', agentId)
        .where('missed_offers', '<>', missed)
        .execute();
    },

    async setOffered(agentIds: readonly string[], at: number): Promise<void> {
      if (agentIds.length === 0) return;
      await db
        .updateTable('agents')
        .set({ offered_at: at })
        .where('id', 'in', [...agentIds])
        .execute();
    },

    /**
     * Conversations whose agent is not there: gone from the site, without leave to work, or (at sites that offer) away;
     * and whether they have written to the customer.
     * @param id only this one
     */
    async abandoned(now: number, id: string | null = null): Promise<Abandoned[]> {
      const { rows } = await sql<Abandoned>`
        select conversations.id, conversations.site_id as "siteId", conversations.agent_id as "agentId",
          state->>'firstReplyAt' is not null as "isAnswered"
        from conversations
        join sites on sites.id = conversations.site_id
        left join agent_sites on agent_sites.agent_id = conversations.agent_id
          and agent_sites.site_id = conversations.site_id
        left join agents on agents.id = agent_sites.agent_id
        where status = 'human' and (agents.id is null or role <> all(${workingRoles})
            or (not ${isThere(now)} and sites.routing->>'mode' = 'offer'))
          and (${id}::uuid is null or conversations.id = ${id}::uuid)
        order by last_at
        limit 200`.execute(db);
      return rows;
    },

    async seat(agentId: string) {
      return db
        .selectFrom('agents')
        .select(['capacity', 'teams', 'languages'])
        .where('id', '=', agentId)
        .executeTakeFirstOrThrow();
    },

    setSeat: (agentId: string, seat: SeatChange): Promise<void> => setSeat(db, agentId, seat),
  };
}
