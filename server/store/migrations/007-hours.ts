import { type Kysely, sql } from 'kysely';

/** When people are there, for a site and for its teams; what is empty is any time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sites add column hours jsonb not null default '{}'`.execute(db);
}
