import { sql } from 'kysely';
import type { FactExportRow } from '../domain/export/columns.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';

/** Conversation and seq of the last fact of a page. */
interface End {
  readonly conversationId: string;
  readonly seq: number;
}
export const factsCursor = createCursor<End>({ conversationId: 'uuid', seq: 'number' });

/** From when on and until when, epoch ms. */
export interface FactsFilter {
  readonly from?: number;
  readonly until?: number;
}

/** Facts of all conversations of some sites, one conversation after the other, for exports. */
export function createExportedFacts(db: Database) {
  const facts = (siteIds: readonly string[], { from, until }: FactsFilter) =>
    db
      .selectFrom('facts')
      // Whoever is erased has no conversation any more, and with it no fact that is found.
      .innerJoin('conversations', 'conversations.id', 'facts.conversation_id')
      .where('conversations.site_id', '=', sql<string>`any(${[...siteIds]}::uuid[])`)
      .$if(from !== undefined, (query) => query.where('facts.at', '>=', from ?? 0))
      .$if(until !== undefined, (query) => query.where('facts.at', '<', until ?? 0));
  return {
    async count(siteIds: readonly string[], filter: FactsFilter): Promise<number> {
      const { total } = await facts(siteIds, filter)
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },

    async page(
      siteIds: readonly string[],
      filter: FactsFilter,
      cursor: End | null,
      limit: number,
    ): Promise<FactExportRow[]> {
      const rows = await facts(siteIds, filter)
        .select(['facts.conversation_id', 'facts.seq', 'facts.at', 'facts.type', 'facts.body'])
        .$if(cursor !== null, (query) =>
          query.where(
            sql<boolean>`(facts.conversation_id, facts.seq) > (${cursor?.conversationId}::uuid, ${cursor?.seq}::integer)`,
          ),
        )
        .orderBy('facts.conversation_id')
        .orderBy('facts.seq')
        .limit(limit)
        .execute();
      const withheld = await withheldOf(db, [...new Set(rows.map((row) => row.conversation_id))]);
      return rows.map(({ conversation_id: conversationId, ...fact }) => ({
        conversationId,
        ...fact,
        doNotTrain: withheld.has(conversationId),
      }));
    },
  };
}

/**
 * Those of these conversations in which any feedback says that nothing may learn from it: its transcript is what the
 * facts are.
 */
async function withheldOf(db: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const sayings = ['answer_feedback', 'conversation_ratings', 'handoff_ratings', 'answer_signals'].map(
    (table) => sql`select conversation_id as id from ${sql.table(table)}
      where do_not_train and conversation_id = any(${[...ids]}::uuid[])`,
  );
  const { rows } = await sql<{ id: string }>`${sql.join(sayings, sql` union `)}`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
