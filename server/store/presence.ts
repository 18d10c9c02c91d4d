import { type RawBuilder, sql } from 'kysely';
import { phoneReachMs, presenceTimeoutMs } from '../domain/presence.ts';
import type { Database } from './database.ts';

/** Whether a console of theirs is in front of them, as a condition on `agents`. */
const isAtDesk = (now: number): RawBuilder<boolean> => sql`coalesce(seen_at, 0) > ${now - presenceTimeoutMs}`;

/** Whether they are reached on their phone alone. */
export const isOnPhone = (now: number): RawBuilder<boolean> =>
  sql`(not ${isAtDesk(now)} and availability = 'online' and coalesce(phone_until, 0) > ${now})`;

/** Whether they are there in one way or the other; an agent who is away is there, too. */
export const isThere = (now: number): RawBuilder<boolean> => sql`(${isAtDesk(now)} or ${isOnPhone(now)})`;

/** Where agents are. The rule is `presenceOf` (server/domain/presence.ts). */
export function createPresence(db: Database) {
  return {
    /** Consoles of these agents are in front of somebody; null: the last one of each was closed. */
    async setSeen(ids: readonly string[], seenAt: number | null): Promise<void> {
      if (ids.length === 0) return;
      await db
        .updateTable('agents')
        .set({ seen_at: seenAt })
        .where('id', 'in', [...ids])
        .execute();
    },

    /** Consoles of these agents are on phones that Web Push wakes, and were in their hands a moment ago. */
    async setOnPhone(ids: readonly string[], now: number): Promise<void> {
      if (ids.length === 0) return;
      await db
        .updateTable('agents')
        .set({ phone_until: now + phoneReachMs })
        .where('id', 'in', [...ids])
        .execute();
    },

    /** Their phone reaches them no more: signed out, closed, or switched off. */
    async forgetPhone(id: string): Promise<void> {
      await db.updateTable('agents').set({ phone_until: null }).where('id', '=', id).execute();
    },

    /** Which of these agents are reached on their phone alone. */
    async onPhone(ids: readonly string[], now: number): Promise<ReadonlySet<string>> {
      if (ids.length === 0) return new Set();
      const rows = await db
        .selectFrom('agents')
        .select('id')
        .where('id', 'in', [...ids])
        .where(isOnPhone(now))
        .execute();
      return new Set(rows.map(({ id }) => id));
    },

    /**
     * Shortens for how long the phone of an agent who is on it alone still counts; 0: no longer.
     * @returns the sites where that may change who is there; null if they are not on the phone
     */
    async boundPhone(id: string, now: number, until: number): Promise<readonly string[] | null> {
      const row = await db
        .updateTable('agents')
        .set({ phone_until: sql`least(phone_until, ${until}::bigint)` })
        .where('id', '=', id)
        .where(isOnPhone(now))
        .returning('id')
        .executeTakeFirst();
      if (row === undefined) return null;
      const sites = await db.selectFrom('agent_sites').select('site_id').where('agent_id', '=', id).execute();
      return sites.map((site) => site.site_id);
    },
  };
}
