import type { ConversationSummary } from '../../protocol/agent.ts';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type { FeedbackRules } from '../../protocol/feedback.ts';
import type { TranscriptLine } from '../../protocol/message.ts';
import type { World } from '../domain/command.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { SitePolicy } from '../domain/site-policy.ts';
import type { Summary } from '../domain/summary.ts';
import type { ConversationsTable, SiteBot } from './schema.ts';

/** Whose a conversation is. Every read and write is checked against it. */
export interface Ownership {
  readonly id: string;
  readonly siteId: string;
  readonly customerId: string;
}

export interface StoredConversation extends Ownership {
  readonly state: Conversation;
  readonly summary: Summary;
}

export interface LockedConversation extends StoredConversation {
  /** Where the bot of its site runs. */
  readonly bot: SiteBot['kind'];
  readonly policy: SitePolicy;
  /** By when who asks for a person is answered, should its site be closed. */
  readonly answers: NonNullable<World['answers']>;
  readonly feedback: FeedbackRules;
  /** Of a customer for whom the site vouches; null: it vouches for nobody here. */
  readonly traits: CustomerTraits | null;
}

/** The row's columns; those of type jsonb as values. */
export const columnsOf = ({ id, siteId, customerId, state, summary }: StoredConversation) => ({
  id,
  site_id: siteId,
  customer_id: customerId,
  state,
  seq: state.seq,
  status: summary.status,
  topic: summary.topic,
  last_text: summary.lastText,
  last_author: summary.lastAuthor,
  last_at: summary.lastAt,
  waiting_since: summary.waitingSince,
  reason: summary.reason,
  priority: summary.priority,
  agent_id: summary.agent?.id ?? null,
  agent_name: summary.agent?.name ?? null,
  downvotes: summary.downvotes,
  context: summary.context,
  resolved_at: state.status === 'resolved' ? state.at : null,
});

/** The same as parameters of a statement that writes one row. */
export function toRow(conversation: StoredConversation) {
  const row = columnsOf(conversation);
  return { ...row, state: JSON.stringify(row.state), context: JSON.stringify(row.context) };
}

type ConversationRow = { [K in keyof ConversationsTable]: unknown } & {
  id: string;
  site_id: string;
  customer_id: string;
  state: Conversation;
} & SummaryColumns;

export interface SummaryColumns {
  id: string;
  seq: number;
  status: ConversationSummary['status'];
  topic: string;
  last_text: string;
  last_author: TranscriptLine['author'];
  last_at: number;
  waiting_since: number | null;
  reason: ConversationSummary['reason'];
  priority: ConversationSummary['priority'];
  agent_id: string | null;
  agent_name: string | null;
  downvotes: number;
  context: ConversationSummary['context'];
}

export const summaryOf = (row: SummaryColumns): Summary => ({
  status: row.status,
  topic: row.topic,
  lastText: row.last_text,
  lastAuthor: row.last_author,
  lastAt: row.last_at,
  waitingSince: row.waiting_since,
  reason: row.reason,
  priority: row.priority,
  agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? '' },
  downvotes: row.downvotes,
  context: row.context,
});

export const toStored = (row: ConversationRow): StoredConversation => ({
  id: row.id,
  siteId: row.site_id,
  customerId: row.customer_id,
  // A row that an older server wrote last knows of no promises, and of no receipts.
  state: { ...row.state, promises: row.state.promises ?? [], receipts: row.state.receipts ?? [] },
  summary: summaryOf(row),
});
