import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { workingRoles } from './agents.ts';
import type { Database } from './database.ts';

/** Where a browser takes its messages: an address that only its push service knows, and keys to write to it. */
export interface PushSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** An agent of a site who may be told of a customer who waits. */
export interface Reachable {
  readonly id: string;
  readonly email: string;
}

/** Somebody waits, and nobody sees to it that agents are told: `step` is the next one to take. */
export interface Unattended {
  readonly conversationId: string;
  readonly siteId: string;
  readonly since: number;
  readonly step: number;
}

const readAtOnce = 500;

/** Who is told of waiting customers, how far that has come, and the devices that are told by Web Push. */
export function createNotifications(db: Database) {
  return {
    /**
     * Keeps which step comes next for this wait, and when; null: none. What is known already and further on stays, so
     * that it does not matter which of two processes says it last.
     */
    async keepStep(conversationId: string, since: number, step: number, dueAt: number | null): Promise<void> {
      await db
        .insertInto('handoff_notices')
        .values({ conversation_id: conversationId, since, step, due_at: dueAt })
        .onConflict((conflict) =>
          conflict
            .column('conversation_id')
            .doUpdateSet({ since, step, due_at: dueAt })
            .where(
              sql<boolean>`(handoff_notices.since, handoff_notices.step) < (${since}::bigint, ${step}::int)`,
            ),
        )
        .execute();
    },

    /** Who waits although nothing is planned for this wait, or what was planned is overdue since `lateBefore`. */
    async unattended(lateBefore: number): Promise<Unattended[]> {
      const rows = await db
        .selectFrom('conversations')
        .leftJoin('handoff_notices', (join) =>
          join.onRef('conversation_id', '=', 'conversations.id').on('handoff_notices.since', '=', begunAt),
        )
        .select(['conversations.id', 'site_id', 'step', begunAt.as('begunAt')])
        .where('status', '=', 'waiting')
        .where((where) => where.or([where('step', 'is', null), where('due_at', '<', lateBefore)]))
        .orderBy('waiting_since')
        .limit(readAtOnce)
        .execute();
      return rows.map((row) => ({
        conversationId: row.id,
        siteId: row.site_id,
        since: row.begunAt,
        step: row.step ?? 0,
      }));
    },

    /** The site's agents who have not set themselves away; all of them, if every one has. */
    async reachable(siteId: string): Promise<Reachable[]> {
      const rows = await db
        .selectFrom('agents')
        .innerJoin('agent_sites', 'agent_id', 'agents.id')
        .innerJoin('auth_user', 'auth_user.id', 'agents.id')
        .select(['agents.id', 'email', 'availability'])
        .where('site_id', '=', siteId)
        .where('role', 'in', workingRoles)
        .orderBy('agents.id')
        .execute();
      const here = rows.filter(({ availability }) => availability === 'online');
      return (here.length > 0 ? here : rows).map(({ id, email }) => ({ id, email }));
    },

    /** A device belongs to whoever switched it on last: two agents who share a browser do not both get its messages. */
    async saveSubscription(agentId: string, { endpoint, keys }: PushSubscription): Promise<void> {
      const values = { agent_id: agentId, endpoint, keys: JSON.stringify(keys), created_at: Date.now() };
      await db
        .insertInto('push_subscriptions')
        .values({ id: idOf(endpoint), ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
      // Nobody has that many devices: the oldest go, so that no loop in a browser fills the table.
      await sql`delete from push_subscriptions where id in (
        select id from push_subscriptions where agent_id = ${agentId} order by created_at desc offset ${maxDevices})`.execute(
        db,
      );
    },

    /** @param agentId whose it must be; null: whoever's it is */
    async removeSubscription(endpoint: string, agentId: string | null): Promise<void> {
      await db
        .deleteFrom('push_subscriptions')
        .where('id', '=', idOf(endpoint))
        .$if(agentId !== null, (query) => query.where('agent_id', '=', agentId ?? ''))
        .execute();
    },

    async subscriptions(agentIds: readonly string[]): Promise<PushSubscription[]> {
      if (agentIds.length === 0) return [];
      return db
        .selectFrom('push_subscriptions')
        .select(['endpoint', 'keys'])
        .where('agent_id', 'in', [...agentIds])
        .orderBy('id')
        .execute();
    },
  };
}

const begunAt = sql<number>`(conversations.state->>'begunAt')::bigint`;
const maxDevices = 20;
const idOf = (endpoint: string) => hash('sha256', endpoint);
