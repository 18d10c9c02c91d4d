import { type Kysely, sql } from 'kysely';

/** Who can be offered whom: what sites and agents have settled, and who was asked already. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table sites add column routing jsonb not null default '{}'`,
  `alter table agents
    add column capacity integer not null default 4,
    add column teams text[] not null default '{}',
    add column languages text[] not null default '{}',
    add column offered_at bigint not null default 0`,
  `update conversations set state = state || '{"passedBy": []}' where status = 'waiting'`,
  `update conversations set state = state || '{"waited": null}' where status = 'human'`,
];
