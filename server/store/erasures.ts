import { sql } from 'kysely';
import { addEntries, type NewAuditEntry } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import { forgetVisits } from './insights-reader.ts';
import { forgetWeakAnswers } from './weak-reader.ts';

/** A customer who is gone, and what was theirs. */
export interface Erasure {
  readonly customerId: string;
  readonly siteId: string;
  readonly conversationIds: readonly string[];
  readonly at: number;
}

/** By what an operator names a customer, of one site. */
export type Named =
  | { readonly externalId: string }
  | { readonly email: string }
  | { readonly conversationId: string };

/**
 * Tables whose rows belong to a conversation without a key that says so: writing them must cost no look at another. Of
 * replays it is what the conversation's questions were answered with.
 */
const looseTables = [
  'facts',
  'commands',
  'search_lines',
  'search_heads',
  'insight_visits',
  'insight_weak',
  'insight_heads',
  'weak_answers',
  'weak_heads',
  'replay_results',
];

/** Takes customers and everything they said out of the database. */
export function createErasures(db: Database) {
  return {
    /** How many conversations a customer has. */
    async conversationsOf(customerId: string): Promise<number> {
      const { count } = await db
        .selectFrom('conversations')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('customer_id', '=', customerId)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Customers of this site who are named so: by an e-mail address that they left it may be several. */
    async named(siteId: string, name: Named): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        select customers.id from customers where site_id = ${siteId}::uuid and ${
          'externalId' in name
            ? sql`external_id = ${name.externalId}`
            : 'conversationId' in name
              ? sql`id = (select customer_id from conversations where conversations.id = ${name.conversationId}::uuid)`
              : sql`(lower(email) = lower(${name.email}) or id in (
                  select customer_id from conversations
                  where site_id = ${siteId}::uuid and lower(state->'followUp'->>'email') = lower(${name.email})))`
        }`.execute(db);
      return rows.map(({ id }) => id);
    },

    /**
     * Erases the customer with every conversation, in one transaction with its entry in the audit log.
     * @param expected conversations that whoever decided it has seen; null: however many there are
     * @returns null: there is no such customer any more; `changed`: the customer has others by now, nothing was done
     */
    erase: (
      customerId: string,
      expected: number | null,
      entry: Omit<NewAuditEntry, 'siteIds' | 'object' | 'detail'>,
    ) =>
      db.transaction().execute(async (tx): Promise<Erasure | 'changed' | null> => {
        const customer = await tx
          .selectFrom('customers')
          .select('site_id')
          .where('id', '=', customerId)
          .forUpdate()
          .executeTakeFirst();
        if (customer === undefined) return null;
        const rows = await tx
          .selectFrom('conversations')
          .select('id')
          .where('customer_id', '=', customerId)
          .orderBy('id')
          .forUpdate()
          .execute();
        if (expected !== null && rows.length !== expected) return 'changed';
        const ids = rows.map(({ id }) => id);
        const siteId = customer.site_id;
        await forgetVisits(tx, ids);
        await forgetWeakAnswers(tx, ids, entry.at);
        await sweep(tx, ids);
        await tx.deleteFrom('conversations').where('customer_id', '=', customerId).execute();
        await tx.deleteFrom('customers').where('id', '=', customerId).execute();
        const { at } = entry;
        await tx
          .insertInto('erasures')
          .values({ customer_id: customerId, site_id: siteId, conversation_ids: ids, at })
          .execute();
        await addEntries(tx, [
          {
            ...entry,
            siteIds: [siteId],
            object: { kind: 'customer', id: customerId },
            detail: { conversations: ids.length },
          },
        ]);
        return { customerId, siteId, conversationIds: ids, at };
      }),

    /** Customers who were erased since then. */
    async since(at: number): Promise<Erasure[]> {
      const rows = await db.selectFrom('erasures').selectAll().where('at', '>=', at).execute();
      return rows.map(({ customer_id, site_id, conversation_ids, at }) => ({
        customerId: customer_id,
        siteId: site_id,
        conversationIds: conversation_ids,
        at,
      }));
    },

    /** Clears away what was being written of these conversations while they were erased. */
    sweep: (ids: readonly string[]): Promise<void> => db.transaction().execute((tx) => sweep(tx, ids)),
  };
}

async function sweep(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const table of looseTables) {
    await sql`delete from ${sql.table(table)} where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  }
}
