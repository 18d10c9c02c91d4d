import type { Mention } from '../../protocol/agent.ts';
import type { Database } from './database.ts';

/** More than these nobody reads; the oldest wait behind them. */
const mostShown = 50;

/** Notes that name an agent, until that agent opens the conversation. */
export function createMentions(db: Database) {
  return {
    /** Newest first; only of sites that the agent may still see. */
    async of(agentId: string, siteIds: readonly string[]): Promise<Mention[]> {
      if (siteIds.length === 0) return [];
      return db
        .selectFrom('mentions')
        .innerJoin('conversations', 'conversations.id', 'mentions.conversation_id')
        .select(['conversation_id as conversationId', 'by_name as by', 'text', 'at'])
        .where('mentions.agent_id', '=', agentId)
        .where('site_id', 'in', [...siteIds])
        .orderBy('at', 'desc')
        .limit(mostShown)
        .execute();
    },

    /** @returns whether there was one */
    async clear(agentId: string, conversationId: string): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('mentions')
        .where('agent_id', '=', agentId)
        .where('conversation_id', '=', conversationId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

export type Mentions = ReturnType<typeof createMentions>;
