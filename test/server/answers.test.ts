import type { ServerResponse } from 'node:http';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import type { CustomerCommands } from '../../protocol/commands.ts';
import type { AnswerChunk } from '../../protocol/events.ts';
import type { Site } from '../../server/store/sites.ts';
import { type BotBehaviour, echo, sse, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { inDatabase, noLimits } from './requests.ts';

type AnswerEndBody = Omit<CustomerCommands['answer:end'], 'cid' | 'conversationId'>;

let server: TestServer;
let bot: TestBot;
let site: Site;
let behave: BotBehaviour;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), {
    ...noLimits,
    botFirstByteMs: 600,
    botTotalMs: 8_000,
  });
  bot = await startTestBot((...args) => behave(...args));
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 's' });
});
beforeEach(() => {
  behave = echo;
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

/** A bot that begins and then waits; `closed` is done when its request has been ended from our side. */
function hangingBot(said = 'Let me see') {
  let response: ServerResponse | undefined;
  let markClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  const hang: BotBehaviour = (_turn, given) => {
    response = given;
    given.once('close', markClosed);
    sse(given).send('text', { text: said });
  };
  return { hang, closed, finish: () => response?.end('event: end\ndata: {"outcome":"answered"}\n\n') };
}

const firstChunk = (socket: Socket) =>
  new Promise<AnswerChunk>((resolve) => socket.once('answer:chunk', resolve));

describe("the company's bot, called by the server", () => {
  test('that fails leaves an honest end, and the answer can be tried again', async () => {
    behave = (_turn, response) => void response.writeHead(500).end();
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'Where is my card?' });
    expect(await customer.until('answer.ended')).toMatchObject({
      outcome: 'failed',
      failure: 'rejected',
      text: '',
    });
    behave = echo;
    expect(await customer.send('answer:retry', { turn: 1 })).toMatchObject({ ok: true });
    const again = await customer.until('answer.ended', (fact) => fact.turn === 2);
    expect(again).toMatchObject({ outcome: 'answered', text: 'You asked: Where is my card?' });
    customer.close();
  });

  test('that is silent ends at the deadline, never in an endless dot', async () => {
    behave = () => undefined;
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'hello?' });
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'failed', failure: 'timeout' });
    customer.close();
  });

  test('that asks for a person brings the customer into the queue', async () => {
    behave = (_turn, response) => {
      const stream = sse(response);
      stream.send('text', { text: 'I fetch someone.' });
      stream.send('handoff', { reason: 'a complaint' });
      stream.send('end', { outcome: 'unknown' });
      stream.end();
    };
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'This is a scandal' });
    expect(await customer.until('handoff.requested')).toMatchObject({
      reason: 'bot_asked',
      detail: 'a complaint',
      by: { kind: 'bot' },
    });
    customer.close();
  });

  test('is stopped when the customer moves on; what it said stays', async () => {
    const { hang, closed } = hangingBot();
    behave = hang;
    const customer = await connectCustomer(server.url, site.key);
    const said = firstChunk(customer.socket as Socket);
    await customer.send('message:send', { text: 'first' });
    await said;
    behave = echo;
    await customer.send('message:send', { text: 'second' });
    await closed;
    const stopped = await customer.until('answer.ended', (fact) => fact.turn === 1);
    expect(stopped).toMatchObject({ outcome: 'stopped', text: 'Let me see', failure: null });
    expect(await customer.until('answer.ended', (fact) => fact.turn === 2)).toMatchObject({
      text: 'You asked: second',
    });
    customer.close();
  });

  test('is stopped when a person joins', async () => {
    const { hang, closed } = hangingBot();
    behave = hang;
    const agent = await server.addAgent(site);
    const desk = await connectAgent(server.url, agent.cookie);
    const customer = await connectCustomer(server.url, site.key);
    const said = firstChunk(customer.socket as Socket);
    await customer.send('message:send', { text: 'first' });
    await said;
    await customer.send('handoff:request', {});
    await desk.send('handoff:accept', customer.conversationId, {});
    await closed;
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'stopped', text: 'Let me see' });
    customer.close();
    desk.close();
  });

  test('[D7] is read by an agent who opens the conversation in the middle of an answer', async () => {
    const agent = await server.addAgent(site);
    const desk = await connectAgent(server.url, agent.cookie);
    const { hang, finish } = hangingBot();
    behave = hang;
    const customer = await connectCustomer(server.url, site.key);
    const { conversationId } = customer;
    await customer.send('handoff:request', {});
    await customer.send('message:send', { text: 'Where is my card?' });
    await firstChunk(customer.socket as Socket);
    const chunk = firstChunk(desk.socket as Socket);
    await desk.watch(conversationId);
    expect(
      desk.facts.map(({ type }) => type),
      'the turn is told before its text',
    ).toContain('answer.started');
    expect(await chunk).toEqual({ conversationId, turn: 1, offset: 0, text: 'Let me see' });
    finish();
    expect(await desk.until('answer.ended')).toMatchObject({ text: 'Let me see', outcome: 'answered' });
    customer.close();
    desk.close();
  });

  test('[D7] is read by a customer who comes late from its first word on', async () => {
    const { hang, finish } = hangingBot();
    behave = hang;
    const customer = await connectCustomer(server.url, site.key);
    const { session, conversationId } = customer;
    const said = firstChunk(customer.socket as Socket);
    await customer.send('message:send', { text: 'first' });
    await said;
    const late = await connectCustomer(server.url, site.key, { session, conversationId });
    expect(await firstChunk(late.socket as Socket)).toEqual({
      conversationId,
      turn: 1,
      offset: 0,
      text: 'Let me see',
    });
    finish();
    expect(await late.until('answer.ended')).toMatchObject({ text: 'Let me see', outcome: 'answered' });
    customer.close();
    late.close();
  });

  test('whose turn breaks on our side ends as interrupted, at once', async () => {
    const broken = vi
      .spyOn(server.store.conversations, 'transcript')
      .mockRejectedValueOnce(new Error('away'));
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'first' });
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'failed', failure: 'interrupted' });
    expect(broken).toHaveBeenCalled();
    broken.mockRestore();
    customer.close();
  });

  test('whose turn cannot even be ended is ended by its lease, which is not renewed for ever', async () => {
    const broken = vi
      .spyOn(server.store.conversations, 'transcript')
      .mockRejectedValueOnce(new Error('away'));
    const ends = vi.spyOn(server.app.engine, 'forServer').mockRejectedValueOnce(new Error('away, too'));
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('message:send', { text: 'first' });
    await vi.waitFor(() => expect(ends).toHaveBeenCalled());
    broken.mockRestore();
    ends.mockRestore();
    // As if the lease had run out: only what is renewed would go on.
    await vi.waitFor(async () => {
      const rows = await inDatabase(
        server.databaseUrl,
        'update running_turns set lease_until = 0 where conversation_id = $1 returning 1',
        [customer.conversationId],
      );
      expect(rows).toHaveLength(1);
    });
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'failed', failure: 'interrupted' });
    customer.close();
  });
});

