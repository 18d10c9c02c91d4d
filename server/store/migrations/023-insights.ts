import { type Kysely, sql } from 'kysely';

/**
 * What became of each visit, sums of that by day, and the weak answers in it (docs/insights.md): read from the facts
 * behind the commits (store/insights-reader.ts). No reference to conversations, for the reason given in 011: whoever
 * erases a conversation erases its visits and weak answers by name. The sums say nothing of anybody.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table insight_visits (
    conversation_id uuid not null,
    visit smallint not null,
    site_id uuid not null,
    customer_id uuid not null,
    day integer not null,
    begun_at bigint not null,
    quiet_at bigint not null,
    language text not null,
    topic text not null,
    asked text[] not null,
    measures jsonb not null,
    primary key (conversation_id, visit))`,
  `create index insight_visits_newest on insight_visits (site_id, day, begun_at, conversation_id, visit)`,
  // Whether the customer came back: their other visits around this one.
  `create index insight_visits_of_customer on insight_visits (customer_id, quiet_at)`,
  // Of all visits (0), by language (1), by topic (2) and by both (3), so that every question is one piece of the key. All
  // sums of a day are one value: a row for each would be fifty times as many, spread over fifty times as many pages.
  `create table insight_sums (
    site_id uuid not null,
    slice smallint not null,
    language text not null,
    topic text not null,
    day integer not null,
    sums jsonb not null,
    primary key (site_id, slice, language, topic, day))
    with (fillfactor = 70)`,
  `create table insight_weak (
    conversation_id uuid not null,
    visit smallint not null,
    turn integer not null,
    site_id uuid not null,
    day integer not null,
    language text not null,
    topic text not null,
    key text not null,
    question text not null,
    is_down boolean not null,
    is_unknown boolean not null,
    led_to_person boolean not null,
    primary key (conversation_id, turn))`,
  `create index insight_weak_by_day on insight_weak (site_id, day)
    include (language, topic, key, is_down, is_unknown, led_to_person)`,
  `create index insight_weak_by_key on insight_weak (site_id, key, day)`,
  // How far each conversation has been read, and when time alone changes what became of it.
  `create table insight_heads (conversation_id uuid primary key, seq integer not null, due_at bigint)`,
  `create index insight_heads_due on insight_heads (due_at) where due_at is not null`,
];
