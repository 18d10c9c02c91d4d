import { type Kysely, sql } from 'kysely';

/**
 * The queue by arrival with a head start for some (server/domain/routing.ts), and how many offers in a row an agent let
 * pass. Who had a person before is `first` from now on, which was `high`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `update conversations set priority = 'first', state = state || '{"priority": "first"}'
    where status = 'waiting' and priority = 'high'`,
  `drop index conversations_waiting`,
  `create index conversations_waiting on conversations (site_id,
    (waiting_since - case priority when 'first' then 86400000 when 'high' then 600000 else 0 end), id)
    where status = 'waiting'`,
  `alter table agents
    add column missed_offers integer not null default 0,
    add column missed_at bigint not null default 0`,
];
