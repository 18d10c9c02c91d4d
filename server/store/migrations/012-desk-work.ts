import { type Kysely, sql } from 'kysely';

/** What agents say of the bot and to each other, and the replies that they keep ready. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table better_answers (
    conversation_id uuid not null references conversations on delete cascade,
    turn integer not null,
    question text not null,
    answer text not null,
    text text not null,
    agent_id text not null,
    at bigint not null,
    primary key (conversation_id, turn))`,
  `create index better_answers_at on better_answers (at desc)`,
  `create table bot_failures (
    conversation_id uuid not null references conversations on delete cascade,
    seq integer not null,
    cause text not null,
    agent_id text not null,
    at bigint not null,
    primary key (conversation_id, seq))`,
  `create index bot_failures_at on bot_failures (at desc)`,
  `create table mentions (
    conversation_id uuid not null references conversations on delete cascade,
    agent_id text not null references agents on delete cascade,
    by_name text not null,
    text text not null,
    at bigint not null,
    primary key (agent_id, conversation_id))`,
  `create index mentions_conversation on mentions (conversation_id)`,
  `create table canned_responses (
    id uuid primary key default gen_random_uuid(),
    site_id uuid not null references sites on delete cascade,
    shortcut text not null,
    title text not null,
    text text not null,
    team text,
    updated_at bigint not null,
    updated_by text not null,
    unique (site_id, shortcut))`,
];
