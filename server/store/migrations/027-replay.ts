import { type Kysely, sql } from 'kysely';

/**
 * Guidance as cases that are tried against the bot, and the history of that. A neighbour may be a customer's past
 * question: it keeps where it comes from. No reference, as its check would hold a row that commits pass by when somebody
 * holds it: whoever erases a conversation erases these by name, and none is shown whose conversation is gone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // A key is in it: never among what lists of guidance read.
  `alter table sites add column judge jsonb`,
  `create table replay_cases (
    guidance_id uuid primary key references guidance on delete cascade,
    questions text[] not null,
    neighbours text[] not null,
    checks jsonb,
    changed_at bigint not null,
    changed_by text not null)`,
  `create table replay_runs (
    id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    bot_version text,
    guidance_id uuid,
    version integer,
    by_name text,
    state text not null,
    problem text,
    total integer,
    lease_until bigint not null,
    started_at bigint not null,
    ended_at bigint)`,
  `create index replay_runs_of_site on replay_runs (site_id, started_at desc, id desc)`,
  // One at a time: a bot is not asked for the same by two at once.
  `create unique index replay_running on replay_runs (site_id) where state = 'running'`,
  `create table replay_results (
    run_id uuid not null references replay_runs on delete cascade,
    seq integer not null,
    guidance_id uuid not null,
    version integer not null,
    kind text not null,
    question text not null,
    conversation_id uuid,
    verdict text,
    result jsonb,
    primary key (run_id, seq))`,
  `create index replay_results_of_conversation on replay_results (conversation_id) where conversation_id is not null`,
  `create index replay_results_of_guidance on replay_results (guidance_id, run_id)`,
];
