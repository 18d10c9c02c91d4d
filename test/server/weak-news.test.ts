import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { connectAgent } from '../support/clients.ts';
import { redisAnswers, startTwoNodes } from '../support/two-nodes.ts';
import { editorAt } from './guidance-stage.ts';
import { noLimits } from './requests.ts';
import { reviewersAt, soon } from './weak-stage.ts';

describe.skipIf(!(await redisAnswers()))('changes of weak questions, on two servers', () => {
  let pair: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    pair = await startTwoNodes(inject('postgresUrl'), noLimits);
  });
  afterAll(() => pair.close());

  test('are told to those who review that site, wherever they are, by id alone', async () => {
    const [one, other] = pair.nodes;
    const { site, lead, admin, say, listed, done } = await reviewersAt(one);
    const agent = await one.addAgent(site, 'Bo', 'agent');
    const stranger = await one.addAgent(await one.addSite({ kind: 'page' }), 'Sam', 'lead');
    const heard = new Map<string, string[]>();
    const desks = await Promise.all(
      [lead, agent, stranger].map(async ({ name, cookie }) => {
        const desk = await connectAgent(other.url, cookie);
        const ids: string[] = [];
        heard.set(name, ids);
        desk.socket.on('questions:changed', (event) => ids.push(...event.ids));
        return desk;
      }),
    );
    const hears = async (id: string, work: () => Promise<unknown>) => {
      const ids = heard.get('Lea') ?? [];
      ids.length = 0;
      await work();
      await vi.waitFor(() => expect(ids).toContain(id), soon);
    };

    await say('How do I cancel my plan?');
    const [question] = await listed([['How do I cancel my plan?', 1]]);
    const id = question?.id ?? '';
    await hears(id, () => say('How do I cancel my plan?'));
    await hears(id, () => done('take', { id }, admin));
    await hears(id, () => done('release', { id }, admin));
    await say('Where is my parcel?');
    const [, second] = await listed([
      ['How do I cancel my plan?', 2],
      ['Where is my parcel?', 1],
    ]);
    await hears(second?.id ?? '', () => done('merge', { id: second?.id, into: id }));
    // What is written for it, and what comes of that, changes it as well.
    const editor = editorAt(one, site, admin);
    const draft = { kind: 'answer', text: 'Under Plan.', examples: ['How do I cancel my plan?'], scope: {} };
    await hears(id, () =>
      editor.done('add', { ...draft, site: site.key, reason: '', isProposed: true, question: id }),
    );
    expect([heard.get('Bo'), heard.get('Sam')], 'nobody else').toEqual([[], []]);
    for (const desk of desks) desk.close();
  });
});
