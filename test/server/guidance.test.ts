import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { GuidanceHistory, GuidancePage } from '../../protocol/guidance.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { correction, type Editor, editorAt } from './guidance-stage.ts';
import { expectProblem, inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let pia: Editor;
let adam: Editor;
let ana: Editor & { readonly agentId: string };

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  pia = editorAt(server, site, await server.addAgent(site, 'Pia', 'product'));
  adam = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
  const agent = await server.addAgent(site, 'Ana');
  ana = { ...editorAt(server, site, agent), agentId: agent.id };
});
afterAll(() => server.close());

const read = async <T>(path: string, { cookie }: Editor): Promise<T> =>
  (await fetch(`${server.url}/v1/desk/guidance${path}`, { headers: { cookie } })).json() as Promise<T>;

describe('guidance', () => {
  test('is written, proposed, approved, changed, retired and rolled back, each with its who and why', async () => {
    const { id } = await pia.done('add', { ...correction, site: site.key, reason: 'Cards got faster.' });
    await pia.done('propose', { id, version: 1, reason: '' });
    expect(await adam.done('approve', { id, version: 1, reason: 'Checked.' })).toMatchObject({
      state: 'live',
      live: 1,
      proposed: null,
      changedBy: 'Adam',
    });
    const second = { ...correction, id, base: 1, text: 'Three days.', isProposed: true };
    expect(await ana.done('change', second)).toMatchObject({ state: 'live', live: 1, proposed: 2 });
    expect(await adam.done('approve', { id, version: 2, reason: '' })).toMatchObject({
      live: 2,
      approved: [1, 2],
    });
    expect(await pia.done('roll-back', { id, version: 1, reason: 'Not everywhere.' })).toMatchObject({
      live: 1,
    });
    expect(await pia.done('retire', { id, reason: 'Moved.' })).toMatchObject({
      state: 'retired',
      live: null,
    });

    const { versions, steps } = await read<GuidanceHistory>(`/${id}/history`, ana);
    expect(versions.map(({ version, text, by }) => [version, text, by.name])).toEqual([
      [2, 'Three days.', 'Ana'],
      [1, correction.text, 'Pia'],
    ]);
    expect(
      steps.map(({ action, version, by, reason }) => `${action} ${version} ${by.name} ${reason}`),
    ).toEqual([
      'retired 1 Pia Moved.',
      'rolled_back 1 Pia Not everywhere.',
      'approved 2 Adam ',
      'proposed 2 Ana ',
      'written 2 Ana ',
      'approved 1 Adam Checked.',
      'proposed 1 Pia ',
      'written 1 Pia Cards got faster.',
    ]);
    const log = await inDatabase(
      server.databaseUrl,
      'select agent_name, action, detail from audit_log where object_id = $1 and action <> $2 order by id',
      [id, 'guidance.read'],
    );
    expect(log).toHaveLength(8);
    expect(log[5]).toEqual({ agent_name: 'Adam', action: 'guidance.approved', detail: { version: 2 } });
  });

  test('of a site that wants two people is not approved by its writer', async () => {
    const careful = await server.addSite({ kind: 'page' }, { title: 'Careful' });
    await server.store.sites.setGuidance(careful.id, { isApprovedByTwo: true, falseApply: 0.01 });
    const [writer, other] = await Promise.all(
      ['Wim', 'Olga'].map(async (name) =>
        editorAt(server, careful, await server.addAgent(careful, name, 'product')),
      ),
    );
    const written = await writer?.done('add', { ...correction, site: careful.key, isProposed: true });
    const approval = { id: written?.id, version: 1, reason: '' };
    expect(written?.isApprovedByTwo).toBe(true);
    await expectProblem((await writer?.post('approve', approval)) as Response, 'own_version');
    expect(await other?.done('approve', approval)).toMatchObject({ live: 1 });
  });

  test('that two change at once is changed by one, and the other is told', async () => {
    const { id } = await pia.done('add', { ...correction, site: site.key });
    const change = { ...correction, id, base: 1 };
    const both = await Promise.all([pia.post('change', change), adam.post('change', change)]);
    const statuses = both.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 409]);
    const refused = both.find(({ status }) => status === 409);
    await expectProblem(refused as Response, 'stale_version');
  });

  test('keeps nothing of a command of which one part is refused', async () => {
    const { id } = await pia.done('add', { ...correction, site: site.key });
    await expectProblem(await pia.post('approve', { id, version: 1, reason: '' }), 'not_proposed');
    const twisted = { ...correction, id, base: 1, scope: { from: 2_000, until: 1_000 }, isProposed: true };
    await expectProblem(await pia.post('change', twisted), 'invalid');
    expect((await read<GuidanceHistory>(`/${id}/history`, pia)).steps).toHaveLength(1);
  });

  test('is made of an answer: its question, and what an agent said it should have been', async () => {
    const question = 'Is my refund on the way?';
    const conversationId = await leaveFeedback(server, site, {
      question,
      answer: 'Who knows.',
      verdict: 'down',
    });
    const origin = { conversationId, turn: 1, reason: '' };
    await expectProblem(await ana.post('from-answer', origin), 'no_better_answer');
    await expectProblem(await ana.post('from-answer', { ...origin, turn: 2 }), 'no_such_turn');
    const better = { cid: crypto.randomUUID(), conversationId, turn: 1, text: 'Refunds take five days.' };
    const agent = await server.store.agents.byId(ana.agentId);
    if (agent === null) throw new Error('no agent');
    await server.app.engine.forAgent(agent, 'answer:improve', better);
    expect(await ana.done('from-answer', origin)).toMatchObject({
      state: 'proposed',
      newest: {
        kind: 'answer',
        text: better.text,
        examples: [question],
        origin: { conversationId, turn: 1 },
      },
    });
    expect(await pia.done('from-answer', { ...origin, text: 'Look at **your** account.' })).toMatchObject({
      newest: { text: 'Look at **your** account.', examples: [question] },
    });
  });

  test('is listed by state, newest change first, in pages', async () => {
    const shelf = await server.addSite({ kind: 'page' }, { title: 'Shelf' });
    const editor = editorAt(server, shelf, await server.addAgent(shelf, 'Eve', 'admin'));
    const ids: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      ids.unshift(
        (await editor.done('add', { ...correction, text, site: shelf.key, isProposed: text === 'b' })).id,
      );
    }
    const first = await read<GuidancePage>('?limit=2', editor);
    expect(first).toMatchObject({ total: 3, items: [{ id: ids[0] }, { id: ids[1] }] });
    const second = await read<GuidancePage>(`?limit=2&cursor=${first.next}`, editor);
    expect(second).toMatchObject({ items: [{ id: ids[2] }], next: null });
    const proposed = await read<GuidancePage>('?state=proposed', editor);
    expect(proposed.items.map(({ id }) => id)).toEqual([ids[1]]);
  });

  test('has versions that the database itself does not let change', async () => {
    for (const table of ['guidance_versions', 'guidance_steps']) {
      const change = inDatabase(server.databaseUrl, `update ${table} set reason = 'another'`);
      await expect(change).rejects.toThrow('only added to');
    }
  });
});
