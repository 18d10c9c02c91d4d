import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type Connection, inTransaction } from './connection.ts';
import {
  type Contents,
  countRows,
  findSchema,
  type Progress,
  quote,
  readMigrations,
  readTables,
  type SequenceContents,
  type Source,
  type TableContents,
} from './contents.ts';
import { BackupError } from './error.ts';
import { createMigrator, knownMigrations } from './migrator.ts';
import { countLines } from './rows.ts';

export interface Loaded {
  readonly tables: number;
  readonly rows: number;
  /** tables that are not Handrail's: nothing here knows their shape */
  readonly leftOut: readonly TableContents[];
}

/**
 * Fills an empty database: brings it to the schema that the source has, loads every row, counts them, and then brings
 * it to this program's schema. All of it in one transaction: it is all there in the end, or nothing is.
 * @throws BackupError `backup_newer`, `target_filled`, `copy_incomplete`, `database_unusable`; the signal's reason
 *   when it is aborted
 */
export function load(
  connection: Connection,
  source: Source,
  progress: Progress,
  signal: AbortSignal,
): Promise<Loaded> {
  const { tables, sequences } = source.contents;
  return inTransaction(connection, 'write', signal, async (client) => {
    await checkKnown(source.contents);
    const migrator = createMigrator(client);
    const target = await prepareTarget(client, source.contents, migrator);
    const missing = target.tables.filter(({ name }) => !tables.some((table) => table.name === name));
    if (missing.length > 0) throw incomplete(`${listed(missing)} would get no rows.`);
    progress.begin(source.contents);
    const leftOut: TableContents[] = [];
    for (const table of tables) {
      const rows = counted(source.rows(table), (count) => progress.advance(table, count));
      if (target.tables.some(({ name }) => name === table.name)) {
        await loadTable(client, target.schema, table, rows);
      } else {
        for await (const _ of rows);
        leftOut.push(table);
      }
    }
    await source.finish();
    await setSequences(client, target.schema, sequences);
    await finishTarget(client, target);
    await migrator.migrateToLatest();
    const loaded = tables.filter((table) => !leftOut.includes(table));
    return { tables: loaded.length, rows: loaded.reduce((sum, { rows }) => sum + rows, 0), leftOut };
  });
}

/** Forward only: a schema that this program does not know cannot be filled by it. @throws BackupError `backup_newer` */
export async function checkKnown({ migrations }: Pick<Contents, 'migrations'>): Promise<void> {
  const known = knownMigrations();
  const unknown = migrations.filter((name, index) => known[index] !== name);
  if (unknown.length === 0) return;
  throw new BackupError(
    'backup_newer',
    `The data comes from a newer Handrail than this one (it has the migration ${unknown.join(', ')}). ` +
      'Update this Handrail first.',
  );
}

interface Target {
  readonly schema: string;
  readonly tables: readonly { readonly name: string }[];
}

/** Makes the schema, and holds its empty tables so that nobody writes into them meanwhile. */
async function prepareTarget(
  client: pg.Client,
  { migrations }: Contents,
  migrator: ReturnType<typeof createMigrator>,
): Promise<Target> {
  const before = await findSchema(client);
  if (before === null) await expectNoTables(client);
  else await expectNotNewer(client, before, migrations);
  await migrator.migrateTo(migrations.at(-1) ?? '');
  const schema = await findSchema(client);
  if (schema === null) throw new Error('The migrations left no table.');
  const tables = await readTables(client, schema);
  // What triggers did is among the rows already. This also locks: a server that starts now waits with its first write.
  for (const { name } of tables) {
    await client.query(`alter table ${quote(schema, name)} disable trigger user`);
  }
  const filled = [];
  for (const table of tables) if ((await countRows(client, schema, table.name)) > 0) filled.push(table);
  if (filled.length > 0) throw notEmpty(`there are rows in ${listed(filled)}`);
  await client.query('set constraints all deferred');
  return { schema, tables };
}

async function finishTarget(client: pg.Client, { schema, tables }: Target): Promise<void> {
  await client.query('set constraints all immediate');
  for (const { name } of tables) {
    await client.query(`alter table ${quote(schema, name)} enable trigger user`);
  }
}

async function expectNoTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'f')`,
  );
  if (rows.length > 0) throw notEmpty(`it has the tables ${listed(rows)}`);
}

async function expectNotNewer(
  client: pg.Client,
  schema: string,
  migrations: readonly string[],
): Promise<void> {
  const applied = await readMigrations(client, schema);
  const newer = applied.filter((name) => !migrations.includes(name));
  if (newer.length > 0) throw notEmpty(`its schema is newer than the data: ${newer.join(', ')}`);
}

async function loadTable(
  client: pg.Client,
  schema: string,
  { name, columns, rows }: TableContents,
  lines: AsyncIterable<Buffer>,
): Promise<void> {
  const names = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  const into = client.query(copyFrom(`copy ${quote(schema, name)} (${names}) from stdin`));
  await pipeline(Readable.from(lines, { objectMode: false }), into);
  const arrived = await countRows(client, schema, name);
  if (arrived !== rows) throw incomplete(`${name} has ${arrived} rows and not ${rows}.`);
}

async function* counted(
  lines: AsyncIterable<Buffer>,
  onRows: (count: number) => void,
): AsyncGenerator<Buffer> {
  for await (const piece of lines) {
    yield piece;
    onRows(countLines(piece));
  }
}

/** Rows bring their numbers along, so the sequences that gave them out must be told. */
async function setSequences(
  client: pg.Client,
  schema: string,
  sequences: readonly SequenceContents[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = 'S'`,
    [pg.escapeIdentifier(schema)],
  );
  const known = new Set(rows.map(({ name }) => name));
  for (const { name, value, isCalled } of sequences.filter((one) => known.has(one.name))) {
    await client.query('select setval($1::regclass, $2::bigint, $3)', [quote(schema, name), value, isCalled]);
  }
}

const listed = (tables: readonly { name: string }[]) => tables.map(({ name }) => name).join(', ');

const incomplete = (what: string) =>
  new BackupError('copy_incomplete', `${what} Nothing was kept of it; the database is as it was.`);

const notEmpty = (why: string) =>
  new BackupError(
    'target_filled',
    `The database that is to be filled is not empty: ${why}. Nothing was changed. ` +
      'Make a new, empty database for it (or name a new folder in HANDRAIL_DATA), and do not start a server on it before.',
  );
