import type { FactOf } from '../../protocol/conversation.ts';
import type { Tx } from './database.ts';

/** How much of a note is shown to who is named in it, before they open it. */
const mentionChars = 200;

/** Keeps the latest better answer of a turn, beside its question and what the bot had said. */
export async function saveBetterAnswer(
  tx: Tx,
  id: string,
  fact: FactOf<'answer.improved'>,
  said: { question: string; answer: string },
): Promise<void> {
  if (fact.by.kind !== 'agent') return;
  const values = { ...said, text: fact.text, agent_id: fact.by.id, at: fact.at };
  await tx
    .insertInto('better_answers')
    .values({ conversation_id: id, turn: fact.turn, ...values })
    .onConflict((conflict) => conflict.columns(['conversation_id', 'turn']).doUpdateSet(values))
    .execute();
}

/** Keeps why the bot failed, once for every time that an agent said so. */
export async function saveCause(
  tx: Tx,
  id: string,
  { by, cause, seq, at }: FactOf<'handoff.returned'> | FactOf<'conversation.resolved'>,
): Promise<void> {
  if (cause === undefined || by.kind !== 'agent') return;
  await tx
    .insertInto('bot_failures')
    .values({ conversation_id: id, seq, cause, agent_id: by.id, at })
    .execute();
}

/** Marks the conversation for everybody who is named, but for who wrote it. */
export async function saveMentions(tx: Tx, id: string, fact: FactOf<'note.added'>): Promise<void> {
  const { by, at } = fact;
  if (by.kind !== 'agent') return;
  const values = { by_name: by.name, text: fact.text.slice(0, mentionChars), at };
  const rows = (fact.mentions ?? [])
    .filter((agentId) => agentId !== by.id)
    .map((agentId) => ({ conversation_id: id, agent_id: agentId, ...values }));
  if (rows.length === 0) return;
  await tx
    .insertInto('mentions')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['agent_id', 'conversation_id']).doUpdateSet(values))
    .execute();
}
