import { stringify } from 'csv-stringify/sync';
import { inertCell } from '../domain/export/columns.ts';

/** Rows as a spreadsheet reads them, and none of them as something that it runs. */
export const csvLines = (rows: readonly (readonly string[])[], { isFirst = false } = {}): string =>
  stringify(
    rows.map((row) => row.map(inertCell)),
    { bom: isFirst, record_delimiter: 'windows' },
  );
