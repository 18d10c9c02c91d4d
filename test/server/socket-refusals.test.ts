import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { agentCommands, agentReads, customerCommands, customerReads } from '../../protocol/commands.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectCustomer, connected, newSession, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { contentsOf, noLimits } from './requests.ts';
import { asking, customerAuth, openSocket } from './socket-client.ts';

const cid = '0198c0de-0000-7000-8000-000000000001';
const unknownId = '0198c0de-0000-7000-8000-00000000ffff';
const end = { turn: 1, outcome: 'answered', text: 'x', sources: [], failure: null, handoff: null };

/** What each event needs besides its ids; a new event without an entry fails the first test. */
const customerBodies: Record<string, object> = {
  'message:send': { text: 'Hi' },
  'handoff:request': {},
  'transcript:share': { lines: [{ author: 'bot', text: 'Hi' }] },
  'handoff:cancel': {},
  'followup:ask': { email: 'kim@example.com' },
  'feedback:share': { question: 'Why?', answer: 'So.', verdict: 'down', reasons: [], comment: '' },
  'answer:retry': { turn: 1 },
  'answer:end': end,
  'feedback:give': { turn: 1, verdict: 'up', reasons: [], comment: '' },
  'handoff:rate': { hadToRepeat: true },
  'conversation:rate': { rating: 3, comment: '' },
  'conversation:resolve': { outcome: 'solved' },
  'facts:pull': { after: 0 },
};
const agentBodies: Record<string, object> = {
  'handoff:accept': {},
  'handoff:decline': {},
  'handoff:take_over': { from: 'somebody' },
  'answer:improve': { turn: 1, text: 'So.' },
  'feedback:review': { about: 1, status: 'looked_at', word: '' },
  'promise:make': { kind: 'follow_up', text: 'I check.', dueAt: 4_000_000_000_000 },
  'promise:keep': { promise: 3 },
  'promise:cancel': { promise: 3, why: 'Done.' },
  'message:send': { text: 'Hi' },
  'note:add': { text: 'Hm' },
  'handoff:transfer': { to: { kind: 'queue', team: null } },
  'handoff:return': { decision: '' },
  'conversation:resolve': { outcome: 'solved' },
  'facts:pull': { after: 0 },
  'conversation:watch': { after: 0 },
};

let server: TestServer;
let site: Site;
let owner: TestCustomer;
let stranger: TestCustomer;
let otherAgent: Agent & { cookie: string };
let desk: Socket;
let conversationId: string;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' }, { key: 'pk_one' });
  const other = await server.addSite({ kind: 'page' }, { key: 'pk_two' });
  otherAgent = await server.addAgent(other, 'Ana', 'lead');
  owner = await connectCustomer(server.url, site.key);
  stranger = await connectCustomer(server.url, site.key);
  ({ conversationId } = owner);
  await owner.send('handoff:request', {});
  // What the queue says a moment later must not look like something that a refused command did.
  await owner.until('queue.told');
  const options = { auth: { version: 1 }, extraHeaders: { cookie: otherAgent.cookie } };
  desk = await connected(openSocket(server.url, '/desk', options));
});
afterAll(async () => {
  for (const one of [owner, stranger]) one.close();
  desk.disconnect();
  await server.close();
});

const idsFor = (event: string) => (/facts|watch/.test(event) ? { conversationId } : { cid, conversationId });

