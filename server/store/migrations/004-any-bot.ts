import { type Kysely, sql } from 'kysely';

/** Room for what sites decide about bots and handoffs, and for what adapters remember. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column limits jsonb not null default '{}', add column policy jsonb not null default '{}'`,
  // What the handoff policy looks at begins empty in conversations that are older than it.
  `update conversations set state = state || '{"recent": [], "suggested": null, "followUp": null}'`,
  `create table bot_sessions (
    conversation_id uuid primary key references conversations on delete cascade,
    data jsonb not null)`,
  `create table conversation_numbers (
    number bigint primary key generated always as identity,
    conversation_id uuid not null unique references conversations on delete cascade)`,
];
