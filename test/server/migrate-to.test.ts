import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, inject, test } from 'vitest';
import { readConfig } from '../../server/config.ts';
import { openStore } from '../../server/start.ts';
import { echo, startTestBot } from '../support/bot.ts';
import { connectCustomer } from '../support/clients.ts';
import { startTestServer } from '../support/server.ts';
import { closers, emptyDatabase, emptyFolder, handrail, handrailProgram, talk } from './backup-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

/** A data directory that PostgreSQL's own user may enter, too. */
async function dataFolder(): Promise<string> {
  const folder = await emptyFolder();
  await chmod(folder, 0o755);
  return join(folder, 'data');
}

describe('from the embedded database', () => {
  test("into a PostgreSQL of one's own, with everything, and the conversations go on there", async () => {
    const dataDir = await dataFolder();
    const bot = await startTestBot(echo);
    closers.push(bot.close);
    const first = await startTestServer(inject('postgresUrl'), { ...noLimits, databaseUrl: null, dataDir });
    const site = await first.addSite({ kind: 'http', url: bot.url, secret: 's' });
    const agent = await first.addAgent(site);
    const customer = await talk(first, site, agent.cookie);
    const { session, conversationId } = customer;
    const seq = customer.seq();
    const target = await emptyDatabase();

    const refused = await handrail({ HANDRAIL_DATA: dataDir }, ['migrate-to', target]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/Another Handrail server.*is using the data directory.*Stop it first/s);
    expect(await inDatabase(target, 'select from pg_tables where schemaname = $1', ['public'])).toEqual([]);
    customer.close();
    await first.close();

    const done = await handrail({ HANDRAIL_DATA: dataDir }, ['migrate-to', target]);
    expect(done).toMatchObject({ code: 0, err: '' });
    const lines = done.out.trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^Copied \d+ tables with \d+ rows, and counted them\.$/);
    expect(lines.at(-1)).toMatch(/^Now set DATABASE_URL to that address and start the server\./);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}facts: \d+ rows \(\d+ of \d+\)$/));

    const second = await startTestServer(inject('postgresUrl'), noLimits, target);
    closers.push(second.close);
    const back = await connectCustomer(second.url, site.key, { session, conversationId, after: seq });
    expect(await back.send('message:send', { text: 'here again' })).toMatchObject({ ok: true, seq: seq + 1 });
    back.close();
    const me = await fetch(`${second.url}/v1/desk/me`, { headers: { cookie: agent.cookie } });
    expect(me.status).toBe(200);
  });

  test('into a backup, taken while the server runs, and back into another folder', async () => {
    const dataDir = await dataFolder();
    const first = await startTestServer(inject('postgresUrl'), { ...noLimits, databaseUrl: null, dataDir });
    closers.push(first.close);
    await first.addSite({ kind: 'page' }, { key: 'pk_kept' });
    const file = join(await emptyFolder(), 'handrail.gz');
    expect(await handrail({ HANDRAIL_DATA: dataDir }, ['backup', file])).toMatchObject({ code: 0, err: '' });
    expect((await fetch(`${first.url}/readyz`)).status, 'the server goes on').toBe(200);
    const refused = await handrail({ HANDRAIL_DATA: dataDir }, ['restore', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/is using the data directory/);

    const elsewhere = await dataFolder();
    expect(await handrail({ HANDRAIL_DATA: elsewhere }, ['restore', file])).toMatchObject({
      code: 0,
      err: '',
    });
    const log = pino({ level: 'silent' });
    const { store, close } = await openStore({ ...readConfig({}), dataDir: elsewhere }, log, { lock: true });
    closers.push(close);
    expect(await store.sites.byKey('pk_kept')).toMatchObject({ title: 'Test help' });
  });

  test('Ctrl+C in the middle leaves the target as it was', async () => {
    const dataDir = await dataFolder();
    const log = pino({ level: 'silent' });
    const opened = await openStore({ ...readConfig({}), dataDir }, log, { lock: true });
    await opened.store.sites.save({
      title: 'x'.repeat(80),
      answeredBy: 'x',
      allowedOrigins: [],
      suggestions: [],
      bot: { kind: 'page' },
    });
    await opened.close();
    const target = await emptyDatabase();
    // Somebody holds what the copy needs: it waits in the middle of its transaction until it is stopped.
    await inDatabase(
      target,
      'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255))',
    );
    const holder = new pg.Client(target);
    await holder.connect();
    await holder.query('begin; lock table kysely_migration in access exclusive mode');
    const stopped = await handrailProgram({ HANDRAIL_DATA: dataDir }, ['migrate-to', target], (child) => {
      const waiting = async () => {
        const rows = await inDatabase(
          target,
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        if (rows.length > 0) child.kill('SIGINT');
        else if (child.exitCode === null) await sleep(20).then(waiting);
      };
      void waiting();
    });
    expect(stopped).toMatchObject({ code: 1, err: 'Stopped by SIGINT; nothing was changed.\n' });
    await holder.query('rollback');
    await holder.end();
    expect(await inDatabase(target, `select tablename from pg_tables where schemaname = 'public'`)).toEqual([
      { tablename: 'kysely_migration' },
    ]);
  });

  test.each([
    [['migrate-to'], /URL is missing/],
    [['migrate-to', 'mysql://me:hush@there/x'], /starts with postgres/],
    [['migrate-to', 'postgres://me:hush@there/x', 'more'], /Only URL/],
    [['backup'], /FILE is missing/],
    [['restore', '--force'], /FILE is missing/],
  ])('%j is refused without repeating a password', async (args, words) => {
    const refused = await handrail({ HANDRAIL_DATA: 'no-such-folder' }, args);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(words);
    expect(refused.err).not.toContain('hush');
  });

  test('only: with DATABASE_URL set it says so', async () => {
    const url = 'postgres://me:hush@127.0.0.1:1/x';
    const refused = await handrail({ DATABASE_URL: url }, ['migrate-to', url]);
    expect(refused.err).toMatch(/DATABASE_URL is set/);
    expect(refused.err).not.toContain('hush');
  });
});
