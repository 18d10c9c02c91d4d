import type { FactsAfter } from '../../protocol/commands.ts';
import type { FactsPage } from '../../protocol/events.ts';
import { visibleTo } from '../domain/audience.ts';
import { RefusalError } from '../plugins/errors.ts';
import type { Head } from '../store/conversation-head.ts';
import type { Ownership } from '../store/conversation-row.ts';
import type { Store } from '../store/store.ts';

/** Who reads: a customer their own conversations, an agent those of their sites. */
export type Reader =
  | { readonly kind: 'customer'; readonly id: string }
  | { readonly kind: 'agent'; readonly siteIds: readonly string[] };

const mayRead = (reader: Reader, conversation: Ownership) =>
  reader.kind === 'customer'
    ? conversation.customerId === reader.id
    : reader.siteIds.includes(conversation.siteId);

/**
 * The conversation, if the reader may read it.
 * @throws RefusalError not_found, also for what belongs to somebody else
 */
export async function readable(store: Store, reader: Reader, conversationId: string): Promise<Head> {
  const conversation = await store.conversations.head(conversationId);
  if (conversation === null || !mayRead(reader, conversation)) throw new RefusalError('not_found');
  return conversation;
}

/** One page of a conversation's facts behind `after`, as this reader may see them (D5). */
export async function factsPage(
  store: Store,
  reader: Reader,
  { conversationId, after }: FactsAfter,
): Promise<FactsPage> {
  await readable(store, reader, conversationId);
  const { facts, hasMore } = await store.conversations.factsAfter(conversationId, after);
  const through = facts.at(-1)?.seq ?? after;
  return { ok: true, conversationId, after, through, facts: visibleTo(reader.kind, facts), hasMore };
}
