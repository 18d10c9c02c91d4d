import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AuditFilter } from '../../protocol/audit-log.ts';
import { agentLink, agentRole } from '../../server/cli/agents.ts';
import { showAuditLog, trimAuditLog } from '../../server/cli/audit-log.ts';
import type { Command } from '../../server/cli/command.ts';
import { siteRouting } from '../../server/cli/routing.ts';
import { operator } from '../../server/store/audit-log.ts';
import type { Site } from '../../server/store/sites.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase } from './requests.ts';

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

const all = (filter: AuditFilter) =>
  server.store.auditLog.page([site.id], filter, { before: null, limit: 20 });

const run = async (command: Command, ...args: string[]): Promise<string> => {
  return runCommand(server, command, args);
};

test('what an operator does is told: what was changed, and no value that may be a secret', async () => {
  const ben = await server.addAgent(site, 'Ben');
  await run(agentRole, '--email', ben.email, '--role', 'product');
  await run(agentRole, '--email', ben.email, '--role', 'product');
  const link = await run(agentLink, '--email', ben.email);
  await run(siteRouting, '--site', site.key, '--mode', 'manual');
  await run(siteRouting, '--site', site.key);
  const { entries } = await all({});
  const told = entries.filter(({ object }) => object?.id === ben.id || object?.id === site.key);
  expect(told.map(({ agent, action, detail }) => [agent, action, detail])).toEqual([
    [null, 'site.saved', { what: 'routing' }],
    [null, 'agent.link_made', {}],
    [null, 'agent.role_changed', { from: 'agent', to: 'product' }],
    [null, 'agent.added', { name: 'Ben', role: 'agent' }],
  ]);
  const token = new URL(link.split('\n').at(-1)?.trim() ?? '').searchParams.get('token') ?? '';
  expect(token.length).toBeGreaterThan(10);
  expect(JSON.stringify(entries)).not.toContain(token);
});

test('the log is shown and trimmed by an operator; that it was trimmed stays', async () => {
  const by = { agent: { id: 'old', name: 'Old\nhand' }, ip: '192.0.2.1' };
  const read = { by, action: 'feedback.searched', siteIds: [site.id] } as const;
  const detail = { text: 'a "word"' };
  await server.store.auditLog.add([
    { ...read, at: Date.UTC(2020, 0, 1), detail },
    { ...read, at: Date.UTC(2022, 0, 1) },
    { ...read, at: Date.UTC(2020, 0, 2), by: operator },
  ]);
  expect(await run(showAuditLog, '--agent', 'old', '--until', '2021-01-01')).toBe(
    '2020-01-01T00:00:00.000Z  Old\uFFFDhand  feedback.searched  text="a \\"word\\""  from 192.0.2.1',
  );
  const [line = ''] = (await run(showAuditLog, '--agent', 'old', '--json', '--limit', '1')).split('\n');
  expect(JSON.parse(line)).toMatchObject({ at: '2022-01-01T00:00:00.000Z', siteIds: [site.id] });

  const [{ older }] = await inDatabase(
    server.databaseUrl,
    'select count(*)::int as older from audit_log where at < $1',
    [Date.UTC(2021, 0, 1)],
  );
  expect(older).toBeGreaterThanOrEqual(2);
  expect(await run(trimAuditLog, '--before', '2021-01-01')).toBe(`${older} entries removed`);
  expect(await run(showAuditLog, '--agent', 'old')).toMatch(/^2022[^\n]*$/);
  const { entries } = await all({ action: 'audit_log.trimmed' });
  expect(entries).toMatchObject([
    { agent: null, detail: { before: '2021-01-01T00:00:00.000Z', entries: older } },
  ]);
  await expect(inDatabase(server.databaseUrl, 'delete from audit_log')).rejects.toThrow(/append-only/);
  await expect(run(trimAuditLog, '--before', '2999-01-01')).rejects.toThrow(/has not come yet/);
  await expect(run(trimAuditLog)).rejects.toThrow(/--before is missing/);
  await expect(run(showAuditLog, '--action', 'x')).rejects.toThrow(/--action x is not one of/);
  await expect(run(showAuditLog, '--from', 'soon')).rejects.toThrow(/no day such as/);
  expect(await run(showAuditLog, '--agent', uuidv7())).toBe('Nothing.');
});
