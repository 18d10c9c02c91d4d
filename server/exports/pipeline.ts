import type { ExportContent, ExportFormat } from '../../protocol/exports.ts';
import type { FeedbackExportRow } from '../../protocol/feedback.ts';
import type { FactExportRow } from '../domain/export/columns.ts';
import { withheldBecause } from '../domain/export/left-out.ts';
import { factRecord, type Recorded, recorders } from '../domain/export/records.ts';
import { redactDeep, type Tally } from '../domain/export/redact.ts';
import { type Checkpoint, canGoOn } from './checkpoint.ts';
import type { Writer } from './format-writer.ts';
import { createWriter, iso } from './writer.ts';

export type ExportRow = FeedbackExportRow | FactExportRow;

/** Where rows come from: in one order, a page behind the last row of the page before. */
export interface Source {
  /** How many there are in all, now. */
  total(): Promise<number>;
  /** @returns no rows: there are no more */
  after(cursor: string | null): Promise<{ rows: readonly ExportRow[]; cursor: string | null }>;
}

export interface Shape {
  readonly content: ExportContent;
  readonly format: ExportFormat;
  readonly isRedacted: boolean;
}

/** What has been made in one step, and where it leaves off. */
export interface Step {
  readonly bytes: Uint8Array;
  readonly checkpoint: Checkpoint;
}

/**
 * The one way from rows to a file: source, what is left out, redaction, format. A page at a time, so memory does not
 * grow with the export. Whoever keeps a step's bytes together with its checkpoint can go on from there after anything.
 * @throws Error for what another version of the format was begun as
 */
export async function* runExport(shape: Shape, source: Source, from: Checkpoint): AsyncGenerator<Step> {
  const writer = createWriter(shape.content, shape.format);
  if (!from.isDone && !canGoOn(from)) throw new Error('begun by another version of Handrail: begin it anew');
  let now = from;
  while (!now.isDone) {
    const { rows, cursor } = await source.after(now.cursor);
    const step =
      rows.length === 0
        ? await finished(writer, now)
        : await written(shape, writer, rows, { ...now, cursor });
    now = step.checkpoint;
    yield step;
  }
}

async function finished(writer: Writer, now: Checkpoint): Promise<Step> {
  const begin = beginOf(writer, now);
  const bytes = joined(begin, await writer.end({ ...now, bytes: now.bytes + begin.length }));
  return { bytes, checkpoint: { ...now, isDone: true, bytes: now.bytes + bytes.length } };
}

async function written(
  shape: Shape,
  writer: Writer,
  rows: readonly ExportRow[],
  now: Checkpoint,
): Promise<Step> {
  const leftOut: Record<string, number> = { ...now.leftOut };
  const replaced: Tally & Record<string, number> = { ...now.replaced };
  const records: unknown[] = [];
  for (const row of rows) {
    const recorded = record(shape, row, replaced);
    if ('record' in recorded) records.push(recorded.record);
    else leftOut[recorded.leftOut] = (leftOut[recorded.leftOut] ?? 0) + 1;
  }
  const begin = beginOf(writer, now);
  const made = await writer.rows(records, { ...now, bytes: now.bytes + begin.length });
  const bytes = joined(begin, made.bytes);
  return {
    bytes,
    checkpoint: {
      ...now,
      bytes: now.bytes + bytes.length,
      rows: now.rows + rows.length,
      written: now.written + records.length,
      leftOut,
      replaced,
      groups: [...made.groups],
    },
  };
}

/** What stands in front of everything, at the beginning only. */
const beginOf = (writer: Writer, { rows }: Checkpoint) => (rows === 0 ? writer.begin() : new Uint8Array());

const joined = (begin: Uint8Array, rest: Uint8Array) =>
  begin.length === 0 ? rest : Buffer.concat([begin, rest]);

/** What a row is in this format, redacted; or why it is not there. */
function record({ content, format, isRedacted }: Shape, row: ExportRow, replaced: Tally): Recorded {
  const withheld = withheldBecause(row);
  if (withheld !== null) return { leftOut: withheld };
  const tally: Tally = {};
  const shown = isRedacted ? redactDeep(row, tally) : row;
  const recorded = recordedAs(content, format, shown);
  // Only what is in the file counts.
  if ('record' in recorded) {
    for (const [kind, count] of Object.entries(tally) as [keyof Tally, number][]) {
      replaced[kind] = (replaced[kind] ?? 0) + count;
    }
  }
  return recorded;
}

function recordedAs(content: ExportContent, format: ExportFormat, row: ExportRow): Recorded {
  // A source of facts gives facts, and one of feedback feedback.
  if (content === 'facts') return { record: format === 'jsonl' ? factRecord(row as FactExportRow) : row };
  return recorders[format]?.(row as FeedbackExportRow, iso) ?? { record: row };
}
