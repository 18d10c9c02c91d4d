import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { waitRangeOf } from '../../server/domain/wait-range.ts';

const minutes = (...waited: number[]) => waited.map((wait) => wait * 60_000);

describe('how long it usually takes', () => {
  test('is not said from a handful of waits', () => {
    expect(waitRangeOf(minutes(1, 2, 3, 4))).toBeNull();
    expect(waitRangeOf([])).toBeNull();
  });

  test('leaves out the fifth that waited least and the fifth that waited longest', () => {
    expect(waitRangeOf(minutes(0, 3, 4, 5, 5, 6, 6, 7, 8, 60))).toEqual({
      fromMs: 4 * 60_000,
      toMs: 8 * 60_000,
    });
  });

  test('never says less than a minute', () => {
    expect(waitRangeOf([100, 200, 300, 400, 500])).toEqual({ fromMs: 0, toMs: 60_000 });
  });

  test('is a range in whole minutes that most of the waits are in, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_600_000), { minLength: 5, maxLength: 60 }), (waited) => {
        const range = waitRangeOf(waited);
        if (range === null) throw new Error('five are enough');
        const { fromMs, toMs } = range;
        expect([fromMs % 60_000, toMs % 60_000]).toEqual([0, 0]);
        const within = waited.filter((wait) => wait >= fromMs && wait <= toMs).length;
        expect(within).toBeGreaterThanOrEqual(Math.floor(waited.length * 0.6));
        expect(waitRangeOf(waited.toReversed())).toEqual(range);
      }),
    );
  });
});
