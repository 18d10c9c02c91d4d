import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { echo, startTestBot, type TestBot } from '../support/bot.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let bot: TestBot;
let site: Site;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  bot = await startTestBot(echo);
  site = await server.addSite({ kind: 'http', url: bot.url, secret: 'test secret' });
});
afterAll(async () => {
  await server.close();
  await bot.close();
});

describe('the main path over the protocol', () => {
  test('a customer asks, reaches a person, says what was wrong, and the agent hands back and resolves', async () => {
    const agent = await server.addAgent(site, 'Ana', 'lead');
    const desk = await connectAgent(server.url, agent.cookie);
    const customer = await connectCustomer(server.url, site.key);
    const { conversationId } = customer;

    expect(await customer.send('message:send', { text: 'Where is my card?' })).toMatchObject({
      ok: true,
      isRepeat: false,
    });
    const answer = await customer.until('answer.ended');
    expect(answer).toMatchObject({
      turn: 1,
      outcome: 'answered',
      text: 'You asked: Where is my card?',
      failure: null,
    });

    await customer.send('feedback:give', { turn: 1, verdict: 'down', reasons: ['wrong'], comment: 'no' });
    const onDesk = new Promise((resolve) =>
      desk.socket.once('summaries', ({ conversations }) => resolve(conversations[0])),
    );
    const place = new Promise((resolve) => customer.socket.once('queue:place', resolve));
    expect(await customer.send('handoff:request', {})).toMatchObject({ ok: true });
    expect(await onDesk).toMatchObject({
      id: conversationId,
      status: 'waiting',
      downvotes: 1,
      topic: 'Where is my card?',
    });
    expect(await place).toEqual({ conversationId, place: 1, isAnyoneOnline: true, wait: null });

    await desk.watch(conversationId);
    expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    expect((await customer.until('handoff.accepted')).agent).toEqual({ id: agent.id, name: 'Ana' });

    const typing = new Promise((resolve) => customer.socket.once('typing', resolve));
    desk.socket.emit('typing', { conversationId, isTyping: true });
    expect(await typing).toMatchObject({ isTyping: true, agent: { name: 'Ana' } });
    const typingBack = new Promise((resolve) => desk.socket.once('typing', resolve));
    customer.socket.emit('typing', { conversationId, isTyping: true });
    expect(await typingBack).toEqual({ conversationId, isTyping: true });

    await desk.send('note:add', conversationId, { text: 'check the post office' });
    await desk.send('message:send', conversationId, { text: 'Hello, I look.' });
    await customer.until('message.sent', (fact) => fact.by.kind === 'agent');
    await customer.send('message:send', { text: 'Thank you' });
    await desk.until('message.sent', (fact) => fact.text === 'Thank you');
    expect(bot.asked, 'the bot is not asked while a person is in').toHaveLength(1);

    await desk.send('handoff:return', conversationId, { decision: 'A new card is on its way.' });
    expect((await customer.until('handoff.returned')).decision).toBe('A new card is on its way.');
    await customer.send('message:send', { text: 'And the old one?' });
    await customer.until('answer.ended', (fact) => fact.turn === 2);
    expect(bot.asked[1]?.history.map((line) => line.author)).toEqual([
      'customer',
      'bot',
      'agent',
      'customer',
    ]);

    await customer.send('conversation:resolve', { outcome: 'solved' });
    await customer.until('conversation.resolved');
    await customer.send('conversation:rate', { rating: 4, comment: 'good' });
    await Promise.all([customer.until('conversation.rated'), desk.until('conversation.rated')]);

    expect(customer.facts.map((fact) => fact.type)).not.toContain('note.added');
    expect(customer.seq(), 'the note is covered without being shown').toBe(desk.seq());
    expect(desk.facts.map((fact) => fact.type)).toContain('note.added');

    const headers = { cookie: agent.cookie };
    const page = await (await fetch(`${server.url}/v1/feedback`, { headers })).json();
    expect(page.total).toBe(2);
    expect(page.items.map((item: { kind: string }) => item.kind)).toEqual(['conversation', 'answer']);
    expect(page.items[1]).toMatchObject({
      verdict: 'down',
      reasons: ['wrong'],
      question: 'Where is my card?',
      answer: 'You asked: Where is my card?',
      comment: 'no',
    });
    const exported = await fetch(`${server.url}/v1/feedback/export?format=jsonl`, { headers });
    expect(exported.headers.get('handrail-total-rows')).toBe('2');
    const rows = (await exported.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.kind)).toEqual(['conversation', 'answer']);
    expect(rows[0].transcript.map((line: { text: string }) => line.text)).toContain('Hello, I look.');
    const csv = await (await fetch(`${server.url}/v1/feedback/export?format=csv`, { headers })).text();
    expect(csv).toContain('"You asked: Where is my card?"'.replaceAll('"', ''));
    customer.close();
    desk.close();
  });

  test('[D1] a repeated cid is answered as before and done once; with another body it is refused', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const cid = '0198c0de-0000-7000-8000-000000000001';
    const first = await customer.send('message:send', { text: 'once' }, cid);
    const again = await customer.send('message:send', { text: 'once' }, cid);
    expect(again).toMatchObject({ ok: true, isRepeat: true, seq: first.ok ? first.seq : -1 });
    expect(await customer.send('message:send', { text: 'other' }, cid)).toMatchObject({
      ok: false,
      code: 'cid_reused',
    });
    await customer.until('answer.ended');
    expect(customer.facts.filter((fact) => fact.type === 'message.sent')).toHaveLength(1);
    customer.close();
  });

  test('[D5] a customer who comes back gets what was said meanwhile, and only that', async () => {
    const customer = await connectCustomer(server.url, site.key);
    const { conversationId, session } = customer;
    await customer.send('message:send', { text: 'first' });
    await customer.until('answer.ended');
    const seen = customer.seq();
    customer.close();
    const elsewhere = await connectCustomer(server.url, site.key, { session, conversationId, after: seen });
    await elsewhere.send('message:send', { text: 'second' });
    await elsewhere.until('answer.ended', (fact) => fact.turn === 2);
    const back = await connectCustomer(server.url, site.key, { session, conversationId, after: seen });
    await back.until('answer.ended', (fact) => fact.turn === 2);
    expect(back.facts[0]?.seq).toBe(seen + 1);
    elsewhere.close();
    back.close();
  });

  test('[D2] many who write into one conversation at once leave no gap and no double seq', async () => {
    const customer = await connectCustomer(server.url, site.key);
    await customer.send('handoff:request', {});
    const agent = await server.addAgent(site, 'Ben');
    const desk = await connectAgent(server.url, agent.cookie);
    await desk.watch(customer.conversationId);
    await desk.send('handoff:accept', customer.conversationId, {});
    const texts = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    await Promise.all(
      texts.map((text, index) =>
        index % 2 === 0
          ? customer.send('message:send', { text })
          : desk.send('message:send', customer.conversationId, { text }),
      ),
    );
    const page = await fetch(`${server.url}/v1/conversations/${customer.conversationId}/facts`, {
      headers: { authorization: `Bearer ${customer.session.token}` },
    });
    const { facts } = (await page.json()) as { facts: { seq: number; type: string }[] };
    expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, index) => index + 1));
    expect(facts.filter((fact) => fact.type === 'message.sent')).toHaveLength(30);
    customer.close();
    desk.close();
  });

  test('[D8] asking for a person as the very first act works over plain HTTP', async () => {
    const { newSession } = await import('../support/clients.ts');
    const { token } = await newSession(server.url, site.key);
    const conversationId = '0198c0de-0000-7000-8000-00000000abcd';
    const response = await fetch(`${server.url}/v1/commands/handoff:request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ cid: '0198c0de-0000-7000-8000-00000000abce', conversationId }),
    });
    expect(await response.json()).toEqual({ ok: true, seq: 2, isRepeat: false });
    expect(response.status).toBe(200);
  });

  test('two agents who accept at once: one wins, the other is told', async () => {
    const [ben, cem] = await Promise.all([server.addAgent(site, 'Ben'), server.addAgent(site, 'Cem')]);
    const [a, b] = await Promise.all([
      connectAgent(server.url, ben.cookie),
      connectAgent(server.url, cem.cookie),
    ]);
    for (let round = 0; round < 20; round++) {
      const customer = await connectCustomer(server.url, site.key);
      await customer.send('handoff:request', {});
      const replies = await Promise.all(
        [a, b].map((desk) => desk.send('handoff:accept', customer.conversationId, {})),
      );
      expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
      expect(replies.find((reply) => !reply.ok)).toMatchObject({ code: 'not_waiting', retryable: false });
      customer.close();
    }
    a.close();
    b.close();
  });
});
