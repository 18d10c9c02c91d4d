import { type Kysely, sql } from 'kysely';

/** Approved corrections in front of the bot, with every version of them and what was done with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites
    add column guidance jsonb not null default '{}',
    add column guidance_revision bigint not null default 0`,
  `create table guidance (
    id uuid primary key,
    site_id uuid not null references sites on delete cascade,
    seq integer not null,
    newest integer not null,
    writer text,
    live integer,
    proposed integer,
    approved integer[] not null default '{}',
    is_retired boolean not null,
    state text not null,
    changed_at bigint not null,
    changed_by text not null)`,
  `create index guidance_of_site on guidance (site_id, changed_at desc, id desc)`,
  `create index guidance_live on guidance (site_id) where live is not null`,
  `create table guidance_versions (
    guidance_id uuid not null references guidance on delete cascade,
    version integer not null,
    kind text not null,
    text text not null,
    examples text[] not null,
    scope jsonb not null,
    by_id text not null,
    by_name text not null,
    at bigint not null,
    reason text not null,
    origin jsonb,
    primary key (guidance_id, version))`,
  `create table guidance_steps (
    guidance_id uuid not null references guidance on delete cascade,
    seq integer not null,
    action text not null,
    version integer not null,
    by_id text not null,
    by_name text not null,
    at bigint not null,
    reason text not null,
    primary key (guidance_id, seq))`,
  // What customers were given can be looked up by id and version, whatever happens later.
  `create function guidance_is_append_only() returns trigger language plpgsql as $$
    begin raise exception 'versions and steps of guidance are only added to'; end $$`,
  `create trigger guidance_versions_append_only before update on guidance_versions
    for each row execute function guidance_is_append_only()`,
  `create trigger guidance_steps_append_only before update on guidance_steps
    for each row execute function guidance_is_append_only()`,
];
