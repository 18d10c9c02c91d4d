import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { sse, startTestBot, type TestBot } from '../support/bot.ts';
import { connectCustomer, newSession } from '../support/clients.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';
import { runServer, type ServerProcess } from './server-process.ts';

let database: { url: string; drop(): Promise<void> };
let bot: TestBot;
let asked: Promise<ServerResponse>;
let server: ServerProcess;
/** A second node on the same database: it adds the site, and takes over afterwards. */
let other: TestServer;

beforeEach(async () => {
  database = await createDatabase(inject('postgresUrl'));
  let answer: (response: ServerResponse) => void = () => undefined;
  asked = new Promise((resolve) => {
    answer = resolve;
  });
  bot = await startTestBot((_turn, response) => {
    sse(response).send('text', { text: 'Let me see' });
    answer(response);
  });
  other = await startTestServer(inject('postgresUrl'), noLimits, database.url);
  await other.addSite({ kind: 'http', url: bot.url, secret: 's' }, { key: 'pk_stop' });
  server = runServer({ DATABASE_URL: database.url, LOG_LEVEL: 'info' });
});
afterEach(async () => {
  server.kill('SIGKILL');
  await server.ended;
  await other.close();
  await bot.close();
  await database.drop();
});

describe('[D9] a server that is told to stop', () => {
  test('says goodbye, lets the running answer finish, and ends well', async () => {
    const url = await server.url;
    const customer = await connectCustomer(url, 'pk_stop');
    await customer.send('message:send', { text: 'Where is my card?' });
    const response = await asked;
    const bye = new Promise<{ retryAfterMs: number }>((resolve) =>
      customer.socket.once('server:bye', resolve),
    );
    server.kill('SIGTERM');
    const { retryAfterMs } = await bye;
    expect(retryAfterMs).toBeGreaterThanOrEqual(500);
    expect(retryAfterMs).toBeLessThanOrEqual(5_000);
    await expect(newSession(url, 'pk_stop'), 'nobody new is taken').rejects.toThrow();
    response.end('event: end\ndata: {"outcome":"answered"}\n\n');
    expect(await customer.until('answer.ended'), 'heard before the socket closed').toMatchObject({
      outcome: 'answered',
      text: 'Let me see',
    });
    expect(await server.ended).toBe(0);
    customer.close();
  });

  test('interrupts an answer that does not end, with its words kept', async () => {
    const url = await server.url;
    const customer = await connectCustomer(url, 'pk_stop');
    const { session, conversationId } = customer;
    const said = new Promise((resolve) => customer.socket.once('answer:chunk', resolve));
    await customer.send('message:send', { text: 'Where is my card?' });
    await said;
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const elsewhere = await connectCustomer(other.url, 'pk_stop', { session, conversationId });
    expect(await elsewhere.until('answer.ended')).toMatchObject({
      outcome: 'failed',
      failure: 'interrupted',
      text: 'Let me see',
    });
    expect(await elsewhere.send('answer:retry', { turn: 1 })).toMatchObject({ ok: true });
    customer.close();
    elsewhere.close();
  });
});

test('[D7] a server that is killed leaves a turn that another one ends as interrupted', async () => {
  const url = await server.url;
  const customer = await connectCustomer(url, 'pk_stop');
  const { session, conversationId } = customer;
  await customer.send('message:send', { text: 'Where is my card?' });
  await asked;
  server.kill('SIGKILL');
  await server.ended;
  const elsewhere = await connectCustomer(other.url, 'pk_stop', { session, conversationId });
  await elsewhere.until('answer.started');
  // The lease runs out after 15 s and is looked for every 5 s: longer than a client waits otherwise.
  const ended = await elsewhere.until('answer.ended').catch(() => elsewhere.until('answer.ended'));
  expect(ended).toMatchObject({ outcome: 'failed', failure: 'interrupted' });
  customer.close();
  elsewhere.close();
}, 60_000);
