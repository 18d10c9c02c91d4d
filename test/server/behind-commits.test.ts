import { getEventListeners } from 'node:events';
import { performance as nodePerformance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import behindCommits from '../../server/plugins/behind-commits.ts';
import bus, { type Committed } from '../../server/plugins/bus.ts';

let app: FastifyInstance;
const controllers: AbortController[] = [];
beforeEach(async () => {
  controllers.length = 0;
  class Seen extends AbortController {
    constructor() {
      super();
      controllers.push(this);
    }
  }
  vi.stubGlobal('AbortController', Seen);
  app = Fastify();
  await app.register(bus);
  await app.register(behindCommits);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await app.close();
});

const ids = Array.from({ length: 60 }, (_, at) => `conversation ${at}`);
const commitAll = () => {
  for (const id of ids)
    app.bus.emit('committed', { conversation: { id }, facts: [] } as unknown as Committed);
};
const unread = async () => null;

test('what is read behind the commits is read in portions, and leaves no listener behind for each', async () => {
  const read: string[] = [];
  app.keepBehindCommits({
    what: 'nothing',
    read: async ([first, ...left]) => {
      if (first !== undefined) read.push(first);
      return left;
    },
    unread,
  });
  await app.ready();
  commitAll();
  await expect.poll(() => read.length, { timeout: 20_000 }).toBe(ids.length);
  expect(read.toSorted()).toEqual(ids.toSorted());
  // One for each loop that rests right now: for commits, for the round, and for what is due.
  const listeners = controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'));
  expect(listeners.length).toBeLessThan(4);
});

test('those who read take turns, so that messages do not wait for all of them', async () => {
  const [done, before] = [new Map<string, number>(), vi.fn()];
  let reading = 0;
  for (const what of ['search', 'insights', 'questions']) {
    app.keepBehindCommits({
      what,
      read: async ([first, ...left]) => {
        reading += 1;
        before(reading);
        // Whoever else may read now begins before this one goes on.
        await nextTurn();
        reading -= 1;
        if (first !== undefined) done.set(what, (done.get(what) ?? 0) + 1);
        // One whose part cannot be read now holds up nobody.
        if (what === 'insights' && done.get(what) === 1) throw new Error('the database is away');
        return left;
      },
      unread,
    });
  }
  await app.ready();
  commitAll();
  await expect.poll(() => [done.get('search'), done.get('questions')], { timeout: 20_000 }).toEqual([60, 60]);
  await expect.poll(() => done.get('insights'), { timeout: 20_000 }).toBe(61);
  expect(Math.max(...before.mock.calls.map(([at]) => Number(at)))).toBe(1);
});

test('a stop waits for nobody’s rest, nor for who waits for their turn behind it', async () => {
  // A process that is never idle: whoever has read for a second rests for the next 49.
  vi.spyOn(nodePerformance, 'eventLoopUtilization').mockReturnValue({ idle: 0, active: 1, utilization: 1 });
  const begun: string[] = [];
  for (const what of ['search', 'insights', 'questions']) {
    app.keepBehindCommits({
      what,
      read: async () => {
        begun.push(what);
        await setTimeout(3_000);
        return [];
      },
      unread,
    });
  }
  await app.ready();
  commitAll();
  await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(1);
  await app.close();
  expect(begun.length).toBe(1);
});
