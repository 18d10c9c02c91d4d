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
      hear: (line) => heard.push(line),
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

  test('lines that are long leave in parts that no subscriber is ended for', async () => {
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

  test('a stop waits for the last words', async () => {
    const [a, b] = [await openNode(), await openNode()];
    a.tell('goodbye');
    await a.close();
    open.splice(open.indexOf(a), 1);
    await eventually(() => b.heard).toEqual(['goodbye']);
  });
});
