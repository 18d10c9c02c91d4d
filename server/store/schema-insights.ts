import type { Measures } from '../domain/insights/measures.ts';
import type { Json } from './columns.ts';

/* What became of visits, read from the facts a moment after they were written (insights-reader.ts). */

export interface InsightTables {
  insight_visits: InsightVisitsTable;
  insight_sums: InsightSumsTable;
  insight_weak: InsightWeakTable;
  insight_heads: InsightHeadsTable;
}

export interface InsightVisitsTable {
  conversation_id: string;
  /** Its number in the conversation, from 0. */
  visit: number;
  site_id: string;
  customer_id: string;
  /** The day of the site's calendar on which it began, as days since 1970-01-01. */
  day: number;
  begun_at: number;
  quiet_at: number;
  /** '' where it is not known, here as everywhere below. */
  language: string;
  topic: string;
  /** Content words of what the customer asked. */
  asked: string[];
  /** As they were added to the sums: exactly that is taken off again. */
  measures: Json<Measures>;
}

/** `slice` says which of language and topic are told apart: 0 none, 1 language, 2 topic, 3 both; the others are ''. */
export interface InsightSumsTable {
  site_id: string;
  slice: number;
  language: string;
  topic: string;
  day: number;
  sums: Json<Measures>;
}

export interface InsightWeakTable {
  conversation_id: string;
  visit: number;
  turn: number;
  site_id: string;
  day: number;
  language: string;
  topic: string;
  key: string;
  question: string;
  is_down: boolean;
  is_unknown: boolean;
  led_to_person: boolean;
}

/** The seq up to which a conversation has been read; `due_at`: when time alone changes what became of it. */
export interface InsightHeadsTable {
  conversation_id: string;
  seq: number;
  due_at: number | null;
}
