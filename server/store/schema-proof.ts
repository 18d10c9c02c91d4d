import type { GuidanceKind, ProofVerdict } from '../../protocol/guidance.ts';
import type { SideCounts } from '../domain/proof/cases.ts';
import type { Span } from '../domain/proof/stretches.ts';
import type { Json } from './columns.ts';

/* What guidance changed, made of the questions that were answered (features/proof). */

export interface ProofTables {
  insight_questions: InsightQuestionsTable;
  insight_proofs: InsightProofsTable;
  insight_cases: InsightCasesTable;
  insight_rounds: InsightRoundsTable;
}

/** A question that was answered; its words are those of the fact with the seq `question`. */
export interface InsightQuestionsTable {
  conversation_id: string;
  question: number;
  site_id: string;
  customer_id: string;
  asked_at: number;
  is_down: boolean;
  led_to_person: boolean;
  guidance_id: string | null;
  guidance_version: number | null;
}

/** What was counted for a proof; the intervals follow from it. */
export interface Counted {
  readonly windows: { readonly before: Span; readonly after: Span };
  readonly before: SideCounts;
  readonly after: SideCounts;
  /** Of the cases after, with that version applied. */
  readonly given: number;
  readonly leftOut: number;
  /** The share of customers that was looked at. */
  readonly sampled: number;
}

/** Of one stretch of a guidance: the seq of the step that made it live. */
export interface InsightProofsTable {
  guidance_id: string;
  stretch: number;
  site_id: string;
  version: number;
  kind: GuidanceKind;
  from_at: number;
  until_at: number | null;
  counted: Json<Counted>;
  verdict: ProofVerdict;
  measured_at: number;
  is_final: boolean;
  /** When those who approved it were told that it made things worse. */
  told_at: number | null;
}

export interface InsightCasesTable {
  guidance_id: string;
  stretch: number;
  is_after: boolean;
  conversation_id: string;
  asked_at: number;
  is_down: boolean;
  is_handed: boolean;
  is_back: boolean | null;
}

/** Which process measures a site until when; `revision`: of the guidance that was measured. */
export interface InsightRoundsTable {
  site_id: string;
  revision: number;
  next_at: number;
  claimed_until: number;
}
