import { type Kysely, sql } from 'kysely';

/**
 * What guidance changed (docs/guidance.md): every question that was answered, read behind the commits together with the
 * visits (023), and the proofs made of them. All of it is made anew from the facts and the steps of guidance. No
 * reference to conversations, for the reason given in 011: whoever erases one erases its questions and cases by name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // The words stay in the facts: `question` is their seq.
  `create table insight_questions (
    conversation_id uuid not null,
    question integer not null,
    site_id uuid not null,
    customer_id uuid not null,
    asked_at bigint not null,
    is_down boolean not null,
    led_to_person boolean not null,
    guidance_id uuid,
    guidance_version integer,
    primary key (conversation_id, question))`,
  `create index insight_questions_asked on insight_questions (site_id, asked_at)`,
  // What was read before this knows of no questions: it is read once more, and the visits stay as they are.
  `update insight_heads set seq = 0`,
  `create table insight_proofs (
    guidance_id uuid not null references guidance on delete cascade,
    stretch integer not null,
    site_id uuid not null,
    version integer not null,
    kind text not null,
    from_at bigint not null,
    until_at bigint,
    counted jsonb not null,
    verdict text not null,
    measured_at bigint not null,
    is_final boolean not null,
    told_at bigint,
    primary key (guidance_id, stretch))`,
  `create index insight_proofs_of_site on insight_proofs (site_id, from_at)`,
  `create table insight_cases (
    guidance_id uuid not null,
    stretch integer not null,
    is_after boolean not null,
    conversation_id uuid not null,
    asked_at bigint not null,
    is_down boolean not null,
    is_handed boolean not null,
    is_back boolean,
    primary key (guidance_id, stretch, asked_at, conversation_id),
    foreign key (guidance_id, stretch) references insight_proofs on delete cascade)`,
  // Which process measures a site, until when, and what was measured last.
  `create table insight_rounds (
    site_id uuid primary key references sites on delete cascade,
    revision bigint not null,
    next_at bigint not null,
    claimed_until bigint not null)`,
];
