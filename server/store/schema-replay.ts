import type { ColumnType } from 'kysely';
import type {
  ReplayCheck,
  ReplayChecks,
  ReplayResult,
  ReplayState,
  ReplayVerdict,
} from '../../protocol/replay.ts';

/* Tables of replays, as kysely sees them. */

export interface ReplayTables {
  replay_cases: ReplayCasesTable;
  replay_runs: ReplayRunsTable;
  replay_results: ReplayResultsTable;
}

export interface ReplayCasesTable {
  guidance_id: string;
  questions: string[];
  neighbours: string[];
  /** Null: those that a guidance has by itself. */
  checks: ColumnType<ReplayChecks | null, string | null, string | null>;
  changed_at: number;
  changed_by: string;
}

export interface ReplayRunsTable {
  id: string;
  site_id: string;
  bot_version: string | null;
  /** Null: all that was live. */
  guidance_id: string | null;
  version: number | null;
  /** Null: the operator. */
  by_name: string | null;
  state: ReplayState;
  problem: string | null;
  /** Questions; null before they are chosen. */
  total: number | null;
  /** Whoever is at it says so again before then; else its process has died. */
  lease_until: number;
  started_at: number;
  ended_at: number | null;
}

/** What came of a question. */
export interface ReplayOutcome
  extends Pick<ReplayResult, 'applied' | 'without' | 'with' | 'isRightAlone' | 'rightBefore' | 'failure'> {
  readonly verdict: ReplayVerdict;
  readonly checks: readonly ReplayCheck[];
}

/** A question of a run: planned as it begins, and filled in once it has been asked. */
export interface ReplayResultsTable {
  run_id: string;
  seq: number;
  guidance_id: string;
  version: number;
  kind: ReplayResult['kind'];
  question: string;
  /** Where a neighbour was asked by a customer; null: people wrote it. */
  conversation_id: string | null;
  verdict: ReplayVerdict | null;
  result: ColumnType<Omit<ReplayOutcome, 'verdict'> | null, string | null, string | null>;
}
