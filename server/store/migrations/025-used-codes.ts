import { type Kysely, sql } from 'kysely';

/** Codes of authenticator apps that have opened something, for as long as they could again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table used_codes (
    agent_id text not null references auth_user on delete cascade,
    code text not null,
    used_at bigint not null,
    primary key (agent_id, code))`.execute(db);
}
