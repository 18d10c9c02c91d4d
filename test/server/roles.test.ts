import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Role } from '../../protocol/agent.ts';
import { addAgent, agentRole, listAgents } from '../../server/cli/agents.ts';
import { type Command, UsageError } from '../../server/cli/command.ts';
import { defaultRouting, type RoutingRules } from '../../server/domain/routing.ts';
import { operator } from '../../server/store/audit-log.ts';
import { createMigrator } from '../../server/store/backup/migrator.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { runCommand } from '../support/run-command.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
const open: { close(): unknown }[] = [];
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(() => server.close());

const siteWith = (routing: Partial<RoutingRules> = {}) =>
  server.addSite({ kind: 'page' }, { routing: { ...defaultRouting, ...routing } });

async function atDesk(site: Site, name: string, role: Role) {
  const agent = await server.addAgent(site, name, role);
  const desk = await connectAgent(server.url, agent.cookie);
  open.push(desk);
  return { ...agent, desk };
}

async function waiting(site: Site) {
  const customer = await connectCustomer(server.url, site.key);
  open.push(customer);
  expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
  return customer;
}

const meOf = async ({ cookie }: { cookie: string }) =>
  (await fetch(`${server.url}/v1/desk/me`, { headers: { cookie } })).json();

const run = async (command: Command, ...args: string[]): Promise<string> => {
  return runCommand(server, command, args);
};

test('the first agent of an installation is an admin, the next ones are agents, and handrail says so', async () => {
  expect((await server.store.agents.all()).length, 'runs first: nobody is there yet').toBe(0);
  const { key } = await siteWith();
  const names = (name: string) => ['--name', name, '--email', `${name}@acme.example`, '--site', key];
  expect(await run(addAgent, ...names('ana'))).toMatch(/^Agent ana <ana@acme.example>, admin, for pk_/);
  expect(await run(addAgent, ...names('ben'))).toMatch(/, agent, for/);
  expect(await run(addAgent, ...names('pia'), '--role', 'product')).toMatch(/, product, for/);
  await expect(run(addAgent, ...names('kim'), '--role', 'boss')).rejects.toThrow(UsageError);
  const changed = await run(agentRole, '--email', 'BEN@acme.example', '--role', 'product');
  expect(changed).toBe(
    'ben <ben@acme.example>  product, was agent\n  Customers who are with them go back to the queue.',
  );
  expect(await run(listAgents)).toContain('ben <ben@acme.example>  product  online');
  await expect(run(agentRole, '--email', 'x@acme.example', '--role', 'lead')).rejects.toThrow(/No agent has/);
  await expect(run(agentRole, '--email', 'ben@acme.example', '--role', 'x')).rejects.toThrow(
    /agent, lead, product, admin/,
  );
});

test('the console is told what its agent may do', async () => {
  const site = await siteWith();
  const [ana, pia] = await Promise.all([
    server.addAgent(site, 'Ana', 'admin'),
    server.addAgent(site, 'Pia', 'product'),
  ]);
  expect(await meOf(pia)).toMatchObject({
    role: 'product',
    may: expect.arrayContaining(['feedback:export']),
  });
  expect((await meOf(pia)).may).not.toContain('conversations:work');
  expect((await meOf(ana)).may).toContain('audit-log:read');
});

test('an upgrade makes the first agent an admin, and takes nothing from the others', async () => {
  const { url, drop } = await createDatabase(inject('postgresUrl'));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const migrator = createMigrator(client);
    await migrator.migrateTo('008-waits');
    for (const [name, day] of [
      ['ben', '2025-02-01'],
      ['ana', '2025-01-01'],
      ['cem', '2025-03-01'],
    ]) {
      await client.query(
        `insert into auth_user (id, name, email, "emailVerified", "createdAt", "updatedAt")
         values ($1, $1, $1, true, $2, $2)`,
        [name, day],
      );
      await client.query('insert into agents (id) values ($1)', [name]);
    }
    await migrator.migrateToLatest();
    const { rows } = await client.query('select id, role from agents order by id');
    expect(rows.map(({ id, role }) => [id, role])).toEqual([
      ['ana', 'admin'],
      ['ben', 'lead'],
      ['cem', 'lead'],
    ]);
  } finally {
    await client.end();
    await drop();
  }
});

describe('product people at an open desk', () => {
  test('are offered nobody, count for no customer, and are not called', async () => {
    const site = await siteWith({ mode: 'offer' });
    const pia = await atDesk(site, 'Pia', 'product');
    const customer = await waiting(site);
    expect((await customer.until('queue.told')).isAnyoneOnline).toBe(false);
    const reach = await fetch(`${server.url}/v1/sites/${site.key}/reachability`);
    expect(await reach.json()).toMatchObject({ isAnyoneOnline: false });
    expect(await server.store.notifications.reachable(site.id)).toEqual([]);

    const ana = await atDesk(site, 'Ana', 'agent');
    expect((await customer.until('handoff.offered')).agent.id).toBe(ana.id);
    await ana.desk.send('handoff:accept', customer.conversationId, {});
    const to = { kind: 'agent', agent: { id: pia.id, name: 'Pia' } } as const;
    expect(await ana.desk.send('handoff:transfer', customer.conversationId, { to })).toMatchObject({
      code: 'not_found',
    });
    expect((await server.store.notifications.reachable(site.id)).map(({ id }) => id)).toEqual([ana.id]);
    // They see it all the same.
    await pia.desk.watch(customer.conversationId);
    expect(pia.desk.facts.map(({ type }) => type)).toContain('handoff.accepted');
  });
});

describe('another role', () => {
  test.each(['manual', 'offer'] as const)(
    'ends at once what an open desk may do, and the customers of a %s site get somebody else',
    async (mode) => {
      const site = await siteWith({ mode, unansweredGraceMs: 0, answeredGraceMs: 0 });
      const ana = await atDesk(site, 'Ana', 'agent');
      const customer = await waiting(site);
      await ana.desk.send('handoff:accept', customer.conversationId, {});
      await ana.desk.send('message:send', customer.conversationId, { text: 'Hello' });
      const sentAway = new Promise((resolve) => ana.desk.socket.once('disconnect', resolve));

      await server.store.agents.setRole(ana, 'product', operator);
      const refused = await ana.desk.send('message:send', customer.conversationId, { text: 'Still me' });
      expect(refused).toMatchObject({ ok: false, code: 'forbidden' });
      const { to, from } = await customer.until('handoff.transferred');
      expect({ to, from }).toMatchObject({ to: { kind: 'queue' }, from: { id: ana.id } });
      await sentAway;
      const back = await connectAgent(server.url, ana.cookie);
      open.push(back);
      await back.watch(customer.conversationId);
      expect(back.facts.filter((fact) => fact.type === 'message.sent').map(({ text }) => text)).toEqual([
        'Hello',
      ]);
    },
  );
});
