import { type Kysely, sql } from 'kysely';

/** Who is told of a new handoff and when, how far that has come, and the devices that are told by Web Push. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column notify jsonb not null default '{}'`,
  // The jobs themselves are pg-boss's, in a schema of its own that no backup holds: this says what they must be.
  `create table handoff_notices (
    conversation_id uuid primary key references conversations on delete cascade,
    since bigint not null,
    step integer not null,
    due_at bigint)`,
  `create table push_subscriptions (
    id text primary key,
    agent_id text not null references agents on delete cascade,
    endpoint text not null,
    keys jsonb not null,
    created_at bigint not null)`,
  `create index push_subscriptions_of_agent on push_subscriptions (agent_id)`,
];
