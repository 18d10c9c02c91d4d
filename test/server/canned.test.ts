import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, inDatabase, json, noLimits } from './requests.ts';

type Person = Agent & { cookie: string };
let server: TestServer;
let site: Site;
let ana: Person;
let ben: Person;
let stranger: Person;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  [ana, ben] = [await server.addAgent(site), await server.addAgent(site, 'Ben')];
  stranger = await server.addAgent(await server.addSite({ kind: 'page' }), 'Sam');
});
afterAll(() => server.close());

describe('canned responses', () => {
  const draft = (more: object = {}) => ({
    site: site.key,
    shortcut: 'refund',
    title: 'Refund',
    text: 'Hi {{customer.name}}',
    team: null,
    ...more,
  });
  const ask = (agent: Person, how: 'add' | 'change' | 'remove', body: object) =>
    fetch(`${server.url}/v1/desk/canned/${how}`, json(body, { cookie: agent.cookie }));
  const list = (agent: Person) =>
    fetch(`${server.url}/v1/desk/canned`, { headers: { cookie: agent.cookie } });

  test('are kept, changed and deleted by the agents of their site, and by nobody else', async () => {
    const made = await ask(ana, 'add', draft());
    const { id } = (await made.json()) as { id: string };
    await expectProblem(await ask(ana, 'add', draft()), 'shortcut_taken');
    await expectProblem(await ask(stranger, 'add', draft({ shortcut: 'x' })), 'not_found');
    await expectProblem(await ask(ana, 'add', draft({ shortcut: 'No Space' })), 'invalid');
    await expectProblem(await ask(stranger, 'remove', { id: id }), 'not_found');
    await expectProblem(await ask(stranger, 'change', { id: id, ...draft() }), 'not_found');
    const changed = await ask(ben, 'change', { id: id, ...draft({ text: 'Hello' }) });
    expect(await changed.json()).toMatchObject({ id, text: 'Hello', updatedBy: 'Ben' });
    expect(await (await list(ana)).json()).toMatchObject({ canned: [{ id, shortcut: 'refund' }] });
    expect(await (await list(stranger)).json()).toEqual({ canned: [] });
    const other = (await (await ask(ana, 'add', draft({ shortcut: 'other' }))).json()) as { id: string };
    await expectProblem(await ask(ana, 'change', { id: other.id, ...draft() }), 'shortcut_taken');
    for (const one of [id, other.id]) expect((await ask(ana, 'remove', { id: one })).status).toBe(204);
    await expectProblem(await ask(ana, 'remove', { id: id }), 'not_found');
  });

  test('are no more than can be chosen from', async () => {
    await inDatabase(
      server.databaseUrl,
      `insert into canned_responses (site_id, shortcut, title, text, updated_at, updated_by)
       select $1, 'n' || n, 'x', 'x', 0, 'x' from generate_series(1, 500) n`,
      [site.id],
    );
    await expectProblem(await ask(ana, 'add', draft()), 'limit_reached');
    await inDatabase(server.databaseUrl, 'delete from canned_responses where site_id = $1', [site.id]);
  });
});
