import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { AuditPage } from '../../protocol/audit-log.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent } from '../support/clients.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let admin: Agent & { cookie: string };
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' }, { title: 'Northcard' });
  admin = await server.addAgent(site, 'Ada', 'admin');
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => server.close());

const get = (path: string, { cookie }: { cookie: string }) =>
  fetch(`${server.url}${path}`, { headers: { cookie } });
const logOf = async (query: string, reader = admin) => {
  const response = await get(`/v1/desk/audit-log?${query}`, reader);
  expect(response.status).toBe(200);
  return (await response.json()) as AuditPage;
};
const entriesOf = async ({ id }: Agent, reader = admin) => {
  const { entries } = await logOf(`agent=${id}`, reader);
  return entries.map(({ action, object, detail }) => ({ action, object: object?.id ?? null, detail }));
};
const conversation = () => leaveFeedback(server, site, { question: 'Why?', answer: 'So.', verdict: 'down' });
const read = (id: string, reader: { cookie: string }) => get(`/v1/desk/conversations/${id}/facts`, reader);

describe('what is read', () => {
  test('is told once in a while, however it is read, and of each reader', async () => {
    const ben = await server.addAgent(site, 'Ben');
    const [first, second] = await Promise.all([conversation(), conversation()]);
    const desk = await connectAgent(server.url, ben.cookie);
    await desk.watch(first);
    desk.close();
    for (const id of [first, first, second]) expect((await read(id, ben)).status).toBe(200);
    await get(`/v1/desk/conversations/${first}`, ben);
    await read(first, admin);
    expect(await entriesOf(ben)).toEqual([
      { action: 'conversation.read', object: second, detail: {} },
      { action: 'conversation.read', object: first, detail: {} },
      { action: 'agent.signed_in', object: null, detail: {} },
    ]);
    expect((await logOf(`agent=${admin.id}&action=conversation.read`)).entries).toHaveLength(1);
  });

  test('is not told where it was refused', async () => {
    const ben = await server.addAgent(await server.addSite({ kind: 'page' }), 'Ben', 'admin');
    await expectProblem(await read(await conversation(), ben), 'not_found');
    expect((await entriesOf(ben, ben)).map(({ action }) => action)).toEqual([
      'audit_log.read',
      'agent.signed_in',
    ]);
  });

  test('of feedback: that it was looked at, what was searched for, and what was taken along', async () => {
    const lea = await server.addAgent(site, 'Lea', 'lead');
    for (const path of [
      '?limit=1',
      '?text=refund',
      '?text=refund',
      '?text=%00card',
      '/export?format=csv&verdict=down',
    ]) {
      expect((await get(`/v1/feedback${path}`, lea)).status, path).toBe(200);
    }
    const total = await server.store.feedback.count([site.id], { verdict: 'down' });
    // Exports wait for their entry, looks are gathered: those may come behind.
    const told = (await entriesOf(lea)).map(({ action, detail }) => ({ action, detail }));
    expect(told).toHaveLength(5);
    expect(told).toEqual(
      expect.arrayContaining([
        { action: 'feedback.read', detail: {} },
        { action: 'feedback.searched', detail: { text: 'refund' } },
        { action: 'feedback.searched', detail: { text: '\uFFFDcard' } },
        {
          action: 'feedback.exported',
          detail: { content: 'feedback', format: 'csv', redaction: 'on', rows: total, verdict: 'down' },
        },
      ]),
    );
  });

  test('an export that cannot be recorded does not leave', async () => {
    const lea = await server.addAgent(site, 'Lea', 'lead');
    const exported = vi.spyOn(server.store.feedback, 'exportPage');
    vi.spyOn(server.store.auditLog, 'add').mockRejectedValue(new Error('the disk is full'));
    await expectProblem(await get('/v1/feedback/export?format=csv', lea), 'internal');
    expect(exported).not.toHaveBeenCalled();
  });

  test('more than can be kept unwritten is not read; once it can be written nothing is missing', async () => {
    const add = vi.spyOn(server.store.auditLog, 'add').mockRejectedValue(new Error('the disk is full'));
    const { noteRead, flush } = server.app.auditLog;
    const by = { agent: { id: 'crowd', name: 'Crowd' }, ip: null };
    const note = (id: string) =>
      noteRead({ by, action: 'conversation.read', siteIds: [site.id], object: { kind: 'conversation', id } });
    for (let at = 0; at < 9_900; at += 1) note(`seen ${at}`);
    expect(() => {
      for (let at = 0; at < 200; at += 1) note(`one more ${at}`);
    }).toThrow(/cannot do this right now/);
    await expectProblem(await read(await conversation(), admin), 'unavailable');
    await expect(flush()).rejects.toThrow('the disk is full');
    add.mockRestore();
    await flush();
    const [{ count }] = await inDatabase(
      server.databaseUrl,
      `select count(distinct object_id)::int as count from audit_log where agent_id = 'crowd'`,
    );
    expect(count).toBeGreaterThanOrEqual(9_900);
    const [{ twice }] = await inDatabase(
      server.databaseUrl,
      `select count(*)::int as twice from (select 1 from audit_log where agent_id = 'crowd'
       group by object_id having count(*) > 1) repeated`,
    );
    expect(twice).toBe(0);
  });

  test('just before a stop is written', async () => {
    const { url, drop } = await createDatabase(inject('postgresUrl'));
    try {
      const short = await startTestServer(inject('postgresUrl'), noLimits, url);
      const own = await short.addSite({ kind: 'page' });
      const ana = await short.addAgent(own);
      const id = await leaveFeedback(short, own, { question: 'Why?', answer: 'So.' });
      const headers = { cookie: ana.cookie };
      await fetch(`${short.url}/v1/desk/conversations/${id}/facts`, { headers });
      await short.close();
      const rows = await inDatabase(
        url,
        `select object_id from audit_log where action = 'conversation.read'`,
      );
      expect(rows).toEqual([{ object_id: id }]);
    } finally {
      await drop();
    }
  });
});

