import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplayCheck, ReplayVerdict } from '../../protocol/replay.ts';
import { checked, isRight, likeness, usualChecks } from '../../server/domain/replay/checks.ts';
import { countsOf, isFailure, meaningOf, type Seen, verdictOf } from '../../server/domain/replay/verdict.ts';
import { wordDiff } from '../../server/domain/replay/word-diff.ts';

const words = fc
  .array(fc.oneof(fc.constantFrom('the', 'card', 'comes', '5', 'days', 'not', '\n', '  '), fc.string()), {
    maxLength: 40,
  })
  .map((parts) => parts.join(' '));

describe('the difference of two answers', () => {
  const shown = (without: string, given: string) =>
    wordDiff(without, given).map(({ in: where, text }) => [where, text]);

  test('is told word by word, with what both say in between', () => {
    expect(shown('Cards take 14 days here.', 'Cards take five days.')).toEqual([
      ['both', 'Cards take'],
      ['without', ' 14'],
      ['with', ' five'],
      ['both', ' days'],
      ['without', ' here'],
      ['both', '.'],
    ]);
    expect(shown('Same.', 'Same.')).toEqual([['both', 'Same.']]);
    expect(shown('', 'New.')).toEqual([['with', 'New.']]);
    expect(shown('', '')).toEqual([]);
  });

  test('gives either answer back, letter by letter, and never the same kind of part twice in a row', () => {
    fc.assert(
      fc.property(words, words, (without, given) => {
        const parts = wordDiff(without, given);
        const only = (other: 'with' | 'without') =>
          parts.flatMap((part) => (part.in === other ? [] : [part.text])).join('');
        expect(only('with')).toBe(without);
        expect(only('without')).toBe(given);
        for (const [at, part] of parts.entries()) expect(part.in).not.toBe(parts[at + 1]?.in);
      }),
    );
  });

  test('of answers that are too long for it is one piece, and gives them back all the same', () => {
    const [one, other] = [' a b'.repeat(2_000), ' c d'.repeat(2_000)];
    expect(shown(`x${one}`, `x${other}`)).toEqual([
      ['both', 'x'],
      ['without', one],
      ['with', other],
    ]);
  });
});

describe('checks', () => {
  const passed = (...given: Parameters<typeof checked>) => checked(...given).map((one) => one.passed);

  test('look for words whatever their case, markdown and blanks', () => {
    const answer = 'Cards arrive within **five**\n working days. Cost: 20 €';
    expect(passed({ contains: ['FIVE working', '20 €', 'six'] }, answer, null)).toEqual([true, true, false]);
    expect(passed({ notContains: ['14 days', 'within five'] }, answer, null)).toEqual([true, false]);
  });

  test('see likeness, but no likeness in the opposite or in another number', () => {
    const similar = { text: 'Refunds take 5 days.', atLeast: 0.5 };
    expect(passed({ similar }, 'Refunds take 5 days.', null)).toEqual([true]);
    expect(passed({ similar }, 'A refund takes 5 days, as a rule.', null)).toEqual([false]);
    expect(passed({ similar: { ...similar, atLeast: 0.3 } }, 'A refund takes 5 days.', null)).toEqual([true]);
    expect(passed({ similar }, 'Refunds do not take 5 days.', null)).toEqual([false]);
    expect(passed({ similar }, 'Refunds take 14 days.', null)).toEqual([false]);
  });

  test('say what the judge said, and nothing where it was silent', () => {
    expect(passed({ judge: 'Names the days.' }, 'Five days.', true)).toEqual([true]);
    expect(passed({ judge: 'Names the days.' }, 'Five days.', null)).toEqual([null]);
  });

  test('hold together only if each does; one that could not be told is no yes, and no no', () => {
    const check = (...all: (boolean | null)[]): ReplayCheck[] =>
      all.map((one) => ({ check: 'contains', wanted: 'x', passed: one }));
    expect(isRight(check(true, true))).toBe(true);
    expect(isRight(check(true, null))).toBeNull();
    expect(isRight(check(null, false))).toBe(false);
    expect(isRight([])).toBeNull();
  });

  test('of nobody: an answer is held against its own words, a hint and a line before a person against nothing', () => {
    expect(usualChecks('answer', 'Five days.')).toMatchObject({ similar: { text: 'Five days.' } });
    expect([usualChecks('hint', 'x'), usualChecks('person', 'x')]).toEqual([{}, {}]);
  });

  test('likeness is the same both ways, from 0 to 1, and whole between a text and itself', () => {
    fc.assert(
      fc.property(words, words, (one, other) => {
        const alike = likeness(one, other);
        expect(alike).toBe(likeness(other, one));
        expect(alike).toBeGreaterThanOrEqual(0);
        expect(alike).toBeLessThanOrEqual(1);
        if (/[a-z]/.test(one)) expect(likeness(one, one)).toBe(1);
      }),
    );
  });
});

