import type { Database } from './database.ts';
import { storable } from './storable.ts';

/** What bots' adapters remember of conversations between their turns, on whichever node the next one runs. */
export function createBotSessions(db: Database) {
  const numberOf = async (conversationId: string): Promise<number | null> => {
    const row = await db
      .selectFrom('conversation_numbers')
      .select('number')
      .where('conversation_id', '=', conversationId)
      .executeTakeFirst();
    return row?.number ?? null;
  };

  return {
    /** What was written last; empty before. */
    async read(conversationId: string): Promise<Record<string, unknown>> {
      const row = await db
        .selectFrom('bot_sessions')
        .select('data')
        .where('conversation_id', '=', conversationId)
        .executeTakeFirst();
      return row?.data ?? {};
    },

    async write(conversationId: string, data: Record<string, unknown>): Promise<void> {
      const values = { data: JSON.stringify(storable(data)) };
      await db
        .insertInto('bot_sessions')
        .values({ ...values, conversation_id: conversationId })
        .onConflict((conflict) => conflict.column('conversation_id').doUpdateSet(values))
        .execute();
    },

    /** The conversation's number, for bots that know conversations by number only; made when first asked for. */
    async numberOf(conversationId: string): Promise<number> {
      const known = await numberOf(conversationId);
      if (known !== null) return known;
      await db
        .insertInto('conversation_numbers')
        .values({ conversation_id: conversationId })
        .onConflict((conflict) => conflict.column('conversation_id').doNothing())
        .execute();
      const made = await numberOf(conversationId);
      if (made === null) throw new Error('the conversation has no number');
      return made;
    },
  };
}
