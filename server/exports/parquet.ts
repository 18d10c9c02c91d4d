import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Column } from '../domain/export/columns.ts';
import type { Before, Writer } from './format-writer.ts';

type RowGroup = ParquetWriter['row_groups'][number];

/** The magic word that a file begins and ends with. */
const magic = new TextEncoder().encode('PAR1');

/**
 * A Parquet file, one row group for each page of rows. What its end must list travels in the checkpoint, so that the
 * file can be finished by another process than the one that began it.
 */
export function parquetColumns(columns: readonly Column<unknown>[]): Writer {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, kind }) => elementOf(name, kind)),
  ];
  /** A file that is at this place, behind what was written before. */
  const goOn = ({ bytes, written, groups }: Before) => {
    const buffer = new ByteWriter();
    // No statistics: they would repeat texts of customers in the checkpoint.
    const file = new ParquetWriter({ writer: buffer, schema, statistics: false, createdBy: 'Handrail' });
    // What it has written of its own accord stands in the file already.
    buffer.index = 0;
    buffer.offset = bytes;
    file.num_rows = BigInt(written);
    file.row_groups = groups.map((group) => withBigInts(group) as RowGroup);
    return { buffer, file };
  };
  return {
    begin: () => magic,
    async rows(rows, before) {
      if (rows.length === 0) return { bytes: new Uint8Array(), groups: before.groups };
      const { buffer, file } = goOn({ ...before, groups: [] });
      await file.write({
        columnData: columns.map(({ name, kind, of }) => ({
          name,
          data: rows.map((row) => {
            const value = of(row);
            return kind === 'time' && value !== null ? new Date(value) : value;
          }),
          offsetIndex: false,
        })),
        rowGroupSize: rows.length,
      });
      return { bytes: buffer.getBytes(), groups: [...before.groups, ...file.row_groups.map(withoutBigInts)] };
    },
    async end(before) {
      const { buffer, file } = goOn(before);
      await file.finish();
      return buffer.getBytes();
    },
  };
}

function elementOf(name: string, kind: Column<unknown>['kind']): SchemaElement {
  const column = { name, repetition_type: 'OPTIONAL' } as const;
  if (kind === 'number') return { ...column, type: 'INT32' };
  if (kind === 'score') return { ...column, type: 'DOUBLE' };
  if (kind === 'time') return { ...column, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
  return { ...column, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
}

/** JSON knows no such numbers: they are kept as `{"n": "…"}`. */
const withoutBigInts = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, one: unknown) => (typeof one === 'bigint' ? { n: String(one) } : one)),
  );

function withBigInts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBigInts);
  if (typeof value !== 'object' || value === null) return value;
  if ('n' in value && typeof value.n === 'string') return BigInt(value.n);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withBigInts(one)]));
}
