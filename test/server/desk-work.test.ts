import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Colleagues, Mention } from '../../protocol/agent.ts';
import type { FeedbackExportRow } from '../../protocol/feedback.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer, type TestCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { leaveFeedback } from './feedback-data.ts';
import { inDatabase, json, noLimits } from './requests.ts';

type Person = Agent & { cookie: string };
let server: TestServer;
let site: Site;
let ana: Person;
let ben: Person;
let stranger: Person;
const opened: { close(): void }[] = [];
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  [ana, ben] = [await server.addAgent(site, 'Ana', 'lead'), await server.addAgent(site, 'Ben', 'lead')];
  stranger = await server.addAgent(await server.addSite({ kind: 'page' }), 'Sam', 'lead');
});
afterAll(async () => {
  for (const one of opened) one.close();
  await server.close();
});

const deskOf = async (agent: Person) => {
  const desk = await connectAgent(server.url, agent.cookie);
  opened.push(desk);
  return desk;
};
const asked = async () => {
  const customer = await connectCustomer(server.url, site.key);
  opened.push(customer);
  await customer.send('message:send', { text: 'Where is my card?' });
  await customer.until('answer.started');
  await customer.send('answer:end', {
    turn: 1,
    outcome: 'answered',
    text: 'Cards come in the post.',
    sources: [],
    failure: null,
    handoff: null,
  });
  await customer.send('handoff:request', {});
  return customer;
};
const withAna = async () => {
  const customer = await asked();
  const desk = await deskOf(ana);
  await desk.watch(customer.conversationId);
  await desk.send('handoff:accept', customer.conversationId, {});
  return { customer, desk, id: customer.conversationId };
};
const read = async <T>(agent: Person, path: string, body?: object) => {
  const headers = { cookie: agent.cookie };
  const response = await fetch(
    `${server.url}${path}`,
    body === undefined ? { headers } : json(body, headers),
  );
  return response.status === 204 ? null : ((await response.json()) as T);
};
const rows = (sql: string, id: string) => inDatabase(server.databaseUrl, sql, [id]);
/** All that the customer got, as it went over the wire. */
const heard = (customer: TestCustomer) => JSON.stringify(customer.facts);

describe('why the bot failed', () => {
  test('is kept when a conversation is resolved or handed back, and the customer never reads it', async () => {
    const { customer, desk, id } = await withAna();
    await desk.send('handoff:return', id, { decision: 'A new card', cause: 'could_not_act' });
    await customer.until('handoff.returned');
    await customer.send('handoff:request', {});
    await desk.send('handoff:accept', id, {});
    await desk.send('conversation:resolve', id, { outcome: 'solved', cause: 'missing_knowledge' });
    const resolved = await desk.until('conversation.resolved');
    expect(resolved.cause).toBe('missing_knowledge');
    expect((await desk.until('handoff.returned')).cause).toBe('could_not_act');
    expect(await customer.until('conversation.resolved')).not.toHaveProperty('cause');
    expect(heard(customer)).not.toContain('could_not_act');
    const again = await connectCustomer(server.url, site.key, {
      session: customer.session,
      conversationId: id,
    });
    opened.push(again);
    await again.until('conversation.resolved');
    expect(heard(again), 'nor after a reload').not.toContain('cause');
    expect(
      await rows('select cause, agent_id from bot_failures where conversation_id = $1 order by seq', id),
    ).toEqual([
      { cause: 'could_not_act', agent_id: ana.id },
      { cause: 'missing_knowledge', agent_id: ana.id },
    ]);
  });

  test('need not be said', async () => {
    const { desk, id } = await withAna();
    await desk.send('conversation:resolve', id, { outcome: 'unsolved' });
    expect(await desk.until('conversation.resolved')).not.toHaveProperty('cause');
    expect(await rows('select from bot_failures where conversation_id = $1', id)).toEqual([]);
  });
});

