import pg from 'pg';
import { BackupError } from './error.ts';

/** One table: `columns` in the order in which its rows are written. */
export interface TableContents {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

export interface SequenceContents {
  readonly name: string;
  /** a bigint, as text */
  readonly value: string;
  readonly isCalled: boolean;
}

/** What a database of ours holds, without the rows themselves. */
export interface Contents {
  /** names of the applied migrations, in order */
  readonly migrations: readonly string[];
  /** in the order in which they can be loaded: what is referred to comes first */
  readonly tables: readonly TableContents[];
  readonly sequences: readonly SequenceContents[];
}

/** Where rows come from: a database at one moment, or a file. */
export interface Source {
  readonly contents: Contents;
  /** All rows of a table in COPY's text format, one line each. In the contents' order, each read to its end. */
  rows(table: TableContents): AsyncIterable<Buffer>;
  /** After the last row: that all of it was what it should be. @throws BackupError `file_damaged` */
  finish(): Promise<void>;
}

/** Told what is to come, once, and then how many rows of which table have just been passed on. */
export interface Progress {
  begin(contents: Contents): void;
  advance(table: TableContents, rows: number): void;
}

/** The migrator's own tables: the migrations that fill them are run again, and these are not copied. */
const migratorTables = ['kysely_migration', 'kysely_migration_lock'];
/** What a server makes anew from the facts when it starts (store/search.ts, store/insights-reader.ts): not copied either. */
const derivedTables = [
  'search_lines',
  'search_heads',
  'insight_visits',
  'insight_sums',
  'insight_weak',
  'insight_heads',
  'insight_questions',
  'insight_proofs',
  'insight_cases',
  'insight_rounds',
];

export const quote = (schema: string, name: string) =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

/**
 * The schema that our tables are in; null while there are none. Other schemas are not looked at: pg-boss makes its own
 * anew in whatever shape its version wants, and a job kept from the past would be done a second time.
 */
export async function findSchema(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ schema: string }>(
    `select nspname as schema from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where pg_class.oid = to_regclass('kysely_migration')`,
  );
  return rows[0]?.schema ?? null;
}

/** What is in the schema. Counting keeps every table locked against changes of its shape until the transaction ends. */
export async function readContents(client: pg.Client, schema: string): Promise<Contents> {
  const tables: TableContents[] = [];
  for (const table of await readTables(client, schema)) {
    tables.push({ ...table, rows: await countRows(client, schema, table.name) });
  }
  return {
    migrations: await readMigrations(client, schema),
    tables,
    sequences: await readSequences(client, schema),
  };
}

/** The names of the applied migrations, in order. */
export async function readMigrations(client: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from ${quote(schema, 'kysely_migration')} order by name`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Every table of the schema, found in PostgreSQL's own catalogue: a list kept by hand would one day miss one.
 * @returns in the order in which they can be loaded
 * @throws BackupError `tables_circular`
 */
export async function readTables(client: pg.Client, schema: string): Promise<Omit<TableContents, 'rows'>[]> {
  const tables = await client.query<{ name: string; columns: string[] }>(
    // a partition's rows are those of its table; what is computed from other columns is computed again
    `select relname as name, array(
       select attname::text from pg_attribute
       where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
       order by attnum) as columns
     from pg_class
     where relnamespace = $1::regnamespace and relkind in ('r', 'p') and not relispartition
       and relname <> all ($2)
     order by relname`,
    [pg.escapeIdentifier(schema), [...migratorTables, ...derivedTables]],
  );
  const references = await client.query<Reference>(
    // a reference to its own table holds within one COPY; a deferrable one is checked at the end
    `select distinct referring.relname as "from", referred.relname as "to"
     from pg_constraint
     join pg_class referring on referring.oid = conrelid
     join pg_class referred on referred.oid = confrelid
     where contype = 'f' and not condeferrable and conrelid <> confrelid
       and referring.relnamespace = $1::regnamespace and referred.relnamespace = $1::regnamespace`,
    [pg.escapeIdentifier(schema)],
  );
  return inLoadingOrder(tables.rows, references.rows);
}

export async function countRows(client: pg.Client, schema: string, table: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${quote(schema, table)}`);
  return Number(rows[0]?.count);
}

/** Read after the snapshot was taken, as sequences stand outside of it: never behind the rows that it sees. */
async function readSequences(client: pg.Client, schema: string): Promise<SequenceContents[]> {
  const names = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = $1::regnamespace and relkind = 'S' order by relname`,
    [pg.escapeIdentifier(schema)],
  );
  const sequences: SequenceContents[] = [];
  for (const { name } of names.rows) {
    const { rows } = await client.query<Omit<SequenceContents, 'name'>>(
      `select last_value::text as value, is_called as "isCalled" from ${quote(schema, name)}`,
    );
    if (rows[0] !== undefined) sequences.push({ name, ...rows[0] });
  }
  return sequences;
}

export interface Reference {
  readonly from: string;
  readonly to: string;
}

/** The tables with those that they refer to before them. @throws BackupError `tables_circular` */
export function inLoadingOrder<T extends { name: string }>(
  tables: readonly T[],
  references: readonly Reference[],
): T[] {
  const ordered: T[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const isFree = ({ name }: T) => !references.some(({ from, to }) => from === name && names.has(to));
    const free = left.filter(isFree);
    if (free.length === 0) {
      throw new BackupError(
        'tables_circular',
        `The tables ${[...names].join(', ')} refer to each other in a circle; make one of the references deferrable.`,
      );
    }
    ordered.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
}
