import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Export, ExportList, ExportManifest, ExportOrder } from '../../protocol/exports.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { exportOf, leaveMany } from './exports-stage.ts';
import { leaveFeedback } from './feedback-data.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';

type Person = Agent & { cookie: string };
const rows = 650;
let server: TestServer;
let site: Site;
let lead: Person;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  lead = await server.addAgent(site, 'Lea', 'lead');
  admin = await server.addAgent(site, 'Ada', 'admin');
  await leaveMany(server, site, rows);
});
afterAll(() => server.close());
afterEach(() => {
  vi.restoreAllMocks();
});

const get = (path: string, { cookie }: Person = lead, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers: { cookie, ...headers } });
const post = (path: string, body: object, { cookie }: Person = lead) =>
  fetch(`${server.url}${path}`, json(body, { cookie }));
const listed = async (person: Person = lead): Promise<ExportList> =>
  (await get('/v1/exports', person)).json();
const found = async (id: string, person?: Person) =>
  (await listed(person)).exports.find((one) => one.id === id);
const start = async (order: ExportOrder, person: Person = lead): Promise<Export> => {
  const response = await post('/v1/exports/start', order, person);
  expect(response.status, await response.clone().text()).toBe(201);
  return response.json();
};
const done = async (order: ExportOrder, person: Person = lead): Promise<Export> => {
  const { id } = await start(order, person);
  await expect.poll(async () => (await found(id, person))?.state, { timeout: 20_000 }).toBe('done');
  const one = await found(id, person);
  if (one === undefined) throw new Error('the export is gone');
  return one;
};
const fileOf = async ({ id }: { id: string }, person: Person = lead) =>
  Buffer.from(await (await get(`/v1/exports/${id}/file`, person)).arrayBuffer());
const manifest = async ({ id }: { id: string }): Promise<ExportManifest> =>
  (await get(`/v1/exports/${id}/manifest`)).json();
const acts = (action: string) =>
  inDatabase(
    server.databaseUrl,
    `select agent_name, detail, object_id from audit_log where action = $1 order by id`,
    [action],
  );

