import type { ExportManifest } from '../../protocol/exports.ts';
import { definitionsOf } from '../domain/export/left-out.ts';
import type { ExportAsk } from '../store/exports.ts';
import { type Checkpoint, formatVersionOf } from './checkpoint.ts';

export interface Told {
  readonly id: string;
  readonly ask: ExportAsk;
  readonly file: string;
  readonly by: string;
  readonly madeAt: number;
  /** Keys of sites. */
  readonly sites: readonly string[];
  readonly total: number;
  readonly checkpoint: Checkpoint;
}

/** What a file holds, and what not, for whoever finds it later. */
export const manifestOf = ({
  id,
  ask,
  file,
  by,
  madeAt,
  sites,
  total,
  checkpoint,
}: Told): ExportManifest => ({
  export: id,
  formatVersion: formatVersionOf(checkpoint),
  content: ask.content,
  format: ask.format,
  file,
  bytes: checkpoint.bytes,
  madeAt: new Date(madeAt).toISOString(),
  by,
  sites: [...sites],
  filter: ask.filter,
  rows: { matched: total, read: checkpoint.rows, written: checkpoint.written, leftOut: checkpoint.leftOut },
  redaction: { isOn: ask.isRedacted, replaced: checkpoint.replaced },
  definitions: definitionsOf(ask.content),
});
