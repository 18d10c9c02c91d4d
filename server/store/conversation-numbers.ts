import type { ConversationStatus } from '../../protocol/agent.ts';
import type { Database } from './database.ts';

export interface NumberedConversation {
  readonly id: string;
  readonly status: ConversationStatus;
}

/** The conversation of a site that has this number; null also for a number of another site's. */
export async function conversationOfNumber(
  db: Database,
  siteId: string,
  number: number,
): Promise<NumberedConversation | null> {
  const row = await db
    .selectFrom('conversation_numbers')
    .innerJoin('conversations', 'conversations.id', 'conversation_numbers.conversation_id')
    .select(['conversations.id', 'conversations.status'])
    .where('number', '=', number)
    .where('site_id', '=', siteId)
    .executeTakeFirst();
  return row ?? null;
}
