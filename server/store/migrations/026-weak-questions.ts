import { type Kysely, sql } from 'kysely';

/**
 * Questions that the bot answers badly (docs/feedback.md): which weak answers there are is read from the facts behind the
 * commits (store/weak-reader.ts); who looks after a question, and which wordings people have put together, is decided
 * here and nowhere else. No reference to conversations, for the reason given in 011: whoever erases a conversation
 * erases its weak answers by name, and the wordings that nobody else has used with them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table weak_questions (
    id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    title text not null,
    status text not null,
    owner_id text,
    owner_name text,
    by_id text,
    by_name text,
    since_at bigint not null,
    reason text not null,
    returned integer not null,
    guidance_id uuid,
    merged_into uuid references weak_questions on delete cascade,
    answers integer not null default 0,
    customers integer not null default 0,
    down integer not null default 0,
    better integer not null default 0,
    heat bigint not null default 0,
    first_at bigint not null default 0,
    last_at bigint not null default 0,
    owed integer not null default 0,
    settled integer not null default 0)`,
  `create index weak_questions_worst on weak_questions (site_id, heat desc, id desc)
    where merged_into is null and answers > 0`,
  `create index weak_questions_of_guidance on weak_questions (guidance_id) where guidance_id is not null`,
  `create index weak_questions_owed on weak_questions (id) where owed > settled`,
  `create table weak_wordings (
    id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    question_id uuid not null references weak_questions on delete cascade,
    words text not null,
    text text not null,
    contents text[] not null,
    is_anchor boolean not null,
    is_by_hand boolean not null default false,
    at bigint not null)`,
  // Longer than an entry of an index may be.
  `create unique index weak_wordings_words on weak_wordings (site_id, md5(words))`,
  `create index weak_wordings_of_question on weak_wordings (question_id)`,
  `create index weak_wordings_contents on weak_wordings using gin (contents) where is_anchor`,
  `create table weak_answers (
    conversation_id uuid not null,
    turn integer not null,
    customer_id uuid not null,
    wording_id uuid not null references weak_wordings,
    question text not null,
    answer text not null,
    sources jsonb not null,
    answered_at bigint not null,
    at bigint not null,
    weight smallint not null,
    is_down boolean not null,
    is_unknown boolean not null,
    is_improved boolean not null,
    reasons text[] not null,
    signals text[] not null,
    do_not_train boolean not null,
    primary key (conversation_id, turn))`,
  `create index weak_answers_of_wording on weak_answers (wording_id, at desc)`,
  // How far each conversation has been read, and how many signals its answers had then: those come from elsewhere, too.
  `create table weak_heads (conversation_id uuid primary key, seq integer not null, signals integer not null)`,
];
