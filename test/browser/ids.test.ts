import { afterEach, describe, expect, test, vi } from 'vitest';
import { uuidv7 } from '../../browser/ids.ts';
import { uuidPattern } from '../../protocol/ids.ts';

const msOf = (id: string) => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

afterEach(() => {
  vi.useRealTimers();
});

describe('an id made in the browser', () => {
  test('has the layout of RFC 9562 version 7 and the form that the protocol asks for', () => {
    const before = Date.now();
    const id = uuidv7();
    expect(id).toMatch(new RegExp(uuidPattern));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(msOf(id)).toBeGreaterThanOrEqual(before);
    expect(msOf(id)).toBeLessThanOrEqual(Date.now());
  });

  test('is greater than the one before it, a hundred thousand times', () => {
    const pattern = new RegExp(uuidPattern);
    const ids = Array.from({ length: 100_000 }, uuidv7);
    expect(ids.every((id) => pattern.test(id))).toBe(true);
    expect(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? ''))).toBe(true);
    expect(new Set(ids.map((id) => id.slice(19))).size).toBeGreaterThan(99_990);
  });

  test('stays in order when the clock is set back, and follows it when it goes on', () => {
    vi.useFakeTimers({ now: Date.now() + 3_600_000 });
    const ahead = uuidv7();
    vi.setSystemTime(Date.now() - 7_200_000);
    const back = Array.from({ length: 10_000 }, uuidv7);
    vi.setSystemTime(Date.now() + 10_800_000);
    const later = uuidv7();
    const all = [ahead, ...back, later];
    expect(all).toEqual([...all].sort());
    expect(new Set(all).size).toBe(all.length);
    expect(msOf(later)).toBe(Date.now());
  });
});
