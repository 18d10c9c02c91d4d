import type { Fact } from '../../protocol/conversation.ts';
import type { Command } from '../domain/command.ts';
import type { Conversation } from '../domain/conversation.ts';
import { ledgerOf } from '../domain/promises.ts';
import { receiptChanges } from '../domain/receipts.ts';
import { signalsOf } from '../domain/signals.ts';
import type { LockedConversation, StoredConversation } from '../store/conversation-row.ts';
import type { ConversationTransaction } from '../store/conversation-transaction.ts';
import { RefusalError } from './errors.ts';

/** Whether promises are made or end by these: their rows are written under the lock, in one transaction with the facts. */
export function touchesLedger({ promises }: Conversation, facts: readonly Fact[]): boolean {
  const { made, ended } = ledgerOf(promises, facts);
  return made.length > 0 || ended.length > 0;
}

/** Whether these show that an earlier answer of this conversation was no good: kept with it, in one transaction. */
export const showsSignal = (
  before: StoredConversation,
  facts: readonly Fact[],
  sameQuestion: number,
): boolean => signalsOf(saidIn(before), facts, [], sameQuestion).length > 0;

const saidIn = ({ id: conversationId, summary: { lastAt }, state: { recent } }: StoredConversation) => ({
  conversationId,
  lastAt,
  recent,
});

const always = new Set<Command['command']['name']>([
  'feedback:give',
  'feedback:share',
  'conversation:rate',
  'handoff:rate',
  'feedback:review',
  'handoff:transfer',
  'answer:improve',
]);

/** Whether a command reads or writes more than the conversation, its facts and its turn. */
export const needsTables = (command: Command['command']): boolean =>
  always.has(command.name) || 'cause' in command || 'mentions' in command;

/**
 * Who is named in an agent's command must be of that site: a conversation is passed on to somebody who can take it,
 * under that person's own name, and no note calls somebody who may not read it.
 * @throws RefusalError not_found
 */
export async function assertAgents(
  tx: ConversationTransaction,
  { from, command }: Command,
  siteId: string,
): Promise<void> {
  if (from !== 'agent') return;
  if (command.name === 'handoff:transfer' && command.to.kind === 'agent') {
    const { id, name } = command.to.agent;
    if ((await tx.agentName(id, siteId)) !== name) {
      throw new RefusalError('not_found', { detail: 'no agent of this site has this id and name' });
    }
  }
  if (command.name !== 'note:add') return;
  for (const id of command.mentions ?? []) {
    if ((await tx.agentName(id, siteId)) === null) {
      throw new RefusalError('not_found', { detail: 'somebody who is mentioned is no agent of this site' });
    }
  }
}

/** Keeps what other reads live on, in the same transaction as the facts. @returns change of the bad answers' count */
export async function project(
  tx: ConversationTransaction,
  before: LockedConversation,
  facts: readonly Fact[],
): Promise<number> {
  let downvotes = 0;
  for (const fact of facts) {
    if (fact.type === 'message.sent' && fact.files !== undefined) await tx.attach(fact.files, fact.seq);
    if (fact.type === 'feedback.given') downvotes += await tx.saveFeedback(before.id, fact, facts);
    if (fact.type === 'conversation.rated') await tx.saveRating(before.id, fact);
    if (fact.type === 'handoff.rated') await tx.saveHandoffRating(before.id, fact);
    if (fact.type === 'feedback.reviewed') await tx.logReview(before, fact);
    if (fact.type === 'answer.improved') await tx.saveBetterAnswer(before.id, fact);
    if (fact.type === 'handoff.returned' || fact.type === 'conversation.resolved')
      await tx.saveCause(before.id, fact);
    if (fact.type === 'note.added') await tx.saveMentions(before.id, fact);
  }
  await tx.savePromises(before, ledgerOf(before.state.promises, facts));
  await tx.saveReceipts(before, receiptChanges(before.state.receipts, facts));
  await keepSignals(tx, before, facts);
  return downvotes;
}

async function keepSignals(tx: ConversationTransaction, before: LockedConversation, facts: readonly Fact[]) {
  const asked = facts.find(({ type }) => type === 'message.sent');
  // Who begins anew may have asked elsewhere before.
  const earlier =
    before.state.seq === 0 && asked !== undefined ? await tx.saidElsewhere(before, asked.at) : [];
  const { sameQuestion } = before.policy.thresholds;
  for (const found of signalsOf(saidIn(before), facts, earlier, sameQuestion))
    await tx.saveSignal(found, before.feedback.doNotTrain);
}
