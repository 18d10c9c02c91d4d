import type { ExportContent, ExportFormat } from '../../protocol/exports.ts';
import { type Column, factColumns, feedbackColumns } from '../domain/export/columns.ts';
import type { PromptfooTest } from '../domain/export/promptfoo.ts';
import { csvLines } from './csv.ts';
import type { Writer } from './format-writer.ts';
import { formats } from './formats.ts';
import { parquetColumns } from './parquet.ts';

const encoder = new TextEncoder();

export function createWriter(content: ExportContent, format: ExportFormat): Writer {
  const columns = (content === 'facts' ? factColumns : feedbackColumns) as readonly Column<unknown>[];
  switch (formats[format].layout) {
    case 'columns-csv': {
      const cells = (row: unknown) =>
        columns.map(({ kind, of }) => {
          const value = of(row);
          return kind === 'time' && value !== null ? iso(Number(value)) : String(value ?? '');
        });
      return textWriter({
        head: csvLines([columns.map(({ name }) => name)], { isFirst: true }),
        rows: (rows) => csvLines(rows.map(cells)),
      });
    }
    case 'columns-parquet':
      return parquetColumns(columns);
    case 'promptfoo-csv':
      return textWriter({
        head: csvLines([promptfooColumns], { isFirst: true }),
        // They were made by the recorder of this very format.
        rows: (rows) => csvLines((rows as PromptfooTest[]).map(promptfooCells)),
      });
    case 'lines':
      return textWriter({ rows: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('') });
    case 'yaml':
      // YAML holds JSON: one test a line, and nothing in a text can be taken for YAML.
      return textWriter({
        rows: (rows) => rows.map((row) => `- ${JSON.stringify(row)}\n`).join(''),
        tail: (written) => (written === 0 ? '[]\n' : ''),
      });
    case 'array':
      return textWriter({
        head: '[',
        rows: (rows, written) =>
          rows.map((row, at) => `${written + at === 0 ? '' : ','}\n${JSON.stringify(row)}`).join(''),
        tail: () => '\n]\n',
      });
  }
}

function textWriter(parts: {
  head?: string;
  rows(rows: readonly unknown[], written: number): string;
  tail?(written: number): string;
}): Writer {
  return {
    begin: () => encoder.encode(parts.head ?? ''),
    rows: async (rows, { written, groups }) => ({ bytes: encoder.encode(parts.rows(rows, written)), groups }),
    end: async ({ written }) => encoder.encode(parts.tail?.(written) ?? ''),
  };
}

export const iso = (ms: number): string => new Date(ms).toISOString();

const promptfooColumns = ['question', '__expected1', '__expected2', '__description', '__metadata:id'];

function promptfooCells({ vars, assert, description, metadata }: PromptfooTest): string[] {
  const expected = assert.map(({ type, value, threshold }) =>
    threshold === undefined ? `${type}: ${value}` : `${type}(${threshold}): ${value}`,
  );
  return [vars.question, expected[0] ?? '', expected[1] ?? '', description, metadata.id];
}
