import type { Fact, FactType } from '../../protocol/conversation.ts';
import type { Tx } from './database.ts';

/** The facts of these conversations in their order. @param types of these kinds; none: all of them */
export async function factsByConversation(
  tx: Tx,
  ids: readonly string[],
  types: readonly FactType[] | null = null,
): Promise<Map<string, Fact[]>> {
  const rows = await tx
    .selectFrom('facts')
    .select(['conversation_id as id', 'body'])
    .where('conversation_id', '=', (where) => where.fn.any(where.val([...ids])))
    .$if(types !== null, (query) => query.where('type', 'in', types ?? []))
    .orderBy('conversation_id')
    .orderBy('seq')
    .execute();
  const byId = new Map<string, Fact[]>();
  for (const { id, body } of rows) {
    const known = byId.get(id);
    if (known === undefined) byId.set(id, [body]);
    else known.push(body);
  }
  return byId;
}
