import { type Kysely, sql } from 'kysely';

/** Who a customer is by their site's word, and sessions beside the first: other devices, and links from e-mails. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column identity_secret text`,
  `alter table customers
    add column external_id text,
    add column name text,
    add column email text,
    add column traits jsonb not null default '{}',
    add column verified_at bigint`,
  `create unique index customers_by_external_id on customers (site_id, external_id) where external_id is not null`,
  `create table customer_sessions (
    id uuid primary key,
    customer_id uuid not null references customers on delete cascade,
    secret_hash bytea not null,
    only_conversation uuid references conversations on delete cascade,
    created_at bigint not null,
    expires_at bigint)`,
  `create index customer_sessions_of_customer on customer_sessions (customer_id, created_at)`,
  `create index customer_sessions_of_conversation on customer_sessions (only_conversation)
    where only_conversation is not null`,
];
