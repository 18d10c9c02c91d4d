import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GuidanceAction } from '../../protocol/guidance.ts';
import {
  decideGuidance,
  evolveGuidance,
  type GuidanceCommand,
  type GuidanceStanding,
  unwritten,
} from '../../server/domain/guidance.ts';
import { newcombe, type Rate, wilson, z95OfThree } from '../../server/domain/proof/intervals.ts';
import {
  awayMs,
  backWithinMs,
  longestMs,
  stretchesOf,
  windowsOf,
  withinScope,
} from '../../server/domain/proof/stretches.ts';
import { judge, leastCases } from '../../server/domain/proof/verdict.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
const rate = fc
  .tuple(fc.nat(500), fc.nat(500))
  .map(([one, other]): Rate => ({ part: Math.min(one, other), of: Math.max(one, other) }));
const some = rate.filter(({ of }) => of > 0);

describe('intervals', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i are what the literature says', (part, of, low, high) => {
    const found = wilson({ part, of });
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('of the difference between %i in %i and %i in %i, too', (part, of, otherPart, otherOf, low, high) => {
    const found = newcombe({ part: otherPart, of: otherOf }, { part, of });
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  test('hold the share, stay between none and all, and mirror', () => {
    fc.assert(
      fc.property(some, ({ part, of }) => {
        const { low, high } = wilson({ part, of });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(part / of + 1e-12);
        expect(high).toBeGreaterThanOrEqual(part / of - 1e-12);
        const mirrored = wilson({ part: of - part, of });
        expect(mirrored.low).toBeCloseTo(1 - high, 9);
        expect(mirrored.high).toBeCloseTo(1 - low, 9);
        const more = wilson({ part: 4 * part, of: 4 * of });
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  test('of a difference turn around with its sides, and get wider with the certainty that is asked for', () => {
    fc.assert(
      fc.property(rate, rate, (before, after) => {
        const [one, other] = [newcombe(before, after), newcombe(after, before)];
        expect(one.low).toBeCloseTo(-other.high, 9);
        expect(one.high).toBeCloseTo(-other.low, 9);
        expect(one.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(one.high).toBeLessThanOrEqual(1 + 1e-12);
        const surer = newcombe(before, after, z95OfThree);
        expect(surer.low).toBeLessThanOrEqual(one.low);
        expect(surer.high).toBeGreaterThanOrEqual(one.high);
      }),
    );
  });
});

describe('a verdict', () => {
  const none: Rate = { part: 0, of: 100 };
  const side = (down: Rate, handed = none, back = none) => ({ down, handed, back });
  const of = (part: number, all = 100): Rate => ({ part, of: all });

  test('says better, worse, no difference, or that there are too few to say', () => {
    const verdict = (before: Rate, after: Rate) => judge('answer', side(before), side(after)).down.verdict;
    expect(verdict(of(40), of(10))).toBe('better');
    expect(verdict(of(10), of(40))).toBe('worse');
    expect(verdict(of(20), of(17))).toBe('no_difference');
    expect(verdict(of(19, 19), of(0))).toBe('too_few');
    expect(verdict(of(20, 20), of(0, 20))).toBe('better');
    expect(verdict(of(0, 0), of(0))).toBe('too_few');
  });

  test('of one measure that got worse is the verdict of all', () => {
    const found = judge('answer', side(of(40), of(5)), side(of(5), of(40)));
    expect(found).toMatchObject({
      down: { verdict: 'better' },
      handed: { verdict: 'worse' },
      verdict: 'worse',
    });
  });

  test('does not hold against a guidance for people that it brings them', () => {
    const found = judge('person', side(of(40), of(5)), side(of(5), of(100)));
    expect(found).toMatchObject({ handed: { verdict: 'intended' }, verdict: 'better' });
  });

  test('turns around with its sides, and is never given on too few', () => {
    const turned = { better: 'worse', worse: 'better' } as const;
    fc.assert(
      fc.property(rate, rate, (before, after) => {
        const there = judge('answer', side(before), side(after)).down.verdict;
        const back = judge('answer', side(after), side(before)).down.verdict;
        expect(back).toBe(there === 'better' || there === 'worse' ? turned[there] : there);
        if (Math.min(before.of, after.of) < leastCases) expect(there).toBe('too_few');
      }),
    );
  });

  test('is wrong on no more than one in twenty guidances that change nothing', () => {
    // Of all that 60 cases on each side may say where one in five goes wrong, by its probability.
    const probability = Array.from({ length: 61 }, () => 0);
    let term = 0.8 ** 60;
    for (let part = 0; part <= 60; part += 1) {
      probability[part] = term;
      term *= ((60 - part) / (part + 1)) * (0.2 / 0.8);
    }
    let misjudged = 0;
    for (let before = 0; before <= 60; before += 1) {
      for (let after = 0; after <= 60; after += 1) {
        const { verdict } = judge('answer', side(of(before, 60)), side(of(after, 60))).down;
        if (verdict !== 'no_difference') misjudged += (probability[before] ?? 0) * (probability[after] ?? 0);
      }
    }
    expect(misjudged).toBeLessThan(0.05 / 3);
  });
});

describe('stretches', () => {
  type Make = (standing: GuidanceStanding) => GuidanceCommand;
  const command = fc.constantFrom<Make[]>(
    ({ newest }) => ({
      name: 'write',
      base: newest,
      content: { kind: 'answer', text: 'So.', examples: ['Why?'], scope: {} },
    }),
    ({ newest }) => ({ name: 'propose', version: newest }),
    ({ newest }) => ({ name: 'approve', version: newest }),
    () => ({ name: 'retire' }),
    () => ({ name: 'roll_back', version: 1 }),
    ({ newest }) => ({ name: 'roll_back', version: newest }),
  );

  test('follow one another without overlap, and the last is open as long as something is live', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let standing: GuidanceStanding = unwritten;
        const steps: { seq: number; action: GuidanceAction; version: number; at: number }[] = [];
        for (const make of commands) {
          const move = decideGuidance(standing, make(standing), 'ana', { isApprovedByTwo: false });
          if (typeof move === 'string') continue;
          standing = evolveGuidance(standing, move);
          steps.push({ ...move, seq: standing.seq, at: steps.length * 10 });
        }
        const stretches = stretchesOf(steps);
        stretches.forEach(({ from, until }, at) => {
          const next = stretches[at + 1];
          if (next === undefined) return;
          expect(until).toBeGreaterThan(from);
          expect(until).toBeLessThanOrEqual(next.from);
        });
        const open = stretches.filter(({ until }) => until === null);
        expect(open.map(({ version }) => version)).toEqual(standing.live === null ? [] : [standing.live]);
      }),
    );
  });

  test('reach as far as their scope lets them', () => {
    const stretch = { seq: 3, version: 1, from: 10, until: null };
    expect(withinScope(stretch, {})).toEqual(stretch);
    expect(withinScope(stretch, { from: 20, until: 30 })).toMatchObject({ from: 20, until: 30 });
    expect(withinScope({ ...stretch, until: 15 }, { from: 20 })).toBeNull();
  });

  test('are compared with as much time before, 72 hours at least and eight weeks at most', () => {
    const windows = (lasted: number, until: number | null = null) =>
      windowsOf({ from: 1_000 * day, until }, 1_000 * day + lasted);
    expect(windows(hour).before).toEqual({ from: 997 * day, to: 1_000 * day });
    expect(windows(hour).after).toEqual({ from: 1_000 * day, to: 1_000 * day + hour });
    expect(windows(10 * day).before.from).toBe(990 * day);
    const long = windows(100 * day);
    expect(long.after.to - long.after.from).toBe(longestMs);
    expect(long.before.to - long.before.from).toBe(longestMs);
    const ended = windows(100 * day, 1_005 * day);
    expect(ended).toMatchObject({ before: { from: 995 * day }, after: { to: 1_005 * day } });
    expect(ended.finalAt).toBe(1_005 * day + backWithinMs + awayMs);
  });
});
