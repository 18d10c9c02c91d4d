import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { BackupErrorCode } from '../../server/store/backup/error.ts';
import { load } from '../../server/store/backup/load.ts';
import { checkBackup, readBackup } from '../../server/store/backup/read-file.ts';
import { readSnapshot } from '../../server/store/backup/snapshot.ts';
import { writeBackup } from '../../server/store/backup/write-file.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import {
  emptyDatabase,
  emptyFolder,
  everyRow,
  handrail,
  handrailProgram,
  never,
  silent,
} from './backup-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let folder: string;
let file: string;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  for (let count = 0; count < 50; count += 1) {
    await server.addSite({ kind: 'page' }, { title: `Help desk ${count}` });
  }
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await emptyFolder();
  file = join(folder, 'handrail.gz');
});

const code = (code: BackupErrorCode) => expect.objectContaining({ code });
const write = () => writeBackup(server.databaseUrl, file, silent, never);
const restore = (databaseUrl: string) =>
  readBackup(file, (backup) => load(databaseUrl, backup, silent, never));
const tablesIn = (databaseUrl: string) =>
  inDatabase(databaseUrl, `select tablename from pg_tables where schemaname = 'public'`);

/** The file with its lines changed and a checksum that fits them. */
async function rewrite(change: (lines: string[]) => string[]): Promise<void> {
  const lines = change(
    gunzipSync(await readFile(file))
      .toString('utf8')
      .split('\n')
      .slice(0, -2),
  );
  const text = `${lines.join('\n')}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  await writeFile(file, gzipSync(`${text}${JSON.stringify({ sha256 })}\n`));
}

const changeHeader = (change: (header: Record<string, unknown>) => Record<string, unknown>) =>
  rewrite(([first = '', ...rest]) => [JSON.stringify(change(JSON.parse(first))), ...rest]);

describe('a file that is no whole backup is refused, and the database stays untouched', () => {
  const harms: [string, BackupErrorCode, () => Promise<void>][] = [
    ['cut off', 'file_damaged', async () => truncate(file, (await readFile(file)).length - 40)],
    ['cut off in its first block', 'file_damaged', () => truncate(file, 60)],
    ['without its end', 'file_damaged', async () => writeFile(file, gzipSync(await withoutLastLine()))],
    [
      'with one letter changed',
      'file_damaged',
      async () => writeFile(file, gzipSync(await withOtherLetter())),
    ],
    ['with one byte changed', 'file_damaged', () => flipByte(-100)],
    [
      'with something behind it',
      'file_damaged',
      async () => writeFile(file, Buffer.concat([await readFile(file), gzipSync('more\n')])),
    ],
    ['with fewer rows than it says', 'file_damaged', () => rewrite((lines) => lines.slice(0, -1))],
    ['some other file', 'file_foreign', () => writeFile(file, 'Dear diary\n')],
    ['empty', 'file_damaged', () => writeFile(file, '')],
    ['some other packed file', 'file_foreign', () => writeFile(file, gzipSync('Dear diary\n'))],
    [
      'some other packed file without lines',
      'file_foreign',
      () => writeFile(file, gzipSync('x'.repeat(20_000_000))),
    ],
    ['of a format to come', 'backup_newer', () => changeHeader((header) => ({ ...header, version: 2 }))],
  ];
  const unpacked = async () => gunzipSync(await readFile(file)).toString('utf8');
  const withoutLastLine = async () => (await unpacked()).split('\n').slice(0, -2).join('\n');
  const withOtherLetter = async () => (await unpacked()).replace('Help desk 7', 'Help desk 8');
  async function flipByte(at: number): Promise<void> {
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length + at) ^ 1, bytes.length + at);
    await writeFile(file, bytes);
  }

  test.each(harms)('%s', async (_, expected, harm) => {
    await write();
    await harm();
    await expect(checkBackup(file, never)).rejects.toEqual(code(expected));
    // Also what is damaged after it was checked: the transaction takes everything back.
    const target = await emptyDatabase();
    await expect(restore(target)).rejects.toThrow();
    expect(await tablesIn(target)).toEqual([]);
  });

  test('of a newer Handrail: the words say to update', async () => {
    await write();
    await changeHeader((header) => ({
      ...header,
      migrations: [...(header.migrations as string[]), '999-later'],
    }));
    const target = await emptyDatabase();
    const refused = await handrail({ DATABASE_URL: target }, ['restore', file]);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/newer Handrail.*999-later.*Update this Handrail first/s);
    expect(await tablesIn(target)).toEqual([]);
  });

  test('that names a row which the schema does not take: all of it is taken back', async () => {
    await write();
    await rewrite((lines) =>
      lines.map((line) => line.replace('Help desk 49', 'Help desk 49\tone column more')),
    );
    const target = await emptyDatabase();
    await expect(restore(target)).rejects.toThrow(/extra data/);
    expect(await tablesIn(target)).toEqual([]);
  });

  test('that lacks a table', async () => {
    await write();
    await changeHeader((header) => ({
      ...header,
      tables: (header.tables as { name: string }[]).filter(({ name }) => name !== 'facts'),
    }));
    const target = await emptyDatabase();
    await expect(restore(target)).rejects.toEqual(code('copy_incomplete'));
    expect(await tablesIn(target)).toEqual([]);
  });

  test('before a database is made for it', async () => {
    await writeFile(file, 'Dear diary\n');
    const data = join(folder, 'data');
    expect(await handrail({ HANDRAIL_DATA: data }, ['restore', file])).toMatchObject({
      code: 1,
      err: `${file} is no Handrail backup.\n`,
    });
    expect(existsSync(data)).toBe(false);
  });
});

/** As nobody can from within: the audit log refuses to be emptied. */
const emptyTable = (url: string, name: unknown) =>
  inDatabase(url, `set session_replication_role = replica; truncate "${name}" cascade`);

describe('a database that is not empty is not filled', () => {
  test('with rows of ours', async () => {
    await write();
    const before = await everyRow(server.databaseUrl);
    const refused = await handrail({ DATABASE_URL: server.databaseUrl }, ['restore', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/not empty: there are rows in .*sites.*new, empty database/s);
    expect(await everyRow(server.databaseUrl)).toEqual(before);
  });

  test('with tables of somebody else', async () => {
    await write();
    const target = await emptyDatabase();
    await inDatabase(target, 'create table theirs (id integer)');
    await expect(restore(target)).rejects.toEqual(code('target_filled'));
    expect(await tablesIn(target)).toEqual([{ tablename: 'theirs' }]);
  });

  test('with a newer schema than the backup', async () => {
    await write();
    const target = await emptyDatabase();
    await restore(target);
    for (const { tablename } of await tablesIn(target)) {
      if (!String(tablename).startsWith('kysely')) await emptyTable(target, tablename);
    }
    await inDatabase(target, `insert into kysely_migration values ('999-later', '2030-01-01T00:00:00.000Z')`);
    await expect(restore(target)).rejects.toThrow(/schema is newer than the data: 999-later/);
  });

  test('but one with our tables and nothing in them is, and its triggers have nothing to do with it', async () => {
    await write();
    const target = await emptyDatabase();
    await restore(target);
    for (const { tablename } of await tablesIn(target)) {
      if (!String(tablename).startsWith('kysely')) await emptyTable(target, tablename);
    }
    await inDatabase(
      target,
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'it fired'; end $$;
       create trigger refusing before insert on sites for each row execute function refuse()`,
    );
    await restore(target);
    expect(await everyRow(target)).toEqual(await everyRow(server.databaseUrl));
    const again = inDatabase(target, 'insert into sites select gen_random_uuid(), $1', ['pk_x']);
    await expect(again, 'afterwards they do their work again').rejects.toThrow('it fired');
  });
});

