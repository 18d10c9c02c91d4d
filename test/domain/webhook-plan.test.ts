import { expect, test } from 'vitest';
import { defaultRetryMs, isToPause, nextTryAt, pauseAfterMs } from '../../server/domain/webhook-plan.ts';

const plan = { retryMs: defaultRetryMs };

test('tries come ever later, over a day in all, and then none', () => {
  const times: number[] = [0];
  for (let attempt = 1; ; attempt++) {
    const next = nextTryAt(plan, attempt, times.at(-1) ?? 0);
    if (next === null) break;
    times.push(next);
  }
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(Math.round((times.at(-1) ?? 0) / 3_600_000)).toBe(24);
});

test('a webhook is paused after many failures over hours, and by neither alone', () => {
  expect(isToPause(8, 0, pauseAfterMs)).toBe(true);
  expect(isToPause(7, 0, pauseAfterMs)).toBe(false);
  expect(isToPause(1_000, 0, pauseAfterMs - 1)).toBe(false);
});

test('with the default waits a receiver that is gone is paused before anything has failed for good', () => {
  let now = 0;
  for (let failures = 1; !isToPause(failures, 0, now); failures++) {
    const next = nextTryAt(plan, failures, now);
    expect(next).not.toBeNull();
    now = next ?? 0;
  }
});
