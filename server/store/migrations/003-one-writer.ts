import { type Kysely, sql } from 'kysely';

/**
 * Facts and commands are written by one statement only (commits.ts), which holds the conversation's row: that it
 * exists needs no second look, and that look took a fifth of the time of every message. Whoever erases a conversation
 * erases its facts and commands by name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['facts', 'commands']) {
    await sql.raw(`alter table ${table} drop constraint ${table}_conversation_id_fkey`).execute(db);
  }
}
