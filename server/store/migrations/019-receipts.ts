import { type Kysely, sql } from 'kysely';

/** What becomes of feedback, feedback on the handoff, what speaks against an answer, and what may be learnt from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column feedback jsonb not null default '{}'`,
  `alter table answer_feedback
    add column right_answer text not null default '',
    add column do_not_train boolean not null default false`,
  `alter table conversation_ratings add column do_not_train boolean not null default false`,
  `create table handoff_ratings (
    id uuid not null default gen_random_uuid(),
    conversation_id uuid primary key references conversations on delete cascade,
    had_to_repeat boolean,
    was_wait_as_said boolean,
    do_not_train boolean not null default false,
    at bigint not null)`,
  `create index handoff_ratings_at on handoff_ratings (at desc)`,
  `create table answer_signals (
    id uuid not null default gen_random_uuid(),
    conversation_id uuid not null references conversations on delete cascade,
    turn integer not null,
    signals text[] not null,
    question text not null,
    answer text not null,
    sources jsonb not null,
    do_not_train boolean not null,
    at bigint not null,
    primary key (conversation_id, turn))`,
  `create index answer_signals_at on answer_signals (at desc)`,
  `create table receipts (
    conversation_id uuid not null references conversations on delete cascade,
    about text not null,
    site_id uuid not null references sites on delete cascade,
    status text not null,
    word text not null default '',
    received_at bigint not null,
    looked_at bigint,
    reviewed_at bigint,
    told_at bigint,
    primary key (conversation_id, about))`,
  `create index receipts_of_site on receipts (site_id, received_at)`,
  `create index receipts_untold on receipts (reviewed_at) where status = 'changed' and told_at is null`,
  // What was given before this is received, too.
  `insert into receipts (conversation_id, about, site_id, status, received_at)
    select given.conversation_id, about, site_id, 'received', at
    from (
      select conversation_id, turn::text as about, at from answer_feedback
      union all select conversation_id, 'conversation', at from conversation_ratings) as given
    join conversations on conversations.id = given.conversation_id`,
  `update conversations set state = state || jsonb_build_object('receipts', given.receipts)
    from (
      select conversation_id, jsonb_agg(jsonb_build_object(
        'about', case about when 'conversation' then to_jsonb(about) else to_jsonb(about::int) end,
        'status', status) order by received_at) as receipts
      from receipts group by conversation_id) as given
    where conversations.id = given.conversation_id`,
];
