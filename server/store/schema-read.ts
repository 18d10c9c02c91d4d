import type { ColumnType, Generated } from 'kysely';
import type { ConversationStatus } from '../../protocol/agent.ts';
import type { FeedbackReason, ReceiptStatus, Signal } from '../../protocol/feedback.ts';
import type { FailureCause } from '../../protocol/handoff.ts';
import type { Source } from '../../protocol/message.ts';
import type { PromiseKind, PromiseState } from '../../protocol/promise.ts';
import type { Json } from './columns.ts';

/* Tables that are written with the facts or behind them, for what reads them otherwise than one conversation at a time. */

export interface AnswerFeedbackTable {
  id: Generated<string>;
  conversation_id: string;
  turn: number;
  verdict: 'up' | 'down';
  reasons: FeedbackReason[];
  comment: string;
  question: string;
  answer: string;
  sources: Json<Source[]>;
  right_answer: Generated<string>;
  /** Nothing may learn from it, here as below. */
  do_not_train: Generated<boolean>;
  at: number;
}

export interface ConversationRatingsTable {
  id: Generated<string>;
  conversation_id: string;
  rating: number;
  comment: string;
  do_not_train: Generated<boolean>;
  at: number;
}

/** What the customer thinks of how they came to a person; null: not said. */
export interface HandoffRatingsTable {
  id: Generated<string>;
  conversation_id: string;
  had_to_repeat: boolean | null;
  was_wait_as_said: boolean | null;
  do_not_train: boolean;
  at: number;
}

/** What speaks against an answer without a word about it; `at` of the latest. */
export interface AnswerSignalsTable {
  id: Generated<string>;
  conversation_id: string;
  turn: number;
  signals: Signal[];
  question: string;
  answer: string;
  sources: Json<Source[]>;
  do_not_train: boolean;
  at: number;
}

/** What has become of each feedback, as the facts of its conversation say it; and whether its customer was told by mail. */
export interface ReceiptsTable {
  conversation_id: string;
  /** A turn, `conversation` or `handoff`. */
  about: string;
  site_id: string;
  status: ReceiptStatus;
  word: string;
  received_at: number;
  /** When somebody looked at it first. */
  looked_at: number | null;
  /** When it was said whether anything was changed; the latest. */
  reviewed_at: number | null;
  told_at: number | null;
}

/** What the bot should have said in a turn, in an agent's words; the latest. */
export interface BetterAnswersTable {
  conversation_id: string;
  turn: number;
  question: string;
  answer: string;
  text: string;
  agent_id: string;
  at: number;
}

/** Why the bot failed, as said by an agent with the fact of this seq. */
export interface BotFailuresTable {
  conversation_id: string;
  seq: number;
  cause: FailureCause;
  agent_id: string;
  at: number;
}

/** Every promise to a customer, as the facts of its conversation say it; and whom the server has told of it. */
export interface PromisesTable {
  conversation_id: string;
  promise: number;
  site_id: string;
  kind: PromiseKind;
  text: string;
  owner_id: string | null;
  owner_name: string | null;
  made_at: number;
  due_at: number;
  state: ColumnType<PromiseState, PromiseState | undefined, PromiseState>;
  ended_at: number | null;
  why: string | null;
  /** When its owner was reminded; null: not yet. */
  reminded_at: number | null;
  /** When agents were told that it was missed. */
  escalated_at: number | null;
}

/** What was said, by its words: read from the facts a moment after they were written (search.ts). */
export interface SearchLinesTable {
  conversation_id: string;
  seq: number;
  /** Of a fact with several lines, the number of this one; else 0. */
  line: number;
  at: number;
  /** PostgreSQL's `tsvector`, as text. */
  words: string;
}

/** The seq up to which a conversation has been read into `search_lines`, and how it stood then. */
export interface SearchHeadsTable {
  conversation_id: string;
  seq: number;
  status: ConversationStatus | null;
  /** Who has it or had it last. */
  agent_id: string | null;
}