describe('a bot in the page', () => {
  const end: AnswerEndBody = {
    turn: 1,
    outcome: 'answered',
    text: 'From the page.',
    sources: [],
    failure: null,
    handoff: null,
  };
  let pageSite: Site;
  beforeAll(async () => {
    pageSite = await server.addSite({ kind: 'page' });
  });

  test('streams and ends through the customer’s browser', async () => {
    const customer = await connectCustomer(server.url, pageSite.key);
    const { session, conversationId } = customer;
    const other = await connectCustomer(server.url, pageSite.key, { session, conversationId });
    await customer.send('message:send', { text: 'hi' });
    await other.until('answer.started');
    const heard = firstChunk(other.socket as Socket);
    const chunk = { conversationId, turn: 1, offset: 0, text: 'From' };
    // Sent until it is heard: the turn may not have been taken up yet, and signals may be dropped.
    const sending = setInterval(() => customer.socket.emit('answer:chunk', chunk), 50);
    expect(await heard).toEqual(chunk);
    clearInterval(sending);
    expect(await customer.send('answer:end', end)).toMatchObject({ ok: true });
    expect(await other.until('answer.ended')).toMatchObject({ text: 'From the page.', by: { kind: 'bot' } });
    expect(await customer.send('answer:end', end)).toMatchObject({ code: 'stale_turn' });
    customer.close();
    other.close();
  });

  test('cannot speak for the bot of a site that has its own', async () => {
    const { hang, closed } = hangingBot();
    behave = hang;
    const customer = await connectCustomer(server.url, site.key);
    const said = firstChunk(customer.socket as Socket);
    await customer.send('message:send', { text: 'hi' });
    await said;
    expect(await customer.send('answer:end', end)).toMatchObject({ code: 'wrong_bot' });
    const chunk = { conversationId: customer.conversationId, turn: 1, offset: 10, text: ' a refund' };
    customer.socket.emit('answer:chunk', chunk);
    await customer.send('conversation:resolve', { outcome: 'solved' });
    expect(await customer.until('answer.ended')).toMatchObject({ text: 'Let me see' });
    await closed;
    customer.close();
  });

  test('whose page was closed ends as interrupted', async () => {
    const customer = await connectCustomer(server.url, pageSite.key);
    await customer.send('message:send', { text: 'hi' });
    await inDatabase(
      server.databaseUrl,
      'update running_turns set lease_until = 0 where conversation_id = $1',
      [customer.conversationId],
    );
    expect(await customer.until('answer.ended')).toMatchObject({ outcome: 'failed', failure: 'interrupted' });
    customer.close();
  });
});