describe('a backup that cannot be made leaves no file', () => {
  test('where a file is already', async () => {
    await writeFile(file, 'precious');
    await expect(write()).rejects.toEqual(code('file_unusable'));
    expect(await readFile(file, 'utf8')).toBe('precious');
    await mkdir(join(folder, 'more'));
    file = join(folder, 'more', 'handrail.gz');
    await writeFile(`${file}.part`, 'of another backup');
    await expect(write()).rejects.toThrow(/another backup is at work/);
    expect(await readdir(join(folder, 'more'))).toEqual(['handrail.gz.part']);
  });

  test('in a folder that is not there', async () => {
    file = join(folder, 'nowhere', 'handrail.gz');
    await expect(write()).rejects.toEqual(code('file_unusable'));
  });

  test('of a database without anything of ours, or of none', async () => {
    const empty = await emptyDatabase();
    expect(await handrail({ DATABASE_URL: empty }, ['backup', file])).toMatchObject({
      code: 1,
      err: 'There is nothing to copy: no Handrail has worked on this database.\n',
    });
    const nowhere = await handrail({ HANDRAIL_DATA: join(folder, 'typo') }, ['backup', file]);
    expect(nowhere.err).toMatch(/There is no database in .*typo/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('of a server that does not let us in: the words name the place and never the password', async () => {
    const url = 'postgres://somebody:hush-hush@127.0.0.1:1/handrail';
    const refused = await handrailProgram({ DATABASE_URL: url }, ['backup', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/127\.0\.0\.1:1, database handrail, user somebody.*ECONNREFUSED/);
    expect(refused.err + refused.out).not.toContain('hush');
    expect(await readdir(folder)).toEqual([]);
  });

  test('when it is stopped half-way', async () => {
    const controller = new AbortController();
    const progress = { begin: () => undefined, advance: () => controller.abort(new Error('stopped')) };
    await expect(writeBackup(server.databaseUrl, file, progress, controller.signal)).rejects.toThrow(
      'stopped',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('nor rows, when a restore is stopped half-way', async () => {
    await write();
    const target = await emptyDatabase();
    const controller = new AbortController();
    const progress = { begin: () => undefined, advance: () => controller.abort(new Error('stopped')) };
    const stopped = readSnapshot(server.databaseUrl, never, (snapshot) =>
      load(target, snapshot, progress, controller.signal),
    );
    await expect(stopped).rejects.toThrow('stopped');
    expect(await tablesIn(target)).toEqual([]);
  });
});
