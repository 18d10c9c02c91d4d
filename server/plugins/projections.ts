import type { Fact } from '../../protocol/conversation.ts';
import type { Conversation } from '../domain/conversation.ts';
import { ledgerOf } from '../domain/promises.ts';
import type { StoredConversation } from '../store/conversation-row.ts';
import type { ConversationTransaction } from '../store/conversation-transaction.ts';

/** Whether promises are made or end by these: their rows are written under the lock, in one transaction with the facts. */
export function touchesLedger({ promises }: Conversation, facts: readonly Fact[]): boolean {
  const { made, ended } = ledgerOf(promises, facts);
  return made.length > 0 || ended.length > 0;
}

/** Keeps what other reads live on, in the same transaction as the facts. @returns change of the bad answers' count */
export async function project(
  tx: ConversationTransaction,
  before: StoredConversation,
  facts: readonly Fact[],
): Promise<number> {
  let downvotes = 0;
  for (const fact of facts) {
    if (fact.type === 'feedback.given') downvotes += await tx.saveFeedback(before.id, fact, facts);
    if (fact.type === 'conversation.rated') await tx.saveRating(before.id, fact);
  }
  await tx.savePromises(before, ledgerOf(before.state.promises, facts));
  return downvotes;
}
