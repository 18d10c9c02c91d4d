import { type Kysely, sql } from 'kysely';

/**
 * How a conversation stands and who has it or had it last, beside how far it has been read for the search: so that few
 * conversations of many are found at once. Not in an index of conversations, whose rows must change in place (002).
 * Nothing that a commit writes is touched: searches and those who write go on meanwhile.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table search_heads add column status text, add column agent_id text`,
  `update search_heads set status = conversations.status,
    agent_id = coalesce(conversations.agent_id, conversations.state->'lastAgent'->>'id')
    from conversations where id = conversation_id and search_heads.seq = conversations.seq`,
  `create index search_heads_in_status on search_heads (status)`,
  `create index search_heads_of_agent on search_heads (agent_id) where agent_id is not null`,
];
