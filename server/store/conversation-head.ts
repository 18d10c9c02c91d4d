import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Ownership } from './conversation-row.ts';

/** How far a conversation has come, and whose it is. */
export interface Head extends Ownership {
  readonly seq: number;
  readonly status: ConversationSummary['status'];
  /** A turn of the bot is under way. */
  readonly isAnswering: boolean;
}

interface HeadRow {
  id: string;
  site_id: string;
  customer_id: string;
  seq: number;
  status: ConversationSummary['status'];
  is_answering: boolean;
}

export const toHead = (row: HeadRow): Head => ({
  id: row.id,
  siteId: row.site_id,
  customerId: row.customer_id,
  seq: row.seq,
  status: row.status,
  isAnswering: row.is_answering,
});
