import type { FeedbackItem } from '../../protocol/feedback.ts';
import type { FailureCause } from '../../protocol/handoff.ts';
import type { Database } from './database.ts';

/** What agents said of the bot in these conversations. @returns what belongs to one row of the feedback */
export async function saidByAgents(db: Database, conversationIds: readonly string[]) {
  const ids = [...new Set(conversationIds)];
  if (ids.length === 0) return () => ({ betterAnswer: null, causes: [] });
  const [answers, failures] = await Promise.all([
    db
      .selectFrom('better_answers')
      .select(['conversation_id', 'turn', 'text'])
      .where('conversation_id', 'in', ids)
      .execute(),
    db
      .selectFrom('bot_failures')
      .select(['conversation_id', 'cause'])
      .where('conversation_id', 'in', ids)
      .orderBy('seq')
      .execute(),
  ]);
  const textOf = new Map(answers.map((row) => [`${row.conversation_id} ${row.turn}`, row.text]));
  const causesOf = new Map<string, FailureCause[]>();
  for (const { conversation_id: id, cause } of failures) {
    causesOf.set(id, [...(causesOf.get(id) ?? []), cause]);
  }
  return ({ conversationId, turn }: Pick<FeedbackItem, 'conversationId' | 'turn'>) => ({
    betterAnswer: textOf.get(`${conversationId} ${turn}`) ?? null,
    causes: [...new Set(causesOf.get(conversationId) ?? [])],
  });
}