describe('verdicts', () => {
  const yes: ReplayCheck[] = [{ check: 'contains', wanted: 'x', passed: true }];
  const no: ReplayCheck[] = [{ check: 'contains', wanted: 'x', passed: false }];
  const silent: ReplayCheck[] = [{ check: 'judge', wanted: 'x', passed: null }];
  const fine: Seen = {
    kind: 'must_get',
    isApplied: true,
    hasFailed: false,
    checks: yes,
    checksAlone: yes,
    wasRightBefore: false,
  };
  const cases: [string, Partial<Seen>, ReplayVerdict][] = [
    ['a question that gets it, with an answer that passes', {}, 'passed'],
    ['one that has no checks', { checks: [], checksAlone: [] }, 'passed'],
    ['one that the bot alone gets wrong, as before', { checksAlone: no }, 'passed'],
    ['one that does not get it, though the bot knows', { isApplied: false }, 'missed'],
    ['one whose answer does not pass', { checks: no }, 'wrong'],
    ['one that the bot alone answered right before', { checksAlone: no, wasRightBefore: true }, 'relapsed'],
    ['one that it answers right as before', { wasRightBefore: true }, 'passed'],
    ['one that the bot did not answer', { hasFailed: true, checks: [] }, 'unasked'],
    ['one that nobody judged', { checks: silent }, 'unjudged'],
    ['one that nobody judged, and that fails anyway', { checks: [...silent, ...no] }, 'wrong'],
    ['a neighbour that stays as it is', { kind: 'neighbour', isApplied: false }, 'passed'],
    ['a neighbour that gets it', { kind: 'neighbour' }, 'changed'],
    ['a neighbour that gets it while the bot is down', { kind: 'neighbour', hasFailed: true }, 'changed'],
    ['a neighbour without an answer', { kind: 'neighbour', isApplied: false, hasFailed: true }, 'unasked'],
  ];
  test.each(cases)('%s', (_, change, verdict) => {
    expect(verdictOf({ ...fine, ...change })).toBe(verdict);
  });

  test('a run passes only if it is through and nothing failed or stayed open', () => {
    const verdict = fc.constantFrom<ReplayVerdict | null>(
      'passed',
      'missed',
      'wrong',
      'relapsed',
      'changed',
      'unjudged',
      'unasked',
      null,
    );
    fc.assert(
      fc.property(fc.array(verdict), fc.boolean(), (verdicts, isDone) => {
        const counts = countsOf(verdicts);
        const asked = verdicts.filter((one) => one !== null);
        expect(counts.passed + counts.failed + counts.open).toBe(asked.length);
        const hasFailed = asked.some(isFailure);
        const isGreen = isDone && asked.every((one) => one === 'passed');
        expect(meaningOf(isDone, counts)).toBe(hasFailed ? 'failed' : isGreen ? 'passed' : 'unknown');
      }),
    );
  });
});