describe('an export', () => {
  test('is made behind the request, says how far it is, and is what the stream gives', async () => {
    const one = await done({ format: 'csv', filter: { verdict: 'down' } });
    expect(one).toMatchObject({
      rows,
      total: rows,
      written: rows,
      by: 'Lea',
      isRedacted: true,
      isScheduled: false,
    });
    const response = await get(`/v1/exports/${one.id}/file`);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${one.name}"`);
    const file = Buffer.from(await response.arrayBuffer());
    expect(file.length).toBe(one.bytes);
    const streamed = await get('/v1/feedback/export?format=csv&verdict=down');
    expect(Buffer.from(await streamed.arrayBuffer()).equals(file)).toBe(true);
    const [entry] = (await acts('feedback.exported')).filter((act) => act.object_id === one.id);
    expect(entry).toMatchObject({
      agent_name: 'Lea',
      detail: { content: 'feedback', format: 'csv', redaction: 'on', rows, verdict: 'down' },
    });
    expect(await acts('export.downloaded')).toContainEqual(
      expect.objectContaining({ agent_name: 'Lea', object_id: one.id }),
    );
  });

  test('says in its manifest what is in it, what is not, and why', async () => {
    const one = await done({ format: 'openai-preference', filter: { kind: 'answer' } });
    const corrected = Math.floor(rows / 3);
    expect(await manifest(one)).toMatchObject({
      export: one.id,
      format: 'openai-preference',
      formatVersion: 2,
      sites: [site.key],
      by: 'Lea',
      filter: { kind: 'answer' },
      rows: {
        matched: rows,
        read: rows,
        written: corrected,
        leftOut: { no_better_answer: rows - corrected },
      },
      redaction: { isOn: true, replaced: {} },
      definitions: { no_better_answer: expect.any(String), chosen: expect.any(String) },
    });
    const lines = String(await fileOf(one))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(corrected);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      preferred_output: [{ role: 'assistant', content: expect.stringMatching(/^It is \d+ euros\.$/) }],
      non_preferred_output: [{ role: 'assistant', content: 'There is none.' }],
    });
  });

  test('has no personal data in it, unless somebody who may says so; and that is told', async () => {
    const order = { format: 'jsonl', filter: { text: 'kim3@acme.example' } } as const;
    const clean = await done(order);
    expect(String(await fileOf(clean))).toContain('Write to [email]');
    expect((await manifest(clean)).redaction).toEqual({ isOn: true, replaced: { email: 1 } });
    await expectProblem(await post('/v1/exports/start', { ...order, isRedacted: false }), 'forbidden');
    await expectProblem(await get('/v1/feedback/export?format=jsonl&redaction=off'), 'forbidden');
    const plain = await done({ ...order, isRedacted: false }, admin);
    expect(String(await fileOf(plain, admin))).toContain('kim3@acme.example');
    await expectProblem(await get(`/v1/exports/${plain.id}/file`), 'forbidden');
    const told = (await acts('feedback.exported')).find((act) => act.object_id === plain.id);
    expect(told?.detail).toMatchObject({ redaction: 'off' });
  });

  test('of facts has each of them, in order', async () => {
    const one = await done({ content: 'facts', format: 'jsonl', filter: {} });
    const facts = String(await fileOf(one))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [{ count }] = await inDatabase(server.databaseUrl, 'select count(*)::int from facts');
    expect(facts).toHaveLength(count);
    expect(facts[0]).toMatchObject({ conversationId: expect.any(String), seq: 1, type: expect.any(String) });
    await expectProblem(
      await post('/v1/exports/start', { content: 'facts', format: 'argilla', filter: {} }),
      'invalid',
    );
    const ofVerdict = { content: 'facts', format: 'csv', filter: { verdict: 'down' } };
    await expectProblem(await post('/v1/exports/start', ofVerdict), 'invalid');
  });

  test('has nothing of somebody who was erased before it', async () => {
    const id = await leaveFeedback(server, site, { question: 'Erase me', answer: 'No.', verdict: 'down' });
    const order = { format: 'jsonl', filter: { text: 'Erase me' } } as const;
    expect((await done(order)).written).toBe(1);
    await inDatabase(server.databaseUrl, 'delete from conversations where id = $1', [id]);
    expect((await done(order)).written).toBe(0);
    const facts = await done({ content: 'facts', format: 'jsonl', filter: {} });
    expect(String(await fileOf(facts))).not.toContain('Erase me');
  });

  test('is removed by whoever may export, and is gone after its time', async () => {
    const one = await done({ format: 'csv', filter: {} });
    expect((await post('/v1/exports/remove', { id: one.id }, admin)).status).toBe(204);
    expect(await found(one.id)).toBeUndefined();
    await expectProblem(await get(`/v1/exports/${one.id}/file`), 'not_found');
    const old = await exportOf(server, site, lead);
    expect(await server.store.exports.removeExpired(Date.now())).toBe(0);
    expect(await server.store.exports.removeExpired(Date.now() + 3_600_001)).toBeGreaterThan(0);
    expect(await server.store.exports.byId(old)).toBeNull();
  });

  test('is not more than so many at once', async () => {
    const many = await server.addAgent(site, 'Mia', 'lead');
    for (let n = 0; n < 20; n += 1) await exportOf(server, site, many);
    await expectProblem(
      await post('/v1/exports/start', { format: 'csv', filter: {} }, many),
      'limit_reached',
    );
  });

  test('that is not done has no file', async () => {
    await expectProblem(
      await get(`/v1/exports/${await exportOf(server, site, lead)}/file`),
      'export_not_done',
    );
  });
});

describe('a broken download', () => {
  test('goes on where it broke, and is the same in the end', async () => {
    const one = await done({ format: 'parquet', filter: {} });
    const whole = await fileOf(one);
    const path = `/v1/exports/${one.id}/file`;
    const tag = (await get(path)).headers.get('etag') ?? '';
    for (const at of [1, 1_000, Math.floor(whole.length / 2), whole.length - 1]) {
      const rest = await get(path, lead, { range: `bytes=${at}-`, 'if-range': tag });
      expect(rest.status).toBe(206);
      expect(rest.headers.get('content-range')).toBe(`bytes ${at}-${whole.length - 1}/${whole.length}`);
      const joined = Buffer.concat([whole.subarray(0, at), Buffer.from(await rest.arrayBuffer())]);
      expect(joined.equals(whole)).toBe(true);
    }
    const part = await get(path, lead, { range: 'bytes=4-9' });
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(4, 10))).toBe(true);
    const tail = await get(path, lead, { range: 'bytes=-4' });
    expect(await tail.text()).toBe('PAR1');
    const other = await get(path, lead, { range: 'bytes=4-', 'if-range': '"another"' });
    expect(other.status, 'of another file the whole is given').toBe(200);
    expect((await get(path, lead, { range: `bytes=${whole.length}-` })).status).toBe(416);
  });
});

describe('who may', () => {
  test('loses it with their role: what they began ends', async () => {
    const was = await server.addAgent(site, 'Tom', 'lead');
    await inDatabase(server.databaseUrl, `update agents set role = 'agent' where id = $1`, [was.id]);
    const id = await exportOf(server, site, was);
    await server.app.jobs.plan('export', [{ id: crypto.randomUUID(), data: { id }, dueAt: Date.now() }]);
    await expect.poll(async () => (await found(id, admin))?.state, { timeout: 20_000 }).toBe('failed');
  });
});
