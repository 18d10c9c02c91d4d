import type { Generated } from 'kysely';
import type { FeedbackReason, Signal } from '../../protocol/feedback.ts';
import type { Source } from '../../protocol/message.ts';
import type { WeakStatus } from '../../protocol/weak-questions.ts';
import type { Json } from './columns.ts';

/* Questions that the bot answers badly, as kysely sees them. */

export interface WeakTables {
  weak_questions: WeakQuestionsTable;
  weak_wordings: WeakWordingsTable;
  weak_answers: WeakAnswersTable;
  weak_heads: WeakHeadsTable;
}

export interface WeakQuestionsTable {
  id: string;
  site_id: string;
  title: string;
  status: WeakStatus;
  owner_id: string | null;
  owner_name: string | null;
  /** Who brought it to this status. */
  by_id: string | null;
  by_name: string | null;
  since_at: number;
  reason: string;
  returned: number;
  guidance_id: string | null;
  /** The question that it was merged into; it has no wordings then, and is shown no more. */
  merged_into: string | null;
  /** Counted anew from its answers, down to `last_at`. */
  answers: Generated<number>;
  customers: Generated<number>;
  down: Generated<number>;
  better: Generated<number>;
  /** `heatOf` in whole units (weak-counts.ts): what the list is sorted by. */
  heat: Generated<number>;
  first_at: Generated<number>;
  last_at: Generated<number>;
  /** How often something was decided that receipts follow from, and up to which of these they have. */
  owed: Generated<number>;
  settled: Generated<number>;
}

export interface WeakWordingsTable {
  id: string;
  site_id: string;
  question_id: string;
  /** Without case, accents and signs. */
  words: string;
  text: string;
  contents: string[];
  /** What others are held against (domain/weak/gathering.ts). */
  is_anchor: boolean;
  is_by_hand: Generated<boolean>;
  at: number;
}

export interface WeakAnswersTable {
  conversation_id: string;
  turn: number;
  customer_id: string;
  wording_id: string;
  question: string;
  answer: string;
  sources: Json<Source[]>;
  answered_at: number;
  /** When something spoke against it last. */
  at: number;
  weight: number;
  is_down: boolean;
  is_unknown: boolean;
  is_improved: boolean;
  reasons: FeedbackReason[];
  signals: Signal[];
  do_not_train: boolean;
}

export interface WeakHeadsTable {
  conversation_id: string;
  seq: number;
  signals: number;
}
