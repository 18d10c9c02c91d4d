import { type Kysely, sql } from 'kysely';

/**
 * Lines of transcripts by their words (search.ts), and how far each conversation has been read. No reference to
 * conversations: its check would hold the row that a commit passes by when somebody holds it. Whoever erases a
 * conversation erases its lines by name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table search_lines (
    conversation_id uuid not null,
    seq integer not null,
    line smallint not null,
    at bigint not null,
    words tsvector not null,
    primary key (conversation_id, seq, line))`,
  `create index search_lines_newest on search_lines (at, conversation_id, seq, line)`,
  // What is not yet sorted in is read from end to end by every search: little of it.
  `create index search_lines_words on search_lines using gin (words) with (gin_pending_list_limit = 512)`,
  `create table search_heads (conversation_id uuid primary key, seq integer not null)`,
  // What the board counts of a day: few facts, and no messages.
  `create index facts_of_handoffs on facts (at) where type in
    ('handoff.requested', 'handoff.accepted', 'handoff.cancelled', 'conversation.resolved')`,
  // The list of all conversations pages by it. By a time that never changes: see 002, why what changes stands in none.
  `create index conversations_begun on conversations (site_id, created_at desc, id desc)`,
];
