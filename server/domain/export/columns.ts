import type { Fact } from '../../../protocol/conversation.ts';
import type { FeedbackExportRow } from '../../../protocol/feedback.ts';
import type { ToldGuidance } from '../../../protocol/guidance.ts';

/** One fact as it is exported. */
export interface FactExportRow {
  readonly conversationId: string;
  readonly seq: number;
  readonly at: number;
  readonly type: Fact['type'];
  readonly body: Fact;
  /** Whether nothing may learn from its conversation. */
  readonly doNotTrain: boolean;
}

export type Cell = string | number | null;

/** A column of CSV and Parquet. `time`: epoch ms; `number`: whole, below 2^31; `score`: any other. */
export interface Column<Row> {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'score' | 'time';
  readonly of: (row: Row) => Cell;
}

const text = <Row>(name: string, of: (row: Row) => string | null): Column<Row> => ({
  name,
  kind: 'text',
  of,
});
const number = <Row>(name: string, of: (row: Row) => number | null): Column<Row> => ({
  name,
  kind: 'number',
  of,
});

/** What people had approved and the answer followed, if anything; the same four in each table. */
const guidanceColumns = <Row>(of: (row: Row) => ToldGuidance | null): readonly Column<Row>[] => [
  text('guidance_id', (row) => of(row)?.id ?? null),
  number('guidance_version', (row) => of(row)?.version ?? null),
  { name: 'guidance_score', kind: 'score', of: (row) => of(row)?.score ?? null },
  text('guidance_kind', (row) => of(row)?.kind ?? null),
];

export const feedbackColumns: readonly Column<FeedbackExportRow>[] = [
  text('id', (row) => row.id),
  text('kind', (row) => row.kind),
  { name: 'at', kind: 'time', of: (row) => row.at },
  text('conversation_id', (row) => row.conversationId),
  number('turn', (row) => row.turn),
  text('verdict', (row) => row.verdict),
  number('rating', (row) => row.rating),
  text('reasons', (row) => row.reasons.join(' ')),
  text('comment', (row) => row.comment),
  text('question', (row) => row.question),
  text('answer', (row) => row.answer),
  text('sources', (row) => row.sources.map((source) => `${source.title} <${source.url}>`).join('\n')),
  text('page_url', (row) => row.context.page?.url ?? null),
  text('page_title', (row) => row.context.page?.title ?? null),
  text('language', (row) => row.context.language ?? null),
  text('better_answer', (row) => row.betterAnswer),
  text('causes', (row) => row.causes.join(' ')),
  text('right_answer', (row) => row.rightAnswer),
  text('had_to_repeat', (row) => (row.hadToRepeat === null ? null : String(row.hadToRepeat))),
  text('was_wait_as_said', (row) => (row.wasWaitAsSaid === null ? null : String(row.wasWaitAsSaid))),
  text('signals', (row) => row.signals.join(' ')),
  text('status', (row) => row.status),
  text('status_word', (row) => row.word),
  text('transcript', (row) => row.transcript.map((line) => `${line.author}: ${line.text}`).join('\n')),
  ...guidanceColumns((row: FeedbackExportRow) => row.guidance),
];

export const factColumns: readonly Column<FactExportRow>[] = [
  text('conversation_id', (row) => row.conversationId),
  number('seq', (row) => row.seq),
  { name: 'at', kind: 'time', of: (row) => row.at },
  text('type', (row) => row.type),
  text('by', ({ body }) => body.by.kind),
  text('text', ({ body }) => ('text' in body && typeof body.text === 'string' ? body.text : null)),
  text('body', (row) => JSON.stringify(row.body)),
  // Of `answer.started` and `answer.ended`.
  ...guidanceColumns(({ body }: FactExportRow) => ('guidance' in body ? (body.guidance ?? null) : null)),
];

/**
 * CSV injection: a cell that starts like a formula is one to a spreadsheet, so it gets a quote mark in front. Blanks
 * before it are skipped by some.
 */
export const inertCell = (cell: string): string =>
  /^\s*[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell;
