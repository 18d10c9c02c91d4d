import { type Kysely, sql } from 'kysely';

/** When a wait began, apart from the place in the queue; and when a person was in a conversation last. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `update conversations set state = state || '{"leftAt": null}'`,
  `update conversations set state = state || jsonb_build_object('begunAt', state->'since') where status = 'waiting'`,
];
