import { randomBytes, randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { FactType } from '../../protocol/conversation.ts';
import type { PausedBecause } from '../../protocol/webhooks.ts';
import type { Database } from './database.ts';
import type { WebhooksTable } from './schema-webhooks.ts';

/** Where facts of a site are sent. */
export interface StoredWebhook {
  readonly id: string;
  readonly siteId: string;
  readonly url: string;
  readonly secret: string;
  /** Signs beside the new one until its receiver has changed over; null once that time is up. */
  readonly oldSecret: string | null;
  readonly oldSecretUntil: number | null;
  /** null: all that the customer may see. */
  readonly types: readonly FactType[] | null;
  readonly paused: PausedBecause | null;
  readonly pausedAt: number | null;
  readonly createdAt: number;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly deliveredAt: number | null;
}

export const mostWebhooksPerSite = 10;
/** How long the secret before signs as well after a new one was made. */
const overlapMs = 24 * 60 * 60_000;

/** `whsec_` and 256 bits: recognised by tools that look for secrets in code. */
const makeSecret = () => `whsec_${randomBytes(32).toString('base64url')}`;

/** The webhooks of the sites, without what is sent to them. */
export function createWebhooks(db: Database) {
  return {
    /** Of these sites, oldest first. */
    async ofSites(siteIds: readonly string[]): Promise<StoredWebhook[]> {
      const rows = await db
        .selectFrom('webhooks')
        .selectAll()
        .where('site_id', '=', sql<string>`any(${[...siteIds]}::uuid[])`)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(toWebhook);
    },

    /** All that send. */
    async sending(): Promise<StoredWebhook[]> {
      const rows = await db.selectFrom('webhooks').selectAll().where('paused', 'is', null).execute();
      return rows.map(toWebhook);
    },

    async byId(id: string): Promise<StoredWebhook | null> {
      const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toWebhook(row);
    },

    /**
     * Adds one that begins with what happens from now on.
     * @returns null when the site has as many as it may have
     */
    async add(
      given: { siteId: string; url: string; types: readonly FactType[] | null },
      now: number,
    ): Promise<StoredWebhook | null> {
      return db.transaction().execute(async (tx) => {
        // Two that are added at once are counted one after the other.
        await sql`select 1 from sites where id = ${given.siteId}::uuid for update`.execute(tx);
        const { count } = await tx
          .selectFrom('webhooks')
          .select(sql<number>`count(*)`.as('count'))
          .where('site_id', '=', given.siteId)
          .executeTakeFirstOrThrow();
        if (count >= mostWebhooksPerSite) return null;
        const row = await tx
          .insertInto('webhooks')
          .values({
            id: randomUUID(),
            site_id: given.siteId,
            url: given.url,
            secret: makeSecret(),
            types: given.types === null ? null : [...given.types],
            created_at: now,
            swept_at: now,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return toWebhook(row);
      });
    },

    /** What is left out stays. */
    async change(id: string, change: { url?: string; types?: readonly FactType[] | null }): Promise<void> {
      const { url, types } = change;
      const values = {
        ...(url === undefined ? {} : { url }),
        ...(types === undefined ? {} : { types: types === null ? null : [...types] }),
      };
      if (Object.keys(values).length === 0) return;
      await db.updateTable('webhooks').set(values).where('id', '=', id).execute();
    },

    /** @returns false if it was paused already */
    async pause(id: string, because: PausedBecause, now: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('webhooks')
        .set({ paused: because, paused_at: now })
        .where('id', '=', id)
        .where('paused', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** It goes on from where each conversation stands, at once: what had to wait for its next try waits no longer. */
    async resume(id: string, now: number): Promise<void> {
      await db.transaction().execute(async (tx) => {
        await tx
          .updateTable('webhooks')
          .set({ paused: null, paused_at: null, failures: 0, failing_since: null })
          .where('id', '=', id)
          .execute();
        await tx
          .updateTable('webhook_cursors')
          .set({ attempt: 0, due_at: now })
          .where('webhook_id', '=', id)
          .where('due_at', 'is not', null)
          .execute();
      });
    },

    /** @returns the new secret; null if there is no such webhook */
    async rotateSecret(id: string, now: number): Promise<string | null> {
      const secret = makeSecret();
      const row = await db
        .updateTable('webhooks')
        .set((column) => ({
          old_secret: column.ref('secret'),
          old_secret_until: now + overlapMs,
          secret,
        }))
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row === undefined ? null : secret;
    },

    async remove(id: string): Promise<void> {
      await db.deleteFrom('webhooks').where('id', '=', id).execute();
    },

    /** One got through. Written each time only while it matters: else every fact would write this row, too. */
    async succeeded(id: string, now: number): Promise<void> {
      await db
        .updateTable('webhooks')
        .set({ failures: 0, failing_since: null, delivered_at: now })
        .where('id', '=', id)
        .where((where) =>
          where.or([
            where('failures', '>', 0),
            where('delivered_at', 'is', null),
            where('delivered_at', '<', now - 10_000),
          ]),
        )
        .execute();
    },

    /** One did not get through. @returns how many in a row by now, and since when */
    async failedOnce(id: string, now: number): Promise<{ failures: number; failingSince: number }> {
      const row = await db
        .updateTable('webhooks')
        .set((column) => ({
          failures: sql<number>`failures + 1`,
          failing_since: column.fn.coalesce('failing_since', column.val(now)),
        }))
        .where('id', '=', id)
        .returning(['failures', 'failing_since'])
        .executeTakeFirst();
      return { failures: row?.failures ?? 0, failingSince: row?.failing_since ?? now };
    },
  };
}

const toWebhook = (row: Selectable<WebhooksTable>): StoredWebhook => ({
  id: row.id,
  siteId: row.site_id,
  url: row.url,
  secret: row.secret,
  oldSecret: row.old_secret,
  oldSecretUntil: row.old_secret_until,
  types: row.types,
  paused: row.paused,
  pausedAt: row.paused_at,
  createdAt: row.created_at,
  failures: row.failures,
  failingSince: row.failing_since,
  deliveredAt: row.delivered_at,
});
