import { type Kysely, sql } from 'kysely';

/**
 * Lets a message change its conversation's row in place. What changes with every message stands in no index any
 * more, and pages keep room: PostgreSQL then writes one row and not six index entries (heap-only tuples).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table conversations add column resolved_at bigint`,
  `update conversations set resolved_at = last_at where status = 'resolved'`,
  `alter table conversations set (fillfactor = 70)`,
  `drop index conversations_of_customer`,
  `create index conversations_of_customer on conversations (customer_id)`,
  `drop index conversations_on_desk`,
  `drop index conversations_with_agent`,
  `create index conversations_with_agent on conversations (site_id, agent_id) where status = 'human'`,
  `create index conversations_resolved on conversations (site_id, resolved_at desc) where status = 'resolved'`,
  // The order of the queue itself: the next one is found without sorting all who wait.
  `drop index conversations_waiting`,
  `create index conversations_waiting on conversations (site_id, (priority = 'high') desc, waiting_since, id)
    where status = 'waiting'`,
  // Kept for as long as a client may send a command again; older ones are cleared away by their time.
  `create index commands_at on commands using brin (at)`,
];
