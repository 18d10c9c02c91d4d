import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase } from './requests.ts';

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  a = await startTestServer(inject('postgresUrl'));
  b = await startTestServer(inject('postgresUrl'), {}, a.databaseUrl);
});
afterAll(async () => {
  await b?.close();
  await a?.close();
});

interface Numbered {
  readonly number: number;
}
const planned = (number: number, inMs = 0) => ({
  id: randomUUID(),
  data: { number },
  dueAt: Date.now() + inMs,
});

test('a job is done once, whoever plans it and however often, and not before it is due', async () => {
  const done: [number, boolean][] = [];
  const jobs = Array.from({ length: 30 }, (_, number) => planned(number, number % 2 === 0 ? 0 : 1_500));
  for (const server of [a, b]) {
    await server.app.jobs.work<Numbered>('once', 0, async ({ data: { number } }) => {
      done.push([number, Date.now() >= (jobs[number]?.dueAt ?? Number.POSITIVE_INFINITY)]);
    });
  }
  await Promise.all([a, b, a].map((server) => server.app.jobs.plan('once', jobs)));
  await eventually(() => done.length).toBe(30);
  await a.app.jobs.plan('once', jobs);
  const last = planned(30);
  jobs.push(last);
  await b.app.jobs.plan('once', [last]);
  await eventually(() => done.length).toBe(31);
  expect([...done].sort(([x], [y]) => x - y)).toEqual(jobs.map((_, number) => [number, true]));
});

test('one that fails is tried again, later, and knows when it is the last time; others are not held up', async () => {
  const tries: { number: number; attempt: number; isLast: boolean }[] = [];
  await a.app.jobs.work<Numbered>('fails', 1, async ({ data: { number }, attempt, isLast }) => {
    tries.push({ number, attempt, isLast });
    if (number === 1) throw new Error('on purpose');
  });
  await a.app.jobs.plan('fails', [planned(1), planned(2)]);
  await eventually(() => tries.filter(({ number }) => number === 1)).toEqual([
    { number: 1, attempt: 1, isLast: false },
    { number: 1, attempt: 2, isLast: true },
  ]);
  expect(tries.filter(({ number }) => number === 2)).toEqual([{ number: 2, attempt: 1, isLast: false }]);
  const state = async () =>
    (await inDatabase(a.databaseUrl, `select state from pgboss.job where name = 'fails' order by state`)).map(
      (row) => row.state,
    );
  await eventually(state).toEqual(['completed', 'failed']);
});

test('[D9] a server that stops finishes the job under way', async () => {
  const server = await startTestServer(inject('postgresUrl'), {}, a.databaseUrl);
  const started = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let isDone = false;
  await server.app.jobs.work('slow', 0, async () => {
    started.resolve();
    await goOn.promise;
    isDone = true;
  });
  await server.app.jobs.plan('slow', [planned(1)]);
  await started.promise;
  const closed = server.close();
  setImmediate(goOn.resolve);
  await closed;
  expect(isDone).toBe(true);
  const rows = await inDatabase(a.databaseUrl, `select state from pgboss.job where name = 'slow'`);
  expect(rows).toEqual([{ state: 'completed' }]);
});

test('[D9] a job that does not end does not hold up a stop for long, and is done by another server', async () => {
  const server = await startTestServer(inject('postgresUrl'), {}, a.databaseUrl);
  const started = Promise.withResolvers<AbortSignal>();
  await server.app.jobs.work('stuck', 3, ({ signal }) => {
    started.resolve(signal);
    return new Promise(() => undefined);
  });
  const job = planned(7);
  await server.app.jobs.plan('stuck', [job]);
  const signal = await started.promise;
  await server.close();
  expect(signal.aborted).toBe(true);
  const done: number[] = [];
  await b.app.jobs.work<Numbered>('stuck', 3, async ({ data: { number } }) => void done.push(number));
  await eventually(() => done).toEqual([7]);
});

test('it needs no connections of its own, and leaves no table in our schema', async () => {
  const names = await inDatabase(
    a.databaseUrl,
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  expect(names).toEqual([{ name: 'handrail' }]);
  const tables = await inDatabase(
    a.databaseUrl,
    `select schemaname as schema from pg_tables where tablename = 'job'`,
  );
  expect(tables).toEqual([{ schema: 'pgboss' }]);
});

test('a role that may not make the schema is told what to allow', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const role = `handrail_test_${randomUUID().slice(0, 8)}`;
  const admin = (statement: string) => inDatabase(database.url, statement);
  await admin(`create role ${role} login`);
  await admin(`grant usage, create on schema public to ${role}`);
  const url = new URL(database.url);
  url.username = role;
  await expect(startTestServer(inject('postgresUrl'), {}, url.toString())).rejects.toThrow(
    /may not make the schema pgboss/,
  );
  await database.drop();
  await inDatabase(inject('postgresUrl'), `drop role ${role}`);
});
