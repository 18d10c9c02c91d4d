import { sql } from 'kysely';
import type { Source } from '../../protocol/message.ts';
import { comeBackWithinMs, type SaidBefore, type SignalFound } from '../domain/signals.ts';
import type { Ownership } from './conversation-row.ts';
import type { Tx } from './database.ts';

/** As far back as one looks for a question that is asked again. */
const mostConversations = 5;

/** What this customer said to the bot lately in their other conversations, newest first. */
export async function saidElsewhere(
  tx: Tx,
  { id, customerId }: Ownership,
  now: number,
): Promise<SaidBefore[]> {
  const rows = await tx
    .selectFrom('conversations')
    .select(['id', 'last_at', 'state'])
    .where('customer_id', '=', customerId)
    .where('id', '!=', id)
    .where('last_at', '>', now - comeBackWithinMs)
    .orderBy('last_at', 'desc')
    .limit(mostConversations)
    .execute();
  return rows.map(({ id: conversationId, last_at: lastAt, state }) => ({
    conversationId,
    lastAt,
    recent: state.recent,
  }));
}

/** Keeps a signal with the answer that it concerns, each kind once. */
export async function saveSignal(
  tx: Tx,
  { conversationId, turn, signal, at }: SignalFound,
  said: { question: string; answer: string; sources: readonly Source[] },
  doNotTrain: boolean,
): Promise<void> {
  await tx
    .insertInto('answer_signals')
    .values({
      conversation_id: conversationId,
      turn,
      signals: [signal],
      question: said.question,
      answer: said.answer,
      sources: JSON.stringify(said.sources),
      do_not_train: doNotTrain,
      at,
    })
    .onConflict((conflict) =>
      conflict.columns(['conversation_id', 'turn']).doUpdateSet({
        signals: sql`case when ${signal} = any(answer_signals.signals) then answer_signals.signals
          else answer_signals.signals || array[${signal}::text] end`,
        at,
      }),
    )
    .execute();
}
