import { type Kysely, sql } from 'kysely';

/** For questions with thousands of answers, at sites with ten thousands of questions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Asked by whoever merges, and by PostgreSQL itself for each question that goes: else each looks through all.
  `create index weak_questions_merged on weak_questions (merged_into) where merged_into is not null`,
  // All that is counted of an answer: the answers themselves lie scattered, as they came.
  `create index weak_answers_counted on weak_answers (wording_id, at desc)
    include (customer_id, answered_at, weight, is_down, is_improved, do_not_train)`,
  `drop index weak_answers_of_wording`,
];