describe('what is done', () => {
  test('signing in, and another password, with where it came from', async () => {
    const ben = await server.addAgent(site, 'Ben');
    const body = { password: 'long enough for us' };
    const set = await fetch(`${server.url}/v1/desk/password`, json(body, { cookie: ben.cookie }));
    expect(set.status).toBe(204);
    const origin = { origin: server.url };
    const signIn = json({ email: ben.email, ...body }, origin);
    expect((await fetch(`${server.url}/api/auth/sign-in/email`, signIn)).status).toBe(200);
    const wrong = json({ email: ben.email, password: 'not my password' }, origin);
    expect((await fetch(`${server.url}/api/auth/sign-in/email`, wrong)).status).toBe(401);
    const { entries } = await logOf(`agent=${ben.id}`);
    expect(entries.map(({ action, agent, ip }) => [action, agent?.name, ip])).toEqual([
      ['agent.signed_in', 'Ben', '127.0.0.1'],
      ['agent.password_changed', 'Ben', '127.0.0.1'],
      ['agent.signed_in', 'Ben', '127.0.0.1'],
    ]);
    expect(JSON.stringify(entries)).not.toContain('long enough');
  });

  test('nobody is signed in unrecorded', async () => {
    const ben = await server.addAgent(site, 'Ben');
    const link = await server.app.identity.signInLink(ben.email, server.url);
    vi.spyOn(server.store.auditLog, 'add').mockRejectedValue(new Error('the disk is full'));
    const response = await fetch(link, { redirect: 'manual' });
    expect(response.headers.getSetCookie().filter((one) => /session_token=[^;]/.test(one))).toEqual([]);
  });
});

describe('the log', () => {
  test('is paged and filtered, and shows what concerns the own sites alone', async () => {
    const quiet = await server.addSite({ kind: 'page' }, { title: 'Quiet' });
    const eva = await server.addAgent(quiet, 'Eva', 'admin');
    await server.store.agents.join(eva.id, [site.id]);
    const both = [quiet.id, site.id];
    const by = { agent: { id: 'pat', name: 'Pat' }, ip: null };
    const base = { by, action: 'conversation.read' } as const;
    const entry = (at: number, siteIds: string[]) => ({ ...base, at, siteIds });
    await server.store.auditLog.add([
      entry(1, [quiet.id]),
      entry(2, both),
      entry(3, [site.id]),
      entry(4, []),
    ]);

    const seen: number[] = [];
    let next: number | null = null;
    do {
      const page = await logOf(`agent=pat&limit=1${next === null ? '' : `&before=${next}`}`, eva);
      expect(page.entries).toHaveLength(1);
      seen.push(...page.entries.map(({ at }) => at));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual([3, 2, 1]);
    const ofAda = (await logOf('agent=pat')).entries;
    expect(ofAda.map(({ at, sites }) => [at, sites])).toEqual([
      [3, ['Northcard']],
      [2, ['Northcard']],
    ]);
    const at = async (query: string) => (await logOf(`agent=pat&${query}`, eva)).entries.map((one) => one.at);
    expect(await at('from=2')).toEqual([3, 2]);
    expect(await at('until=2')).toEqual([1]);
    expect(await at('action=feedback.read')).toEqual([]);
    await expectProblem(await get('/v1/desk/audit-log?action=nothing', admin), 'invalid');
    await expectProblem(await get('/v1/desk/audit-log?before=0', admin), 'invalid');
    expect(
      (await logOf('', { ...admin, cookie: (await server.addAgent(quiet, 'Kim', 'admin')).cookie })).entries
        .flatMap(({ sites }) => sites)
        .every((title) => title === 'Quiet'),
    ).toBe(true);
  });

  test('is changed by nobody: the database refuses, even where there is nothing to change', async () => {
    const count = async () =>
      (await inDatabase(server.databaseUrl, 'select count(*)::int as rows from audit_log'))[0].rows;
    const before = await count();
    expect(before).toBeGreaterThan(0);
    for (const statement of [
      `update audit_log set agent_name = 'nobody'`,
      'delete from audit_log where false',
      'delete from audit_log',
      'truncate audit_log',
    ]) {
      await expect(inDatabase(server.databaseUrl, statement), statement).rejects.toThrow(/append-only/);
    }
    expect(await count()).toBe(before);
  });

  test('keeps what a person did when the person is gone', async () => {
    const ben = await server.addAgent(site, 'Ben');
    await inDatabase(server.databaseUrl, 'delete from auth_user where id = $1', [ben.id]);
    expect((await entriesOf(ben)).map(({ action }) => action)).toEqual(['agent.signed_in']);
  });
});
