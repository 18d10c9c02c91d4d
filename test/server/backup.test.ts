import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { inLoadingOrder } from '../../server/store/backup/contents.ts';
import { BackupError } from '../../server/store/backup/error.ts';
import { load } from '../../server/store/backup/load.ts';
import { createMigrator, knownMigrations } from '../../server/store/backup/migrator.ts';
import { readBackup } from '../../server/store/backup/read-file.ts';
import { readSnapshot } from '../../server/store/backup/snapshot.ts';
import { writeBackup } from '../../server/store/backup/write-file.ts';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { emptyDatabase, emptyFolder, everyRow, handrail, never, silent, talk } from './backup-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;
let agent: { cookie: string };
let customer: TestCustomer;

beforeAll(async () => {
  bot = await startTestBot(echo);
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
  agent = await server.addAgent(site);
  customer = await talk(server, site, agent.cookie);
  await (await talk(server, site, agent.cookie)).close();
  // Who has read what is written a moment later; the tests compare what is there with what was taken along.
  await server.app.auditLog.flush();
  const weak = 'select count(*)::int as n from weak_answers where is_down and cardinality(signals) > 0';
  const read = async () => expect(await inDatabase(server.databaseUrl, weak)).toEqual([{ n: 2 }]);
  await vi.waitFor(read, { timeout: 15_000, interval: 50 });
});
afterAll(async () => {
  customer.close();
  await server.close();
  await bot.close();
});

const here = () => ({ DATABASE_URL: server.databaseUrl });

/** A backup of the running server, and the database it was restored into. */
async function backedUp(): Promise<{ file: string; target: string }> {
  const file = join(await emptyFolder(), 'handrail.gz');
  expect(await handrail(here(), ['backup', file])).toMatchObject({ code: 0, err: '' });
  const target = await emptyDatabase();
  expect(await handrail({ DATABASE_URL: target }, ['restore', file])).toMatchObject({ code: 0, err: '' });
  return { file, target };
}

describe('a backup that is restored', () => {
  test('has every row of every table, and only its owner may read it', async () => {
    const { file, target } = await backedUp();
    const rows = await everyRow(target);
    expect(rows).toEqual(await everyRow(server.databaseUrl));
    for (const table of ['facts', 'commands', 'settings', 'answer_feedback', 'auth_session', 'audit_log']) {
      expect(rows[table]?.length, table).toBeGreaterThan(0);
    }
    await expect(inDatabase(target, 'delete from audit_log')).rejects.toThrow(/append-only/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(file, '..'))).toEqual(['handrail.gz']);
  });

  test('[D1] [D5] goes on where it was: the same token, the next seq, a repeated cid, the same sign-in', async () => {
    const cid = uuidv7();
    const sent = await customer.send('message:send', { text: 'before the backup' }, cid);
    const { target } = await backedUp();
    const second = await startTestServer(inject('postgresUrl'), noLimits, target);
    try {
      const { session, conversationId } = customer;
      const back = await connectCustomer(second.url, site.key, { session, conversationId });
      await back.until('message.sent', (fact) => fact.text === 'before the backup');
      const repeated = await back.send('message:send', { text: 'before the backup' }, cid);
      expect(repeated).toEqual({ ...sent, isRepeat: true });
      const seq = back.seq();
      const next = await back.send('message:send', { text: 'after the restore' });
      expect(next).toMatchObject({ ok: true, isRepeat: false, seq: seq + 1 });
      const desk = await connectAgent(second.url, agent.cookie);
      await desk.watch(conversationId);
      await desk.send('message:send', conversationId, { text: 'still here' });
      await back.until('message.sent', (fact) => fact.text === 'still here');
      await desk.until('message.sent', (fact) => fact.text === 'still here');
      expect(desk.facts.map(({ seq }) => seq)).toEqual(desk.facts.map((_, index) => index + 1));
      back.close();
      desk.close();
    } finally {
      await second.close();
    }
  });

  test('[D2] was one moment: taken while everybody writes, each conversation ends at its own last fact', async () => {
    const writers = await Promise.all(Array.from({ length: 6 }, () => connectCustomer(server.url, site.key)));
    let isWriting = true;
    const written = writers.map(async (writer) => {
      while (isWriting) {
        expect(await writer.send('handoff:request', {})).toMatchObject({ ok: true });
        expect(await writer.send('handoff:cancel', {})).toMatchObject({ ok: true });
      }
    });
    const factsNow = async () =>
      (await inDatabase(server.databaseUrl, 'select count(*)::int as n from facts'))[0].n;
    const muchWritten = async () => {
      const before = await factsNow();
      await expect.poll(factsNow, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    };
    await muchWritten();
    const target = await emptyDatabase();
    await readSnapshot(server.databaseUrl, never, async (snapshot) => {
      // what is read below was written before this moment, or not at all
      await muchWritten();
      await load(target, snapshot, silent, never);
    });
    isWriting = false;
    await Promise.all(written);
    for (const writer of writers) writer.close();

    const wrong = await inDatabase(
      target,
      `select id, seq, (select count(*) from facts where conversation_id = id) as facts,
         (select max(facts.seq) from facts where conversation_id = id) as last,
         (select max(commands.seq) from commands where conversation_id = id) as answered
       from conversations`,
    );
    expect(wrong.length).toBeGreaterThanOrEqual(writers.length);
    for (const { seq, facts, last, answered } of wrong) {
      expect({ last, facts: Number(facts) }).toEqual({ last: seq, facts: seq });
      expect(answered).toBeLessThanOrEqual(seq);
    }
  });
});

