import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createWaitRanges, expectedWaitMs, type PastWait } from '../../server/domain/wait-estimate.ts';

const view = { place: 1, free: 0, capacity: 4, handlingMs: 400_000, responseMs: 6_000 };

describe('what arithmetic expects', () => {
  test('with a free agent only the time to accept; else one place after the other, as seats come free', () => {
    expect(expectedWaitMs({ ...view, free: 1 })).toBe(6_000);
    expect(expectedWaitMs(view)).toBe(106_000);
    expect(expectedWaitMs({ ...view, place: 3 })).toBe(306_000);
    expect(expectedWaitMs({ ...view, place: 3, free: 2 })).toBe(106_000);
  });

  test('nobody there divides by nothing', () => {
    expect(expectedWaitMs({ ...view, capacity: 0 })).toBe(406_000);
  });
});

/** Waits that took between half and double of what was expected, evenly spread. */
const spread = (count: number, told: PastWait['told'] = null): PastWait[] =>
  Array.from({ length: count }, (_, at) => {
    const expectedMs = 10_000 * (1 + (at % 10));
    return {
      expectedMs,
      waitedMs: Math.round((expectedMs + 1_000) * (0.5 + (1.5 * ((at * 7) % count)) / count)),
      told,
    };
  });

describe('the range', () => {
  test('is not made of fewer than 25 waits', () => {
    expect(createWaitRanges(spread(24))(10_000)).toBeNull();
    expect(createWaitRanges(spread(25))(10_000)).not.toBeNull();
  });

  test('goes with what is expected, and with how wrong it was before', () => {
    const near = createWaitRanges(spread(400))(10_000);
    const far = createWaitRanges(spread(400))(100_000);
    expect((near?.toMs ?? 0) / 11_000).toBeGreaterThan(1.6);
    expect((near?.toMs ?? 0) / 11_000).toBeLessThanOrEqual(2);
    expect((near?.fromMs ?? 0) / 11_000).toBeGreaterThanOrEqual(0.5);
    expect((near?.fromMs ?? 0) / 11_000).toBeLessThan(0.9);
    expect((far?.toMs ?? 0) / (near?.toMs ?? 1)).toBeGreaterThan(7);
  });

  test('that was missed too often is told wider, and one that always held narrower', () => {
    const width = (told: PastWait['told']) => {
      const range = createWaitRanges(spread(200, told))(50_000);
      return (range?.toMs ?? 0) - (range?.fromMs ?? 0);
    };
    const missed = width({ fromMs: 0, toMs: 1 });
    const held = width({ fromMs: 0, toMs: 10_000_000 });
    expect(missed).toBeGreaterThan(width(null));
    expect(held).toBeLessThan(width(null));
  });

  test('is a range, wider for a larger share, whatever the past', () => {
    const one = fc.record({
      expectedMs: fc.nat(1_000_000),
      waitedMs: fc.nat(5_000_000),
      told: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(one, { minLength: 25, maxLength: 120 }), (expectedMs, past) => {
        const usual = createWaitRanges(past)(expectedMs);
        const wide = createWaitRanges(past)(expectedMs, 0.95);
        if (usual === null || wide === null) throw new Error('enough is known');
        expect(usual.fromMs).toBeLessThanOrEqual(usual.toMs);
        expect(wide.fromMs).toBeLessThanOrEqual(usual.fromMs);
        expect(wide.toMs).toBeGreaterThanOrEqual(usual.toMs);
      }),
    );
  });
});
