import type { ColumnType } from 'kysely';
import type {
  GuidanceAction,
  GuidanceKind,
  GuidanceOrigin,
  GuidanceScope,
  GuidanceState,
} from '../../protocol/guidance.ts';
import type { Json } from './columns.ts';

/* Tables of guidance, as kysely sees them. */

export interface GuidanceTables {
  guidance: GuidanceTable;
  guidance_versions: GuidanceVersionsTable;
  guidance_steps: GuidanceStepsTable;
}

/** Where each guidance stands (domain/guidance.ts), and what lists go by. */
export interface GuidanceTable {
  id: string;
  site_id: string;
  seq: number;
  newest: number;
  writer: string | null;
  live: number | null;
  proposed: number | null;
  approved: number[];
  is_retired: boolean;
  state: GuidanceState;
  changed_at: number;
  changed_by: string;
}

/** Rows are added; the database refuses to change them. */
export interface GuidanceVersionsTable {
  guidance_id: string;
  version: number;
  kind: GuidanceKind;
  text: string;
  examples: string[];
  scope: Json<GuidanceScope>;
  by_id: string;
  by_name: string;
  at: number;
  reason: string;
  origin: ColumnType<GuidanceOrigin | null, string | null, never>;
}

export interface GuidanceStepsTable {
  guidance_id: string;
  seq: number;
  action: GuidanceAction;
  version: number;
  by_id: string;
  by_name: string;
  at: number;
  reason: string;
}
