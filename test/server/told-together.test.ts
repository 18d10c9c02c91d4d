import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Committed } from '../../server/plugins/bus.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let server: TestServer;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

test('words of one conversation that are saved together are told together, all else by itself', async () => {
  const customer = await connectCustomer(server.url, site.key);
  await customer.send('handoff:request', {});
  const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
  expect(await desk.send('handoff:accept', customer.conversationId, {})).toMatchObject({ ok: true });
  await customer.until('handoff.accepted');
  const told: { after: number; types: string[]; through: number }[] = [];
  const listen = ({ conversation, before, facts, state }: Committed) => {
    if (conversation.id !== customer.conversationId) return;
    told.push({ after: before.seq, types: facts.map(({ type }) => type), through: state.seq });
  };
  server.app.bus.on('committed', listen);
  // What arrives at once, or while something is saved, shares a statement. The first words name the conversation: they
  // are more than words, and told by themselves.
  const words = await Promise.all(
    ['a', 'b', 'c', 'd'].map((text) => customer.send('message:send', { text })),
  );
  const seqs = words.map((reply) => ('seq' in reply ? reply.seq : null));
  const [first = 0] = seqs.map(Number);
  expect(seqs, 'each knows its own place').toEqual([first, first + 1, first + 2, first + 3]);
  expect(told.length).toBeLessThan(4);
  expect(told.flatMap(({ types }) => types)).toEqual(Array(4).fill('message.sent'));

  told.length = 0;
  await Promise.all([
    customer.send('message:send', { text: 'that was it' }),
    customer.send('conversation:resolve', { outcome: 'solved' }),
    customer.send('message:send', { text: 'or not' }),
  ]);
  server.app.bus.off('committed', listen);
  expect(told.find(({ types }) => types.includes('conversation.resolved'))?.types).not.toContain(
    'message.sent',
  );
  expect(told.length).toBeGreaterThanOrEqual(3);
  for (const [index, { after }] of told.entries())
    if (index > 0) expect(after).toBe(told[index - 1]?.through);
  desk.close();
  customer.close();
});
