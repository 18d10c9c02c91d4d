import type { ExportContent, ExportFormat, ExportSchedule } from '../../protocol/exports.ts';
import type { FeedbackFilter } from '../../protocol/feedback.ts';
import type { Json } from './columns.ts';

/* Tables of exports, as kysely sees them. */

export interface ExportTables {
  exports: ExportsTable;
  export_pieces: ExportPiecesTable;
  export_schedules: ExportSchedulesTable;
}

/** What was asked for, whole. */
export interface ExportAsk {
  readonly content: ExportContent;
  readonly format: ExportFormat;
  readonly filter: FeedbackFilter;
  readonly isRedacted: boolean;
}

export interface ExportsTable {
  id: string;
  /** The schedule that made it, though it may be gone; null: a person did. */
  schedule_id: string | null;
  agent_id: string;
  agent_name: string;
  site_ids: string[];
  ask: Json<ExportAsk>;
  state: 'running' | 'done' | 'failed';
  total: number;
  /** How far it has come, as the pipeline says it. */
  checkpoint: Json<object>;
  /** How many steps are kept. */
  steps: number;
  made_at: number;
  /** When a step was kept last. */
  moved_at: number;
  expires_at: number;
}

/** A part of the file, and where in it it begins. */
export interface ExportPiecesTable {
  export_id: string;
  starts_at: number;
  bytes: Buffer;
}

export interface ExportSchedulesTable {
  id: string;
  agent_id: string;
  site_ids: string[];
  ask: Json<ExportAsk>;
  every: ExportSchedule;
  /** Up to when it has been exported. */
  last_at: number;
  next_at: number;
}
