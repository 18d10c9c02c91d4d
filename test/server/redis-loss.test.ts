import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env.CI === 'true') throw new Error('redis-server is required and not installed');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** As docs/operating.md has it, which says that these rights are enough. */
const rights = '~handrail-* &handrail-* &socket.io* -@all +@stream +@pubsub +@connection';

/** A Redis of our own, so that it can be taken away. */
async function startRedis(port: number): Promise<ChildProcess> {
  const user = ['--user', 'handrail', 'on', '>secret', ...rights.split(' ')];
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...user,
  ];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/tmp' });
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text) => String(text).includes('Ready to accept') && resolve());
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test('the rights that the docs give to a user of Redis are those that are tried here', () => {
  expect(readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')).toContain(rights);
});

describe.skipIf(!hasRedis)('two servers whose Redis goes away while they run', () => {
  let database: { url: string; drop(): Promise<void> };
  let port: number;
  let redis: ChildProcess;
  let a: TestServer;
  let b: TestServer;
  let site: Site;
  const status = async ({ url }: TestServer) => {
    const response = await fetch(`${url}/readyz`);
    return [response.status, ((await response.json()) as { status: string }).status];
  };

  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    port = await freePort();
    redis = await startRedis(port);
    const settings = { ...noLimits, redisUrl: `redis://handrail:secret@127.0.0.1:${port}` };
    a = await startTestServer(inject('postgresUrl'), settings, database.url);
    b = await startTestServer(inject('postgresUrl'), settings, database.url);
    site = await a.addSite({ kind: 'page' });
    await vi.waitFor(async () => expect([await status(a), await status(b)]).toEqual([both, both]));
  }, 60_000);
  const both = [200, 'ready'];
  afterAll(async () => {
    await a.close();
    await b.close();
    await end(redis);
    await database.drop();
  });

  /** A customer and an agent on one server: the agent reads along, live. */
  async function readAlong(server: TestServer) {
    const customer = await connectCustomer(server.url, site.key);
    const desk = await connectAgent(server.url, (await server.addAgent(site)).cookie);
    await customer.send('handoff:request', {});
    await desk.watch(customer.conversationId);
    return { customer, desk };
  }

  test.each(['dies', 'hangs'])('when it %s each serves its own, live and acknowledged', async (how) => {
    const { customer, desk } = await readAlong(a);
    const { session, conversationId } = customer;
    const elsewhere = await connectCustomer(b.url, site.key, { session, conversationId });
    if (how === 'dies') {
      await end(redis);
      await vi.waitFor(async () => expect(await status(a)).toEqual([200, 'degraded']));
    } else redis.kill('SIGSTOP');

    expect(await customer.send('message:send', { text: 'are you there?' })).toMatchObject({ ok: true });
    await desk.until('message.sent', (fact) => fact.text === 'are you there?');
    expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    await customer.until('handoff.accepted');

    // What the other server did not hear of is not lost: a reader who comes there gets all of it, and also what the
    // other server wrote by itself (where the customer stands), which this one does not hear of.
    const late = await connectCustomer(b.url, site.key, { session, conversationId });
    await late.until('handoff.accepted');
    const seqs = late.facts.map((fact) => fact.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs).toEqual(expect.arrayContaining(customer.facts.map((fact) => fact.seq)));

    // Who stayed there all the time learns of it as soon as Redis is back, and not with the heads of every 30 s.
    const told =
      how === 'hangs'
        ? elsewhere.until('handoff.accepted')
        : new Promise((resolve) => elsewhere.socket.once('head', resolve));
    if (how === 'dies') redis = await startRedis(port);
    else redis.kill('SIGCONT');
    expect(await told).toMatchObject(
      how === 'hangs' ? { type: 'handoff.accepted' } : { conversationId, seq: expect.any(Number) },
    );
    await vi.waitFor(async () => expect([await status(a), await status(b)]).toEqual([both, both]), 15_000);
    // And news goes across again.
    let round = 0;
    await vi.waitFor(
      async () => {
        round += 1;
        await desk.send('message:send', conversationId, { text: `again ${round}` });
        expect(elsewhere.facts.some((fact) => fact.type === 'message.sent' && fact.by.kind === 'agent')).toBe(
          true,
        );
      },
      { timeout: 20_000, interval: 200 },
    );
    for (const one of [customer, elsewhere, late, desk]) one.close();
  });
});