describe('what the bot should have said', () => {
  test('is kept with the question and the answer, the latest wins, and no customer hears of it', async () => {
    const { customer, desk, id } = await withAna();
    await desk.send('answer:improve', id, { turn: 1, text: 'Within a week' });
    await desk.send('answer:improve', id, { turn: 1, text: 'Within five days' });
    await desk.send('message:send', id, { text: 'Hello' });
    await customer.until('message.sent', ({ text }) => text === 'Hello');
    expect(heard(customer)).not.toContain('Within');
    expect(customer.seq(), 'without a gap').toBe(desk.seq());
    const kept =
      'select turn, question, answer, text, agent_id from better_answers where conversation_id = $1';
    expect(await rows(kept, id)).toEqual([
      {
        turn: 1,
        question: 'Where is my card?',
        answer: 'Cards come in the post.',
        text: 'Within five days',
        agent_id: ana.id,
      },
    ]);
    expect(await desk.send('answer:improve', id, { turn: 2, text: 'x' })).toMatchObject({
      code: 'no_such_turn',
    });
    const outside = await deskOf(stranger);
    expect(await outside.send('answer:improve', id, { turn: 1, text: 'x' })).toMatchObject({
      code: 'not_found',
    });
  });

  test('is in the export of feedback, with the causes', async () => {
    const place = await server.addSite({ kind: 'page' });
    const eva = await server.addAgent(place, 'Eva', 'lead');
    await leaveFeedback(server, place, { question: 'Fees?', answer: 'None.', verdict: 'down' });
    const [found] = await inDatabase(server.databaseUrl, `select id from conversations where site_id = $1`, [
      place.id,
    ]);
    const id = String((found as { id: string }).id);
    const desk = await deskOf(eva);
    await desk.send('answer:improve', id, { turn: 1, text: '=2 euros' });
    const session = await fetch(`${server.url}/v1/feedback/export?format=jsonl&kind=answer`, {
      headers: { cookie: eva.cookie },
    });
    const row = JSON.parse((await session.text()).trim()) as FeedbackExportRow;
    expect(row).toMatchObject({ betterAnswer: '=2 euros', causes: [] });
    const csv = await fetch(`${server.url}/v1/feedback/export?format=csv`, {
      headers: { cookie: eva.cookie },
    });
    expect(await csv.text(), 'a spreadsheet runs none of it').toContain("'=2 euros");
  });
});

describe('a note that names colleagues', () => {
  test('tells them live and marks the conversation until they open it', async () => {
    const { desk, id } = await withAna();
    const bens = await deskOf(ben);
    const live = new Promise<Mention>((resolve) => bens.socket.once('mentioned', resolve));
    expect(
      await desk.send('note:add', id, { text: '@Ben do you know this?', mentions: [ben.id] }),
    ).toMatchObject({
      ok: true,
    });
    const mention = { conversationId: id, by: 'Ana', text: '@Ben do you know this?' };
    expect(await live).toMatchObject(mention);
    expect(await read(ben, '/v1/desk/mentions')).toMatchObject({ mentions: [mention] });
    expect(await read(ana, '/v1/desk/mentions')).toEqual({ mentions: [] });
    const seen = new Promise((resolve) => bens.socket.once('mention:seen', resolve));
    await read(ben, '/v1/desk/mentions/seen', { conversationId: id });
    expect(await seen).toEqual({ conversationId: id });
    expect(await read(ben, '/v1/desk/mentions')).toEqual({ mentions: [] });
  });

  test('names only agents of that site', async () => {
    const { desk, id } = await withAna();
    const reply = await desk.send('note:add', id, { text: '@Sam', mentions: [stranger.id] });
    expect(reply).toMatchObject({ ok: false, code: 'not_found' });
    expect(await read(stranger, '/v1/desk/mentions')).toEqual({ mentions: [] });
  });
});

