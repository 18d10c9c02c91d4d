import { type Kysely, sql } from 'kysely';

/** Webhooks of a site, how far each conversation has been sent to each of them, and what became of the tries. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table webhooks (
    id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    url text not null,
    secret text not null,
    old_secret text,
    old_secret_until bigint,
    types text[],
    paused text,
    paused_at bigint,
    created_at bigint not null,
    failures integer not null default 0,
    failing_since bigint,
    delivered_at bigint,
    swept_at bigint not null)`,
  `create index webhooks_of_site on webhooks (site_id)`,
  `create table webhook_cursors (
    webhook_id uuid not null references webhooks on delete cascade,
    conversation_id uuid not null references conversations on delete cascade,
    delivered_seq integer not null,
    attempt integer not null default 0,
    due_at bigint,
    lease uuid,
    lease_until bigint not null default 0,
    primary key (webhook_id, conversation_id))`,
  `create index webhook_cursors_due on webhook_cursors (webhook_id, due_at) where due_at is not null`,
  `create index webhook_cursors_of_conversation on webhook_cursors (conversation_id)`,
  // No reference to the conversation: its row would be locked for a moment each time, and commits pass by locked rows.
  `create table webhook_deliveries (
    id bigint generated always as identity primary key,
    webhook_id uuid not null references webhooks on delete cascade,
    conversation_id uuid not null,
    from_seq integer not null,
    through_seq integer not null,
    at bigint not null,
    attempt integer not null,
    result text not null,
    status integer,
    error text,
    ms integer not null)`,
  `create index webhook_deliveries_of_webhook on webhook_deliveries (webhook_id, id desc)`,
  `create index webhook_deliveries_failed on webhook_deliveries (webhook_id) where result = 'failed'`,
  `create index webhook_deliveries_at on webhook_deliveries using brin (at)`,
  // For the sweep. Facts come in the order of time, so a summary of each stretch of the table is enough, and next to free
  // for whoever writes them.
  `create index facts_at on facts using brin (at)`,
];
