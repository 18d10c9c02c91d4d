import { type Kysely, sql } from 'kysely';

/**
 * Which questions were merged into one: asked by whoever merges, and by PostgreSQL itself for each question that goes.
 * Without it each of these looks through all questions.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index weak_questions_merged on weak_questions (merged_into) where merged_into is not null`.execute(
    db,
  );
}