describe('passing on and taking over', () => {
  test('a transfer with a note is both or nothing, note first, and the customer sees the transfer only', async () => {
    const { customer, desk, id } = await withAna();
    const to = { kind: 'agent', agent: { id: ben.id, name: 'Ben' } } as const;
    const wrong = { kind: 'agent', agent: { id: stranger.id, name: 'Sam' } } as const;
    expect(await desk.send('handoff:transfer', id, { to: wrong, note: 'secret' })).toMatchObject({
      ok: false,
    });
    await desk.send('handoff:transfer', id, { to, note: 'Knows the fee rules' });
    const transferred = await customer.until('handoff.transferred');
    const note = await desk.until('note.added');
    expect([note.text, note.seq]).toEqual(['Knows the fee rules', transferred.seq - 1]);
    expect(desk.facts.filter(({ type }) => type === 'note.added')).toHaveLength(1);
    expect(heard(customer)).not.toContain('Knows the fee rules');
  });

  test('a colleague takes over, once, from whom they saw in it; the customer is told', async () => {
    const { customer, desk, id } = await withAna();
    const bens = await deskOf(ben);
    const take = (from: string, by = bens) => by.send('handoff:take_over', id, { from });
    expect(await take(ben.id)).toMatchObject({ code: 'not_theirs' });
    expect(await take(ana.id, desk), 'not from oneself').toMatchObject({ code: 'not_theirs' });
    expect(await take(ana.id)).toMatchObject({ ok: true });
    expect(await take(ana.id), 'and not twice').toMatchObject({ code: 'not_theirs' });
    const told = await customer.until('handoff.transferred');
    expect(told).toMatchObject({
      from: { name: 'Ana' },
      to: { agent: { name: 'Ben' } },
      by: { name: 'Ben' },
    });
    expect(await desk.send('message:send', id, { text: 'Still me' })).toMatchObject({ code: 'not_assigned' });
    expect(await bens.send('message:send', id, { text: 'Ben here' })).toMatchObject({ ok: true });
    const outside = await deskOf(stranger);
    expect(await take(ben.id, outside)).toMatchObject({ code: 'not_found' });
  });

  test('colleagues are listed with their presence and load, to agents of the site only', async () => {
    const { id } = await withAna();
    const eva = await server.addAgent(site, 'Eva');
    await server.store.routing.setSeat(eva.id, { teams: ['cards'] });
    const list = await read<Colleagues>(ana, `/v1/desk/conversations/${id}/colleagues`);
    expect(list?.site).toEqual({ key: site.key, name: site.title });
    expect(list?.teams).toEqual(['cards']);
    const anas = list?.agents.find((one) => one.id === ana.id);
    expect(anas?.presence).toBe('online');
    expect(anas?.load).toBeGreaterThan(0);
    expect(list?.agents.at(-1)).toMatchObject({ name: 'Eva', presence: 'offline', load: 0 });
    expect(await read(stranger, `/v1/desk/conversations/${id}/colleagues`)).toMatchObject({
      code: 'not_found',
    });
  });
});

test('who has a conversation open is told to the others who have, with what they do, and when they leave', async () => {
  const { desk, id } = await withAna();
  const bens = await deskOf(ben);
  const heardBy: [string, string][] = [];
  desk.socket.on('colleague', ({ agent, doing }) => heardBy.push([agent.name, doing]));
  // Not before they watch it: nobody tells of a conversation that they may not read.
  bens.socket.emit('conversation:look', { conversationId: id, doing: 'noting' });
  await bens.watch(id);
  bens.socket.emit('conversation:look', { conversationId: id, doing: 'reading' });
  bens.socket.emit('conversation:look', { conversationId: id, doing: 'noting' });
  await expect.poll(() => heardBy.length).toBe(2);
  bens.close();
  await expect
    .poll(() => heardBy)
    .toEqual([
      ['Ben', 'reading'],
      ['Ben', 'noting'],
      ['Ben', 'gone'],
    ]);
});
