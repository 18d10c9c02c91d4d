import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answeredQuestions } from '../../server/domain/proof/answered.ts';
import { type AskedQuestion, compare, countsOf, keyOf } from '../../server/domain/proof/cases.ts';
import { awayMs, backWithinMs, windowsOf } from '../../server/domain/proof/stretches.ts';
import { ask, cancel, end, factsAfter, feedback, say } from './commands.ts';

const hour = 60 * 60_000;
const day = 24 * hour;

describe('what is asked', () => {
  test('is one question however often it is tried, with the last verdict on its answers', () => {
    const [first, second] = answeredQuestions(
      factsAfter([say, end(1), feedback(1), say, end(2), ask, cancel, feedback(1, 'up')]),
    );
    expect(first).toMatchObject({ isDown: false, ledToPerson: false, guidance: null });
    expect(second).toMatchObject({ isDown: false, ledToPerson: true });
    expect(answeredQuestions(factsAfter([say, end(1), feedback(1)]))).toMatchObject([{ isDown: true }]);
    expect(answeredQuestions(factsAfter([say, end(1), { wait: 2 * day }, ask]))).toMatchObject([
      { ledToPerson: false },
    ]);
  });
});

describe('cases', () => {
  const begin = 1_000 * day;
  const now = begin + 20 * day;
  const windows = windowsOf({ from: begin, until: null }, now);
  let questions = 0;
  const asked = (askedAt: number, more: Partial<AskedQuestion> = {}): AskedQuestion => {
    questions += 1;
    return {
      conversationId: `chat ${questions}`,
      customerId: `customer ${questions}`,
      question: 2,
      text: 'When does my new card arrive?',
      askedAt,
      isDown: false,
      ledToPerson: false,
      guidance: null,
      ...more,
    };
  };
  const everything = () => true;
  const nothing: ReadonlySet<string> = new Set();
  const compared = (all: readonly AskedQuestion[], isOnTopic = everything, leftOut = nothing) =>
    compare(all, isOnTopic, leftOut, windows, now);

  test('are told apart by the beginning of the guidance', () => {
    const { before, after } = compared([
      asked(begin - 30 * day),
      asked(begin - 20 * day),
      asked(begin - 1),
      asked(begin),
      asked(now - awayMs),
      asked(now - awayMs + 1),
    ]);
    expect([before.length, after.length]).toEqual([2, 2]);
  });

  test('are of neither side where they were begun before it and went on behind', () => {
    const of = { conversationId: 'one', customerId: 'one' };
    const { before, after } = compared([
      asked(begin - 60_000, of),
      asked(begin + 60_000, { ...of, question: 5 }),
    ]);
    expect([before.length, after.length]).toEqual([0, 0]);
  });

  test('are one for all that is asked at one time, and bad if anything in it was', () => {
    const of = { conversationId: 'one', customerId: 'one' };
    const { after } = compared([
      asked(begin, of),
      asked(begin + 10 * 60_000, { ...of, question: 5, isDown: true }),
      asked(begin + 20 * 60_000, { ...of, question: 8, ledToPerson: true }),
    ]);
    expect(after).toMatchObject([{ isDown: true, isHanded: true, isBack: false }]);
  });

  test('come back within 72 hours, on the topic or in the same words, and not within the hour', () => {
    const backAfter = (afterMs: number, more: Partial<AskedQuestion> = {}, isOnTopic = everything) => {
      const of = { customerId: 'one', conversationId: 'one' };
      const { after } = compare(
        [asked(begin, of), asked(begin + afterMs, { ...of, question: 9, ...more })],
        isOnTopic,
        nothing,
        windows,
        now,
      );
      return after[0]?.isBack;
    };
    expect(backAfter(2 * hour)).toBe(true);
    expect(backAfter(hour / 2)).toBe(false);
    expect(backAfter(hour / 2, { conversationId: 'another' })).toBe(true);
    expect(backAfter(backWithinMs)).toBe(true);
    expect(backAfter(backWithinMs + 1)).toBe(false);
    expect(backAfter(2 * hour, { customerId: 'somebody else' })).toBe(false);
    const isFirst = ({ question }: AskedQuestion) => question === 2;
    expect(backAfter(2 * hour, {}, isFirst as typeof everything)).toBe(true);
    const another = { text: 'How do I change my postal address?' };
    expect(backAfter(2 * hour, another, isFirst as typeof everything)).toBe(false);
  });

  test('count for returns once their 72 hours are over', () => {
    const { after } = compared([asked(now - backWithinMs), asked(now - backWithinMs + 1)]);
    expect(countsOf(after)).toMatchObject({ down: { of: 2 }, back: { of: 1 } });
  });

  test('that the guidance was made from are left out before, and nowhere else', () => {
    const bad = asked(begin - day, { isDown: true });
    const later = asked(begin + day, { isDown: true });
    const { before, after, left } = compared(
      [bad, asked(begin - 2 * day), later],
      everything,
      new Set([keyOf(bad), keyOf(later)]),
    );
    expect([before.length, after.length, left]).toEqual([1, 1, 1]);
  });

  const drawn = fc.array(
    fc
      .record({
        chat: fc.nat(5),
        customer: fc.nat(2),
        question: fc.nat(1_000),
        at: fc.integer({ min: -25 * 24, max: 20 * 24 }),
        isDown: fc.boolean(),
        ledToPerson: fc.boolean(),
        isOn: fc.boolean(),
      })
      .map(({ chat, customer, at, isOn, ...one }) => ({
        ...asked(begin + at * hour),
        ...one,
        conversationId: `${customer} ${chat}`,
        customerId: String(customer),
        text: isOn ? 'When does my new card arrive?' : 'How do I change my postal address?',
      })),
    { maxLength: 40 },
  );
  const isCard = (({ text }: AskedQuestion) => text.includes('card')) as typeof everything;

  test('do not depend on the order in which they are read', () => {
    fc.assert(
      fc.property(drawn, (all) => {
        const unique = [...new Map(all.map((one) => [keyOf(one), one])).values()];
        const counts = ({ before, after }: ReturnType<typeof compared>) => [
          countsOf(before),
          countsOf(after),
        ];
        expect(counts(compared(unique.toReversed(), isCard))).toEqual(counts(compared(unique, isCard)));
      }),
    );
  });

  test('hold every question on the topic once at most, and none beside it', () => {
    fc.assert(
      fc.property(drawn, (all) => {
        const { before, after } = compared(all, isCard);
        const held = [...before, ...after].flatMap(({ questions: own }) => own);
        expect(new Set(held).size).toBe(held.length);
        expect(held.every(isCard)).toBe(true);
        for (const one of before) expect(one.lastAt).toBeLessThan(begin);
        for (const one of after) expect(one.askedAt).toBeGreaterThanOrEqual(begin);
      }),
    );
  });
});
