import { pino } from 'pino';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createOtherNodes } from '../../server/plugins/other-nodes.ts';
import { hasRedis, type OwnRedis, startRedis } from '../chaos/support/redis.ts';
import { eventually } from '../support/eventually.ts';

if (!hasRedis() && process.env.CI === 'true') throw new Error('redis-server is required and not installed');

describe.skipIf(!hasRedis())('nodes that hear each other over a Redis', () => {
  let redis: OwnRedis;
  const open: { close(): unknown }[] = [];
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
    await redis.kill();
  });

  async function connect() {
    const client = createClient({ url: redis.url });
    client.on('error', () => undefined);
    await client.connect();
    open.push({ close: () => client.destroy() });
    return client;
  }

  /** A node that listens. The `missed` of its own beginning is not counted. */
  async function openNode(channel = 'news') {
    const client = await connect();
    const heard: string[] = [];
    const onMissed = vi.fn();
    const node = createOtherNodes({
      redis: client,
      channel,
      hear(line) {
        if (line === 'nonsense') throw new Error('what is this?');
        heard.push(line);
      },
      onMissed,
      log: pino({ level: 'silent' }),
    });
    open.push(node);
    await eventually(node.isLinked).toBe(true);
    onMissed.mockClear();
    return { ...node, client, heard, onMissed };
  }

  test('each hears the others, in their order, and not itself', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const elsewhere = await openNode('news of others');
    a.tell('one');
    a.tell('two');
    await eventually(() => b.heard).toEqual(['one', 'two']);
    b.tell('three');
    await eventually(() => a.heard).toEqual(['three']);
    expect(elsewhere.heard).toEqual([]);
    expect([a.onMissed, b.onMissed].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('what is told while some is on its way leaves together', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const published = vi.spyOn(a.client, 'publish');
    const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index}`);
    for (const line of lines) a.tell(line);
    await eventually(() => b.heard.length).toBe(1_000);
    expect(b.heard).toEqual(lines);
    expect(published.mock.calls.length).toBe(1);
  });

  test('lines that are long leave in parts', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const lines = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(50_000)}`);
    for (const line of lines) a.tell(line);
    await eventually(() => b.heard.length).toBe(100);
    expect(b.heard).toEqual(lines);
  });

  test('more than may wait is not kept, and the others hear that they missed some', async () => {
    const [a, b] = [await openNode(), await openNode()];
    for (let index = 0; index < 300; index++) a.tell(`${index} ${'x'.repeat(50_000)}`);
    await eventually(() => b.heard.length).toBeGreaterThan(150);
    expect(b.heard.length).toBeLessThan(170);
    // Without a word more.
    await eventually(() => b.onMissed.mock.calls.length).toBe(1);
    a.tell('and on');
    await eventually(() => b.heard.at(-1)).toBe('and on');
    expect(b.onMissed).toHaveBeenCalledTimes(1);
  });

  test('who loses the line to Redis knows of having missed some, once it is there again', async () => {
    const [a, b] = [await openNode(), await openNode()];
    const admin = await connect();
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await eventually(() => b.onMissed.mock.calls.length).toBeGreaterThan(0);
    await eventually(() => a.isLinked() && b.isLinked()).toBe(true);
    a.tell('again');
    await eventually(() => b.heard).toContain('again');
  });

  test('a Redis that comes back empty links them again, and what could not be told is known to be missing', async () => {
    const [a, b] = [await openNode(), await openNode()];
    await redis.kill();
    await eventually(() => a.isLinked() || b.isLinked()).toBe(false);
    a.tell('lost');
    await redis.start();
    await eventually(() => a.isLinked() && b.isLinked()).toBe(true);
    await eventually(() => b.onMissed.mock.calls.length).toBeGreaterThan(0);
    a.tell('again');
    await eventually(() => b.heard).toEqual(['again']);
  });

  test('who could not listen at first, as Redis let nobody, listens later', async () => {
    const admin = await connect();
    await admin.sendCommand(['ACL', 'SETUSER', 'default', '-subscribe']);
    const heard: string[] = [];
    const log = pino({ level: 'silent' });
    const warned = vi.spyOn(log, 'warn');
    const node = createOtherNodes({
      redis: await connect(),
      channel: 'news',
      hear: (line) => heard.push(line),
      onMissed: () => undefined,
      log,
    });
    open.push(node);
    await eventually(() => warned.mock.calls.length).toBeGreaterThan(0);
    expect(node.isLinked()).toBe(false);
    await admin.sendCommand(['ACL', 'SETUSER', 'default', '+subscribe']);
    await eventually(node.isLinked).toBe(true);
    (await openNode()).tell('hello');
    await eventually(() => heard).toEqual(['hello']);
  });

  test('one that is closed while it connects leaves nobody who listens', async () => {
    const client = await connect();
    const heard: string[] = [];
    const node = createOtherNodes({
      redis: client,
      channel: 'news',
      hear: (line) => heard.push(line),
      onMissed: () => heard.push('missed'),
      log: pino({ level: 'silent' }),
    });
    await node.close();
    const b = await openNode();
    b.tell('hello');
    const admin = await connect();
    await eventually(() => admin.sendCommand(['PUBSUB', 'NUMSUB', 'news'])).toEqual(['news', 1]);
    expect(heard).toEqual([]);
  });

  test('a line that is not understood takes no other with it, and is known to be missing', async () => {
    const [a, b] = [await openNode(), await openNode()];
    for (const line of ['one', 'nonsense', 'two']) a.tell(line);
    await eventually(() => b.heard).toEqual(['one', 'two']);
    expect(b.onMissed).toHaveBeenCalledTimes(1);
    a.tell('three');
    await eventually(() => b.heard).toEqual(['one', 'two', 'three']);
  });

  test('a stop does not wait for a Redis that hangs', async () => {
    const a = await openNode();
    redis.hang();
    a.tell('goodbye');
    await a.close();
    redis.goOn();
  });

  test('a stop waits for the last words', async () => {
    const [a, b] = [await openNode(), await openNode()];
    a.tell('goodbye');
    await a.close();
    await eventually(() => b.heard).toEqual(['goodbye']);
  });
});
