import { type Kysely, sql } from 'kysely';

/** Until when an agent is reached on the phone that they have put away, epoch ms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table agents add column phone_until bigint`.execute(db);
}
