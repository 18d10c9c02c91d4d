import type { FastifyBaseLogger } from 'fastify';
import type { Bot, HandoffNews } from '../../../protocol/bot.ts';
import type { Fact } from '../../../protocol/conversation.ts';
import type { Conversation } from '../../domain/conversation.ts';

/** Longest that a bot may take to hear of one thing, ms. */
const tellWithinMs = 10_000;

/** What a fact means for a bot that wants to know of handoffs, if anything. */
export function newsOf(conversation: string, fact: Fact, state: Conversation): HandoffNews | null {
  const news = (status: HandoffNews['status'], agent: string | null = null, decision = ''): HandoffNews => ({
    conversation,
    status,
    agent,
    decision,
  });
  switch (fact.type) {
    case 'handoff.requested':
      return news('requested');
    case 'handoff.accepted':
      return news('accepted', fact.agent.name);
    case 'handoff.cancelled':
      return news('cancelled');
    case 'handoff.returned':
      return news('returned', fact.agent.name, fact.decision);
    case 'conversation.resolved':
      return news('resolved', fact.by.kind === 'agent' ? fact.by.name : null);
    case 'conversation.reopened':
      // The same person as before has it again.
      return fact.to === 'agent' ? news('accepted', state.lastAgent?.name ?? null) : null;
    default:
      return null;
  }
}

/**
 * Tells bots of handoffs, at most once and best effort: nothing waits for it, and nothing depends on it. What concerns
 * one conversation is told in order.
 */
export function createTeller(log: FastifyBaseLogger) {
  const last = new Map<string, Promise<void>>();
  const closing = new AbortController();

  return {
    /** @param bot finds the bot; null for one that is not told */
    tell(news: HandoffNews, bot: () => Promise<Bot | null>): void {
      const before = last.get(news.conversation) ?? Promise.resolve();
      const told = before.then(async () => {
        if (closing.signal.aborted) return;
        try {
          const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(tellWithinMs)]);
          await (await bot())?.tell?.(news, signal);
        } catch (error) {
          if (closing.signal.aborted) return;
          const { conversation, status } = news;
          log.warn({ err: error, conversationId: conversation, status }, 'bot not told of a handoff');
        }
        if (last.get(news.conversation) === told) last.delete(news.conversation);
      });
      last.set(news.conversation, told);
    },

    async close(): Promise<void> {
      closing.abort();
      await Promise.all(last.values());
    },
  };
}
