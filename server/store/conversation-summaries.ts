import { sql } from 'kysely';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Conversation } from '../domain/conversation.ts';
import { queuedOf } from '../domain/summary.ts';
import { type SummaryColumns, summaryOf } from './conversation-row.ts';
import { toVerified, type VerifiedColumns } from './customers.ts';
import type { Database } from './database.ts';

/** Rows of the desk as they are read; what is wanted of them is added. */
export const summaries = (db: Database) =>
  db
    .selectFrom('conversations')
    .innerJoin('sites', 'sites.id', 'conversations.site_id')
    .innerJoin('customers', 'customers.id', 'conversations.customer_id')
    .select([
      'conversations.id',
      'seq',
      'status',
      'topic',
      'last_text',
      'last_author',
      'last_at',
      'waiting_since',
      'reason',
      'priority',
      'agent_id',
      'agent_name',
      'downvotes',
      'context',
      'sites.title as site',
      'customers.name',
      'customers.email',
      'customers.traits',
      'customers.verified_at',
    ])
    .select(sql<Conversation | null>`case when status = 'waiting' then state end`.as('queued'));

export const toSummary = (
  row: SummaryColumns & VerifiedColumns & { site: string; queued: Conversation | null },
): ConversationSummary => ({
  id: row.id,
  seq: row.seq,
  site: row.site,
  ...summaryOf(row),
  ...(row.queued === null ? {} : queuedOf(row.queued)),
  ...(row.verified_at === null ? {} : { customer: toVerified(row) }),
});
