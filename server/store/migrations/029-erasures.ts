import { type Kysely, sql } from 'kysely';

/**
 * Who was erased, by ids alone: every process tells its own sockets, and clears away what somebody was still writing
 * while it happened.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table erasures (
    customer_id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    conversation_ids uuid[] not null,
    at bigint not null)`.execute(db);
  await sql`create index erasures_by_time on erasures (at)`.execute(db);
}
