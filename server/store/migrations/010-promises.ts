import { type Kysely, sql } from 'kysely';

/** The ledger of promises, and what each site has settled about them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column promises jsonb not null default '{}'`,
  `create table promises (
    conversation_id uuid not null references conversations on delete cascade,
    promise integer not null,
    site_id uuid not null references sites on delete cascade,
    kind text not null,
    text text not null,
    owner_id text,
    owner_name text,
    made_at bigint not null,
    due_at bigint not null,
    state text not null default 'open',
    ended_at bigint,
    why text,
    reminded_at bigint,
    escalated_at bigint,
    primary key (conversation_id, promise)
  )`,
  `create index promises_due on promises (due_at) where state = 'open'`,
  `create index promises_open_of_owner on promises (owner_id, due_at) where state = 'open'`,
  `create index promises_open_of_site on promises (site_id, due_at) where state = 'open'`,
  `create index promises_ended_of_owner on promises (owner_id, ended_at) where state <> 'open'`,
  `create index promises_ended_of_site on promises (site_id, ended_at) where state <> 'open'`,
  `create index promises_made on promises (site_id, made_at)`,
  `create index promises_missed on promises (ended_at) where state = 'missed' and escalated_at is null`,
];
