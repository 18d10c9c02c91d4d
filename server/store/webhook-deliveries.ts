import { sql } from 'kysely';
import type { WebhookDelivery } from '../../protocol/webhooks.ts';
import type { Database } from './database.ts';

export type NewDelivery = Omit<WebhookDelivery, 'id'> & { readonly webhookId: string };

const pageSize = 50;

/** What became of the tries: one row a failed one, and one for each stretch of facts that got through in a row. */
export function createWebhookDeliveries(db: Database) {
  return {
    async add(delivery: NewDelivery): Promise<void> {
      const { webhookId, conversation, fromSeq, throughSeq, ...rest } = delivery;
      // Not `values`: the webhook or the conversation may have been removed while it was sent.
      await sql`
        insert into webhook_deliveries
          (webhook_id, conversation_id, from_seq, through_seq, at, attempt, result, status, error, ms)
        select webhooks.id, conversations.id, ${fromSeq}, ${throughSeq}, ${rest.at}, ${rest.attempt},
          ${rest.result}, ${rest.status}, ${rest.error}, ${rest.ms}
        from webhooks, conversations
        where webhooks.id = ${webhookId}::uuid and conversations.id = ${conversation}::uuid`.execute(db);
    },

    /** The newest first. @param before id of the last one of the page before; null for the first page */
    async page(webhookId: string, before: number | null) {
      const rows = await db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
        .orderBy('id', 'desc')
        .limit(pageSize + 1)
        .execute();
      const deliveries = rows.slice(0, pageSize).map(
        (row): WebhookDelivery => ({
          id: row.id,
          conversation: row.conversation_id,
          fromSeq: row.from_seq,
          throughSeq: row.through_seq,
          at: row.at,
          attempt: row.attempt,
          result: row.result,
          status: row.status,
          error: row.error,
          ms: row.ms,
        }),
      );
      return { deliveries, next: rows.length > pageSize ? (deliveries.at(-1)?.id ?? null) : null };
    },

    /** How many failed for good and were not replayed, by webhook. */
    async failed(webhookIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
      const rows = await db
        .selectFrom('webhook_deliveries')
        .select(['webhook_id', sql<number>`count(*)`.as('count')])
        .where('webhook_id', '=', sql<string>`any(${[...webhookIds]}::uuid[])`)
        .where('result', '=', 'failed')
        .groupBy('webhook_id')
        .execute();
      return new Map(rows.map((row) => [row.webhook_id, row.count]));
    },

    /** Forgets some of the tries before this time. @returns how many; 0 when none is left */
    async forget(before: number): Promise<number> {
      const { numAffectedRows } = await sql`
        delete from webhook_deliveries where id in (
          select id from webhook_deliveries where at < ${before} limit 5000 for update skip locked)`.execute(
        db,
      );
      return Number(numAffectedRows ?? 0n);
    },
  };
}
