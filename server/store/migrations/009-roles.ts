import { type Kysely, sql } from 'kysely';

/** What each agent may do, and a log of who read and did what that the database itself lets nobody change. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table agents
    add column role text not null default 'agent' check (role in ('agent', 'lead', 'product', 'admin'))`,
  // Until now everybody could take feedback along: a lead still may. An upgrade takes nothing away.
  `update agents set role = 'lead'`,
  `update agents set role = 'admin' where id = (select id from auth_user order by "createdAt", id limit 1)`,
  // No references: what a person did stays when they are gone.
  `create table audit_log (
    id bigint primary key generated always as identity,
    at bigint not null,
    agent_id text,
    agent_name text,
    action text not null,
    site_ids uuid[] not null,
    object_kind text,
    object_id text,
    detail jsonb not null default '{}',
    ip text)`,
  `create index audit_log_by_agent on audit_log (agent_id, id)`,
  `create index audit_log_by_action on audit_log (action, id)`,
  `create function refuse_audit_log_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_log is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
    end $$`,
  // For each statement: one that finds no row is refused, too.
  `create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function refuse_audit_log_change()`,
];
