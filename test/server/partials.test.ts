import Fastify from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import bus from '../../server/plugins/bus.ts';
import partials from '../../server/plugins/partials.ts';
import storePlugin from '../../server/plugins/store.ts';
import type { Store } from '../../server/store/store.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a turn of a bot in the page that falls silent here is let go: its browser may go on elsewhere', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const keepPartial = vi.fn(async () => true);
  const app = Fastify();
  await app.register(bus);
  const store = { conversations: { keepPartial } } as unknown as Store;
  await app.register(storePlugin, { store });
  await app.register(partials);
  const onGone = vi.fn(() => app.partials.end('c', 1));
  app.partials.start('c', 1, { ms: 60_000, renewal: 'with_text', onGone });
  vi.advanceTimersByTime(50_000);
  app.partials.append('c', 1, 0, 'still here');
  vi.advanceTimersByTime(50_000);
  expect(onGone).not.toHaveBeenCalled();
  expect(keepPartial).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(20_000);
  expect(onGone).toHaveBeenCalledTimes(1);
  expect(app.partials.textOf('c', 1)).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
  await app.close();
});
