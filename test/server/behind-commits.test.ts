import { EventEmitter, getEventListeners } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { keepBehindCommits } from '../../server/plugins/behind-commits.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('what is read behind the commits is read in portions, and leaves no listener behind for each', async () => {
  const controllers: AbortController[] = [];
  class Seen extends AbortController {
    constructor() {
      super();
      controllers.push(this);
    }
  }
  vi.stubGlobal('AbortController', Seen);
  const bus = new EventEmitter();
  const hooks = new Map<string, () => Promise<void>>();
  const addHook = (name: string, work: () => Promise<void>) => hooks.set(name, work);
  const read: string[] = [];
  keepBehindCommits({ bus, log: { warn: vi.fn() }, addHook } as unknown as FastifyInstance, {
    what: 'nothing',
    read: async ([first, ...left]) => {
      if (first !== undefined) read.push(first);
      return left;
    },
    unread: async () => null,
  });
  await hooks.get('onReady')?.();
  const ids = Array.from({ length: 60 }, (_, at) => `conversation ${at}`);
  for (const id of ids) bus.emit('committed', { conversation: { id }, facts: [] });
  await expect.poll(() => read.length, { timeout: 20_000 }).toBe(ids.length);
  expect(read.toSorted()).toEqual(ids.toSorted());
  // One for each loop that rests right now: for commits, for the round, and for what is due.
  const listeners = controllers.flatMap(({ signal }) => getEventListeners(signal, 'abort'));
  expect(listeners.length).toBeLessThan(4);
  await hooks.get('onClose')?.();
});