describe('what is copied', () => {
  test('is every table there is, also one that nobody told it of, with sequences and computed columns', async () => {
    const source = await emptyDatabase();
    await (await startTestServer(inject('postgresUrl'), noLimits, source)).close();
    await inDatabase(
      source,
      `create table "Later on" (
         id integer generated always as identity primary key, parent integer references "Later on",
         word text, length integer generated always as (length(word)) stored)`,
    );
    await inDatabase(source, `insert into "Later on" (word, parent) values ('a', null), ('bb', 1)`);
    await inDatabase(source, 'create table parted (id integer) partition by range (id)');
    await inDatabase(source, 'create table parted_1 partition of parted for values from (0) to (100)');
    await inDatabase(source, 'insert into parted values (1), (2), (3)');
    // The queue of jobs, which the server made in a schema of its own, is not part of a backup; nor is the index of the
    // the search and the insights, which a server fills anew.
    expect(await inDatabase(source, `select 1 from pg_namespace where nspname = 'pgboss'`)).toHaveLength(1);
    const contents = { ...silent };
    const file = join(await emptyFolder(), 'handrail.gz');
    await writeBackup(source, file, contents, never);
    const tables = await inDatabase(
      source,
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' and tablename <> 'parted_1' and tablename !~ '^(search|insight)_'`,
    );
    expect(contents.contents?.tables.map(({ name }) => name).sort()).toEqual(
      tables.map(({ name }) => name).sort(),
    );
    expect(contents.contents?.tables.find(({ name }) => name === 'Later on')).toEqual({
      name: 'Later on',
      columns: ['id', 'parent', 'word'],
      rows: 2,
    });
    expect(contents.contents?.tables.find(({ name }) => name === 'parted')?.rows).toBe(3);
    const sequences = contents.contents?.sequences.filter(({ name }) => name.startsWith('Later'));
    expect(sequences).toEqual([{ name: 'Later on_id_seq', value: '2', isCalled: true }]);
  });

  test('is left out when it is none of ours, and that is said', async () => {
    const source = await emptyDatabase();
    await (await startTestServer(inject('postgresUrl'), noLimits, source)).close();
    await inDatabase(source, 'create table theirs as select generate_series(1, 3) as id');
    const file = join(await emptyFolder(), 'handrail.gz');
    await writeBackup(source, file, silent, never);
    const target = await emptyDatabase();
    const { out } = await handrail({ DATABASE_URL: target }, ['restore', file]);
    expect(out).toContain("Left out: the table theirs (3 rows), which is none of Handrail's.");
    const { theirs: _, ...ours } = await everyRow(source);
    expect(await everyRow(target)).toEqual(ours);
  });

  test('an older backup is brought to the schema of this program', async () => {
    const source = await emptyDatabase();
    const known = knownMigrations();
    const client = new pg.Client(source);
    await client.connect();
    await createMigrator(client).migrateTo(known[0] ?? '');
    await client.query(`insert into settings values ('secret', 'kept')`);
    await client.end();
    const file = join(await emptyFolder(), 'handrail.gz');
    await writeBackup(source, file, silent, never);
    const target = await emptyDatabase();
    await readBackup(file, (backup) => load(target, backup, silent, never));
    const applied = await inDatabase(target, 'select name from kysely_migration order by name');
    expect(applied.map(({ name }) => name)).toEqual(known);
    expect(await inDatabase(target, 'select value from settings')).toEqual([{ value: 'kept' }]);
  });

  test('the program applies the migrations that a restore knows', async () => {
    const applied = await inDatabase(server.databaseUrl, 'select name from kysely_migration order by name');
    expect(applied.map(({ name }) => name)).toEqual(knownMigrations());
  });

  test('tables are loaded after those that they refer to; a circle is told', () => {
    const tables = ['a', 'b', 'c'].map((name) => ({ name }));
    const references = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
    ];
    expect(inLoadingOrder(tables, references).map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    expect(() => inLoadingOrder(tables, [...references, { from: 'c', to: 'a' }])).toThrow(BackupError);
  });
});