describe('the socket: what is not allowed is refused, and changes nothing', () => {
  let before: Record<string, number>;
  beforeAll(async () => {
    before = await contentsOf(server.databaseUrl);
  });
  afterAll(async () => {
    expect(await contentsOf(server.databaseUrl)).toEqual(before);
  });

  test('no event is forgotten here', () => {
    expect(Object.keys(customerBodies).sort()).toEqual(
      Object.keys({ ...customerCommands, ...customerReads }).sort(),
    );
    expect(Object.keys(agentBodies).sort()).toEqual(Object.keys({ ...agentCommands, ...agentReads }).sort());
  });

  const all = [
    ...Object.entries(customerBodies).map(([event, body]) => ['customer', event, body] as const),
    ...Object.entries(agentBodies).map(([event, body]) => ['agent', event, body] as const),
  ];
  const socketOf = (who: 'customer' | 'agent'): Socket => (who === 'agent' ? desk : (owner.socket as Socket));

  test.each(all)('%s %s: bodies that do not fit', async (who, event, body) => {
    const good = { ...idsFor(event), ...body };
    const bad = [
      null,
      undefined,
      'text',
      7,
      [],
      [good],
      {},
      { ...good, stray: 1 },
      { ...good, conversationId: "' or 1=1" },
      { ...good, conversationId: { $gt: '' } },
      JSON.parse(JSON.stringify(good).replace('{', '{"__proto__":{"isAdmin":true},')),
      { ...good, constructor: { prototype: {} } },
      { ...good, conversationId: Buffer.from('binary') },
    ];
    for (const wrong of bad) {
      const reply = await asking(socketOf(who), event, wrong);
      expect(reply, JSON.stringify(wrong)).toMatchObject({ ok: false, code: 'invalid', retryable: false });
    }
  });

  test.each(all)('%s %s: without somebody who listens for the answer', async (who, event, body) => {
    const socket = socketOf(who);
    for (const args of [[{ ...idsFor(event), ...body }], [], [null, null, null]]) socket.emit(event, ...args);
    // Whatever came before has been dealt with once this is answered.
    expect(await asking(socket, 'facts:pull', {})).toMatchObject({ code: 'invalid' });
  });

  test.each(Object.entries(customerBodies))(
    "a stranger's %s in another's conversation",
    async (event, body) => {
      const reply = await asking(stranger.socket as Socket, event, { ...idsFor(event), ...body });
      expect(reply).toMatchObject({ ok: false, code: 'not_found' });
    },
  );

  test.each(Object.entries(agentBodies))('the %s of an agent of another site', async (event, body) => {
    for (const id of [conversationId, unknownId]) {
      const reply = await asking(desk, event, { ...idsFor(event), ...body, conversationId: id });
      expect(reply).toMatchObject({ ok: false, code: 'not_found' });
    }
  });

  test('a customer cannot do what agents do: nobody answers', async () => {
    const own = new Set(Object.keys(customerBodies));
    for (const [event, body] of Object.entries(agentBodies).filter(([event]) => !own.has(event))) {
      const socket = owner.socket as Socket;
      const silent = socket.timeout(150).emitWithAck(event, { ...idsFor(event), ...body });
      await expect(silent).rejects.toThrow(/timed out/);
    }
  });

  test("naming another's conversation at the handshake shows nothing of it", async () => {
    const auth = customerAuth(site.key, stranger.session.token, { [conversationId]: 0 });
    const socket = openSocket(server.url, '/customer', { auth });
    const heard: string[] = [];
    socket.onAny((event: string) => heard.push(event));
    await connected(socket);
    await owner.send('handoff:request', {});
    expect(await asking(socket, 'facts:pull', { conversationId, after: 0 })).toMatchObject({
      code: 'not_found',
    });
    expect(heard).toEqual([]);
    socket.disconnect();
  });

  test('signals that do not fit, or are about others, are dropped without a word', async () => {
    const heard: string[] = [];
    owner.socket.on('typing', () => heard.push('typing'));
    owner.socket.on('answer:chunk', () => heard.push('chunk'));
    const bad = [null, 'x', {}, { conversationId, isTyping: 'yes' }, { conversationId, isTyping: true }];
    for (const body of bad) {
      (stranger.socket as Socket).emit('typing', body);
      (desk as Socket).emit('typing', body);
      (desk as Socket).emit('conversation:unwatch', body);
      (desk as Socket).emit('availability:set', body);
    }
    const chunk = { conversationId, turn: 1, offset: 0, text: 'not mine' };
    for (const body of [chunk, { ...chunk, text: 'x'.repeat(4_001) }, { ...chunk, offset: -1 }]) {
      (stranger.socket as Socket).emit('answer:chunk', body);
    }
    expect(await asking(stranger.socket as Socket, 'facts:pull', {})).toMatchObject({ code: 'invalid' });
    expect(await asking(desk, 'facts:pull', {})).toMatchObject({ code: 'invalid' });
    expect(heard).toEqual([]);
  });
});

describe('the socket survives', () => {
  test('a packet that is too large ends only the connection it came by', async () => {
    const { token } = await newSession(server.url, site.key);
    const socket = await connected(
      openSocket(server.url, '/customer', { auth: customerAuth(site.key, token) }),
    );
    const gone = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    socket.emit('message:send', { cid, conversationId: unknownId, text: 'x'.repeat(70_000) });
    expect(await gone).toBe('transport close');
    expect(owner.socket.connected).toBe(true);
    expect((await asking(owner.socket as Socket, 'facts:pull', { conversationId, after: 0 })).ok).toBe(true);
  });

  test('events that are none of ours, and those of the library itself', async () => {
    const socket = owner.socket as Socket & { io: { engine: { write(data: string): void } } };
    for (const event of ['x', '__proto__', 'constructor', 'toString', 'facts']) socket.emit(event, {}, []);
    // Reserved names cannot be emitted by the client: written as raw packets.
    for (const event of ['connect', 'disconnect', 'disconnecting', 'newListener', 'error']) {
      socket.io.engine.write(`2/customer,["${event}",{}]`);
    }
    const { token } = await newSession(server.url, site.key);
    const next = await connected(
      openSocket(server.url, '/customer', { auth: customerAuth(site.key, token) }),
    );
    expect(next.connected).toBe(true);
    next.disconnect();
  });
});
