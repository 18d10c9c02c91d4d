import type { FastifyInstance } from 'fastify';
import type { FactsAfter } from '../../protocol/commands.ts';
import type { FactsPage } from '../../protocol/events.ts';
import { visibleTo } from '../domain/audience.ts';
import { actorOf } from '../plugins/audit-log.ts';
import { RefusalError } from '../plugins/errors.ts';
import type { Agent } from '../store/agents.ts';
import type { Head } from '../store/conversation-head.ts';
import type { Ownership } from '../store/conversation-row.ts';
import { type Customer, reaches } from '../store/customers.ts';

/** Who reads: a customer their own conversations, an agent those of their sites. */
export type Reader =
  | { readonly kind: 'customer'; readonly customer: Customer }
  | { readonly kind: 'agent'; readonly agent: Agent };

type Source = Pick<FastifyInstance, 'store' | 'auditLog'>;

const mayRead = (reader: Reader, conversation: Ownership) =>
  reader.kind === 'customer'
    ? conversation.customerId === reader.customer.id && reaches(reader.customer, conversation.id)
    : reader.agent.siteIds.includes(conversation.siteId);

/**
 * The conversation, if the reader may read it. That an agent reads it is noted here, where every read begins.
 * @throws RefusalError not_found, also for what belongs to somebody else
 */
export async function readable(
  { store, auditLog }: Source,
  reader: Reader,
  conversationId: string,
): Promise<Head> {
  const conversation = await store.conversations.head(conversationId);
  if (conversation === null || !mayRead(reader, conversation)) throw new RefusalError('not_found');
  if (reader.kind === 'agent') {
    const object = { kind: 'conversation', id: conversationId } as const;
    const siteIds = [conversation.siteId];
    auditLog.noteRead({ by: actorOf(reader.agent), action: 'conversation.read', siteIds, object });
  }
  return conversation;
}

/** One page of a conversation's facts behind `after`, as this reader may see them (D5). */
export async function factsPage(
  source: Source,
  reader: Reader,
  { conversationId, after }: FactsAfter,
): Promise<FactsPage> {
  await readable(source, reader, conversationId);
  const { facts, hasMore } = await source.store.conversations.factsAfter(conversationId, after);
  const through = facts.at(-1)?.seq ?? after;
  return { ok: true, conversationId, after, through, facts: visibleTo(reader.kind, facts), hasMore };
}
