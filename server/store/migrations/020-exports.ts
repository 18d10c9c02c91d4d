import { type Kysely, sql } from 'kysely';

/** Exports: how far each has come, what has been written of it, and those that come again and again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table export_schedules (
    id uuid primary key,
    agent_id text not null references agents on delete cascade,
    site_ids uuid[] not null,
    ask jsonb not null,
    every text not null check (every in ('daily', 'weekly')),
    last_at bigint not null,
    next_at bigint not null)`,
  `create index export_schedules_due on export_schedules (next_at)`,
  `create table exports (
    id uuid primary key,
    schedule_id uuid,
    agent_id text not null,
    agent_name text not null,
    site_ids uuid[] not null,
    ask jsonb not null,
    state text not null check (state in ('running', 'done', 'failed')),
    total integer not null,
    checkpoint jsonb not null,
    steps integer not null default 0,
    made_at bigint not null,
    moved_at bigint not null,
    expires_at bigint not null)`,
  `create index exports_expiring on exports (expires_at)`,
  `create index exports_running on exports (moved_at) where state = 'running'`,
  `create table export_pieces (
    export_id uuid not null references exports on delete cascade,
    starts_at bigint not null,
    bytes bytea not null,
    primary key (export_id, starts_at))`,
];
