import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { NotifyPlan } from '../../server/domain/notify-plan.ts';
import { connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { emptyDatabase, emptyFolder, handrail } from './backup-stage.ts';
import { inDatabase, noLimits } from './requests.ts';

let mail: MailServer;
beforeAll(async () => {
  mail = await startMailServer();
});
afterAll(() => mail.close());

const settings = () => ({ ...noLimits, smtpUrl: mail.url, mailFrom: 'handrail@acme.example' });
/** A mail after each of these times, and none again: a round that is late would be passed over. */
const plan = (...afterMs: number[]): Partial<NotifyPlan> => ({
  steps: afterMs.map((one) => ({ channel: 'email', afterMs: one, to: 'agents' })),
  repeats: 0,
});

/** A customer of this server who has asked and gone. */
async function ask(server: TestServer, siteKey: string): Promise<string> {
  const customer = await connectCustomer(server.url, siteKey);
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  customer.close();
  return customer.conversationId;
}

const mailsAbout = (id: string) => mail.mails.filter(({ text }) => text.includes(id)).length;
const planned = (url: string) =>
  inDatabase(url, 'select conversation_id as id, due_at from handoff_notices where due_at is not null');

describe('several servers on one database', () => {
  test('start at once on an empty one, and each step is taken by one of them', async () => {
    const database = await createDatabase(inject('postgresUrl'));
    const servers = await Promise.all(
      [1, 2, 3].map(() => startTestServer(inject('postgresUrl'), settings(), database.url)),
    );
    const [first] = servers as [TestServer, ...TestServer[]];
    const site = await first.addSite({ kind: 'page' }, { notify: plan(0, 200) });
    await first.addAgent(site);
    const asked = servers.flatMap((server) => Array.from({ length: 8 }, () => ask(server, site.key)));
    const ids = await Promise.all(asked);
    await eventually(() => ids.map(mailsAbout)).toEqual(ids.map(() => 2));
    await eventually(() => planned(database.url)).toEqual([]);
    expect(ids.map(mailsAbout)).toEqual(ids.map(() => 2));
    for (const server of servers) await server.close();
    await database.drop();
  });
});

test('after a restore, waiting customers are announced again where it had stopped', async () => {
  const server = await startTestServer(inject('postgresUrl'), settings());
  const site = await server.addSite({ kind: 'page' }, { notify: plan(3_600_000) });
  await server.addAgent(site);
  const id = await ask(server, site.key);
  await eventually(async () => (await planned(server.databaseUrl)).length).toBe(1);
  const file = `${await emptyFolder()}/one.gz`;
  const to = await emptyDatabase();
  expect(await handrail({ DATABASE_URL: server.databaseUrl }, ['backup', file])).toMatchObject({ code: 0 });
  expect(await handrail({ DATABASE_URL: to }, ['restore', file])).toMatchObject({ code: 0 });
  await server.close();
  expect(await inDatabase(to, `select to_regnamespace('pgboss') is null as gone`)).toEqual([{ gone: true }]);
  // As if the hour had passed meanwhile.
  await inDatabase(to, 'update handoff_notices set due_at = due_at - 7200000');
  await inDatabase(
    to,
    `update conversations set waiting_since = waiting_since - 7200000,
      state = state || jsonb_build_object('since', (state->>'since')::bigint - 7200000,
        'begunAt', (state->>'begunAt')::bigint - 7200000)`,
  );
  await inDatabase(to, 'update handoff_notices set since = since - 7200000');
  const restored = await startTestServer(inject('postgresUrl'), settings(), to);
  await eventually(() => mailsAbout(id)).toBeGreaterThanOrEqual(1);
  await restored.close();
});

test('while PostgreSQL is away the server lives on, and what was planned is done when it is back', async () => {
  const server = await startTestServer(inject('postgresUrl'), settings());
  // Nothing can be written while its database is away.
  server.mayBeSilent();
  const site = await server.addSite({ kind: 'page' }, { notify: plan(4_000) });
  await server.addAgent(site);
  const id = await ask(server, site.key);
  const dueBy = Date.now() + 4_000;
  await eventually(async () => (await planned(server.databaseUrl)).length).toBe(1);
  const name = new URL(server.databaseUrl).pathname.slice(1);
  const admin = (statement: string) => inDatabase(inject('postgresUrl'), statement);
  await admin(`alter database ${name} allow_connections false`);
  await admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  const isReady = async () => (await fetch(`${server.url}/readyz`)).status;
  await eventually(isReady).toBe(503);
  await eventually(() => Date.now() > dueBy).toBe(true);
  expect(mailsAbout(id)).toBe(0);
  await admin(`alter database ${name} allow_connections true`);
  await eventually(() => mailsAbout(id)).toBe(1);
  await eventually(isReady).toBe(200);
  await server.close();
});
