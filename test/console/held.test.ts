import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHeld, isDeclining, isLeaving, undoMs } from '../../console/inbox/held.ts';

let declined: string[];
let isReached: boolean;
beforeEach(() => {
  declined = [];
  isReached = true;
  vi.useFakeTimers();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const done = async () => null;
/** One console; a second one of the same agent finds what the first has left. */
const desk = (agentId: string) =>
  createHeld(
    agentId,
    {
      resolve: done,
      handBack: done,
      transfer: done,
      keepPromise: done,
      cancelPromise: done,
      async decline(id) {
        declined.push(id);
        return null;
      },
    },
    () => isReached,
    () => undefined,
  );

test.each([
  ['has long to go', 60_000, undoMs],
  ['ends before that, a second earlier', 3_000, 2_000],
  ['is about to end, at once', 500, 0],
])('an offer that %s is declined in time, and not before', async (_what, leftMs, afterMs) => {
  const held = desk(`agent-${leftMs}`);
  held.hold('c1', { kind: 'decline', until: Date.now() + leftMs });
  expect(isDeclining(held.current.peek(), 'c1')).toBe(true);
  expect(isLeaving(held.current.peek(), 'c1'), 'nobody is left: they can still be accepted').toBe(false);
  await vi.advanceTimersByTimeAsync(Math.max(0, afterMs - 1));
  if (afterMs > 0) expect(declined).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(declined).toEqual(['c1']);
  held.close();
});

test('what is undone is not declined, then or after a reload', async () => {
  const held = desk('undoing');
  held.hold('c1', { kind: 'decline', until: Date.now() + 60_000 });
  held.undo();
  const again = desk('undoing');
  await vi.advanceTimersByTimeAsync(undoMs * 2);
  expect(declined).toEqual([]);
  held.close();
  again.close();
});

test('after a reload what is still offered is declined, and what the offer’s end has settled is forgotten', async () => {
  isReached = false;
  desk('reloading').hold('c1', { kind: 'decline', until: Date.now() + 30_000 });
  await vi.advanceTimersByTimeAsync(10_000);
  const soon = desk('reloading');
  expect(isDeclining(soon.current.peek(), 'c1')).toBe(true);
  await vi.advanceTimersByTimeAsync(30_000);
  const late = desk('reloading');
  expect(late.current.peek()).toBeNull();
  expect(declined).toEqual([]);
});
