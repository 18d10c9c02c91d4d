import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { AgentCommandName } from '../../protocol/commands.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { expectProblem, json, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
let ana: Agent & { cookie: string };
let ben: Agent & { cookie: string };
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  [ana, ben] = [await server.addAgent(site), await server.addAgent(site, 'Ben')];
});
afterAll(() => server.close());

const send = (agent: { cookie: string }, name: AgentCommandName, body: object) =>
  fetch(`${server.url}/v1/desk/commands/${name}`, json(body, { cookie: agent.cookie }));

async function waiting() {
  const customer = await connectCustomer(server.url, site.key);
  await customer.send('handoff:request', {});
  return customer;
}

describe('what an agent does over plain HTTP', () => {
  test('[D8] is all that they do over the socket', async () => {
    const customer = await waiting();
    const { conversationId } = customer;
    const act = async (name: AgentCommandName, more: object = {}) => {
      const response = await send(ana, name, { cid: uuidv7(), conversationId, ...more });
      expect([response.status, await response.json()], name).toMatchObject([
        200,
        { ok: true, isRepeat: false },
      ]);
    };
    await act('handoff:accept');
    await act('note:add', { text: 'Second time today.' });
    await act('message:send', { text: 'Hello' });
    await act('handoff:return', { decision: 'a new card' });
    await customer.send('handoff:request', {});
    await act('handoff:accept');
    await act('conversation:resolve', { outcome: 'solved' });
    await customer.until('conversation.resolved');
    const types = customer.facts.map(({ type }) => type);
    // What the queue says in between comes in its own time.
    expect(types.filter((type) => type !== 'queue.told')).toEqual([
      'conversation.started',
      'handoff.requested',
      'handoff.accepted',
      'message.sent',
      'handoff.returned',
      'handoff.requested',
      'handoff.accepted',
      'conversation.resolved',
    ]);
    customer.close();
  });

  test('[D1] has the cid of the socket: what got no answer there is not done twice here', async () => {
    const customer = await waiting();
    const { conversationId } = customer;
    const desk = await connectAgent(server.url, ana.cookie);
    await desk.send('handoff:accept', conversationId, {});
    const cid = uuidv7();
    const first = await desk.send('message:send', conversationId, { text: 'Once' }, cid);
    const again = await send(ana, 'message:send', { cid, conversationId, text: 'Once' });
    expect(await again.json()).toEqual({ ...first, isRepeat: true });
    const other = await send(ana, 'message:send', { cid, conversationId, text: 'Something else' });
    await expectProblem(other, 'cid_reused');
    await desk.send('message:send', conversationId, { text: 'The end' });
    await customer.until('message.sent', ({ text }) => text === 'The end');
    expect(customer.facts.filter(({ type }) => type === 'message.sent')).toHaveLength(2);
    desk.close();
    customer.close();
  });

  test('is refused as over the socket: one of two wins a conversation', async () => {
    const customer = await waiting();
    const { conversationId } = customer;
    const accepts = await Promise.all(
      [ana, ben].map((agent) => send(agent, 'handoff:accept', { cid: uuidv7(), conversationId })),
    );
    expect(accepts.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = accepts.find(({ status }) => status === 409);
    if (refused !== undefined) await expectProblem(refused, 'not_waiting');
    customer.close();
  });
});

test('[D8] an agent whose socket does not get through is there all the same', async () => {
  const quiet = await server.addSite({ kind: 'page' });
  const eva = await server.addAgent(quiet, 'Eva');
  const isThere = () => server.store.agents.isAnyoneOnline(quiet.id, Date.now());
  expect(await isThere()).toBe(false);
  expect((await fetch(`${server.url}/v1/desk/conversations`, { headers: { cookie: eva.cookie } })).ok).toBe(
    true,
  );
  expect(await isThere()).toBe(true);
});

test('[D5] the desk over plain HTTP is the desk that the socket tells at connect', async () => {
  const customer = await waiting();
  // Said a moment after the wait began: it must not come between the two readings.
  await customer.until('queue.told');
  const desk = await connectAgent(server.url, ana.cookie);
  const response = await fetch(`${server.url}/v1/desk/conversations`, { headers: { cookie: ana.cookie } });
  const list = (await response.json()) as { conversations: { id: string }[] };
  expect(list).toEqual(await desk.desk);
  expect(list.conversations.map(({ id }) => id)).toContain(customer.conversationId);
  desk.close();
  customer.close();
});
