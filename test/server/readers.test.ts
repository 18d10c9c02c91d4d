import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Refusal } from '../../protocol/errors.ts';
import { rooms } from '../../server/plugins/realtime.ts';
import { admitOn } from '../../server/plugins/sockets.ts';
import type { Site } from '../../server/store/sites.ts';
import { connectAgent, connectCustomer } from '../support/clients.ts';
import { eventually } from '../support/eventually.ts';
import { createDatabase, startTestServer, type TestServer } from '../support/server.ts';
import { noLimits } from './requests.ts';

let database: { url: string; drop(): Promise<void> };
let server: TestServer;
let site: Site;
const open: { close(): void }[] = [];
const kept = <T extends { close(): void }>(one: T) => {
  open.push(one);
  return one;
};

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  server = await startTestServer(inject('postgresUrl'), noLimits, database.url);
  site = await server.addSite({ kind: 'page' });
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

describe('a reader who takes nothing more', () => {
  const stuckReaders = async () => {
    const { values } = await server.app.metrics.stuckReaders.get();
    return values[0]?.value ?? 0;
  };

  test('[D5] is dropped, the others are not, and it comes back by seq', async () => {
    const customer = kept(await connectCustomer(server.url, site.key));
    await customer.send('message:send', { text: 'hello' });
    const { session, conversationId } = customer;
    const seq = customer.seq();
    const stuck = kept(await connectCustomer(server.url, site.key, { session, conversationId }));
    await stuck.until('message.sent');
    const dropped = new Promise<void>((resolve) => stuck.socket.once('disconnect', () => resolve()));
    // A phone in a tunnel: the connection is there, and nothing is read from it.
    const { transport } = stuck.socket.io.engine as unknown as {
      transport: { ws: { pause(): void; resume(): void } };
    };
    transport.ws.pause();
    const before = await stuckReaders();
    const long = 'x'.repeat(60_000);
    let count = 0;
    await eventually(async () => {
      // Not through facts: what is kept for readers is what counts, not what the store holds.
      for (let index = 0; index < 10; index += 1) {
        count += 1;
        server.app.realtime.customers.to(rooms.conversation(conversationId)).emit('answer:chunk', {
          conversationId,
          turn: 1,
          offset: 0,
          text: long,
        });
      }
      return (await stuckReaders()) - before;
    }).toBe(1);
    expect(count).toBeGreaterThan(0);
    transport.ws.resume();
    await dropped;
    expect(customer.socket.connected, 'who reads is not dropped').toBe(true);
    expect(await customer.send('message:send', { text: 'meanwhile' })).toMatchObject({ ok: true });
    const back = kept(await connectCustomer(server.url, site.key, { session, conversationId, after: seq }));
    expect(await back.until('message.sent')).toMatchObject({ text: 'meanwhile' });
    expect(back.facts[0]?.seq).toBe(seq + 1);
  });
});

describe('a crowd that comes at once', () => {
  test('is let in up to a limit; the rest is told when to come again, spread', async () => {
    interface Guest {
      readonly look: PromiseWithResolvers<void>;
    }
    let middleware: ((guest: Guest, next: (error?: Error) => void) => void) | undefined;
    const namespace = {
      use(given: NonNullable<typeof middleware>) {
        middleware = given;
      },
    };
    admitOn(namespace, (guest: Guest) => guest.look.promise);
    const come = () => {
      const guest = { look: Promise.withResolvers<void>() };
      const answer = new Promise<Refusal | null>((resolve) =>
        middleware?.(guest, (error) => resolve((error as { data?: Refusal } | undefined)?.data ?? null)),
      );
      return { ...guest, answer };
    };
    const crowd = Array.from({ length: 500 }, come);
    const late = await Promise.all(Array.from({ length: 20 }, () => come().answer));
    for (const refusal of late) expect(refusal).toMatchObject({ code: 'unavailable', retryable: true });
    const waits = late.map((refusal) => refusal?.retryAfterMs ?? 0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(new Set(waits).size, 'not all at the same moment again').toBeGreaterThan(10);
    for (const { look } of crowd) look.resolve();
    expect(await Promise.all(crowd.map(({ answer }) => answer))).toEqual(crowd.map(() => null));
    const next = come();
    next.look.reject(new Error('no'));
    expect(await next.answer).toMatchObject({ code: 'internal' });
  });
});

describe('[D4] [D5] the list on a desk', () => {
  test('hears what happened on another server, though nothing carries it there', async () => {
    // Two servers without Redis: the same as when Redis is away.
    const other = await startTestServer(inject('postgresUrl'), noLimits, database.url);
    const desk = kept(await connectAgent(other.url, (await server.addAgent(site)).cookie));
    const rows: ConversationSummary[] = [];
    desk.socket.on('summaries', ({ conversations }) => rows.push(...conversations));
    const customer = kept(await connectCustomer(server.url, site.key));
    const statuses = () =>
      rows.filter(({ id }) => id === customer.conversationId).map(({ status }) => status);
    try {
      await customer.send('handoff:request', {});
      await eventually(statuses).toContain('waiting');
      await customer.send('handoff:cancel', {});
      await eventually(statuses).toContain('bot');
    } finally {
      desk.close();
      await other.close();
    }
  });
});
