import type { ExportContent, ExportFormat } from '../../protocol/exports.ts';
import type { ExportAsk } from '../store/exports.ts';

/** How the records of a format become bytes. */
export type Layout = 'columns-csv' | 'columns-parquet' | 'lines' | 'array' | 'yaml' | 'promptfoo-csv';

interface FormatShape {
  readonly layout: Layout;
  readonly ending: string;
  readonly contentType: string;
}

const jsonl = { layout: 'lines', ending: 'jsonl', contentType: 'application/jsonl; charset=utf-8' } as const;
const csvType = 'text/csv; charset=utf-8';

/** The one list of what an export can be written as. */
export const formats: Readonly<Record<ExportFormat, FormatShape>> = {
  csv: { layout: 'columns-csv', ending: 'csv', contentType: csvType },
  jsonl,
  parquet: {
    layout: 'columns-parquet',
    ending: 'parquet',
    contentType: 'application/vnd.apache.parquet',
  },
  'openai-supervised': jsonl,
  'openai-preference': jsonl,
  'trl-preference': jsonl,
  'promptfoo-yaml': { layout: 'yaml', ending: 'yaml', contentType: 'application/yaml; charset=utf-8' },
  'promptfoo-csv': { layout: 'promptfoo-csv', ending: 'csv', contentType: csvType },
  'promptfoo-jsonl': jsonl,
  'langfuse-scores': jsonl,
  'langfuse-items': jsonl,
  argilla: { layout: 'array', ending: 'json', contentType: 'application/json; charset=utf-8' },
};

const ofFacts: readonly ExportFormat[] = ['csv', 'jsonl', 'parquet'];

/** Facts are no examples of answers and have no verdicts: they come as tables and lines, narrowed by time alone. */
export const fits = ({ content, format, filter }: ExportAsk): boolean =>
  content === 'feedback' ||
  (ofFacts.includes(format) && Object.keys(filter).every((name) => name === 'from' || name === 'until'));

/** `handrail-feedback-2030-01-31.csv`; the format is named where its ending does not say it. */
export function fileNameOf(content: ExportContent, format: ExportFormat, madeAt: number): string {
  const { ending } = formats[format];
  const day = new Date(madeAt).toISOString().slice(0, 10);
  return `handrail-${content}-${day}${format === ending ? '' : `-${format}`}.${ending}`;
}
