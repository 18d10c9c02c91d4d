import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateNumber, dayIn, startOfDay } from '../../server/domain/hours.ts';
import { dateOf, daysBefore, daysOf } from '../../server/domain/insights/days.ts';
import { figuresOf, pieceDays } from '../../server/domain/insights/figures.ts';
import {
  changeOf,
  type Measures,
  measuresOf,
  waitBucket,
  waitWithin,
  withBack,
} from '../../server/domain/insights/measures.ts';
import { changesAt, outcomesOf } from '../../server/domain/insights/outcome.ts';
import { cameBack, questionsOf } from '../../server/domain/insights/returns.ts';
import { silentMs, visitsOf } from '../../server/domain/insights/visits.ts';
import { questionKey } from '../../server/domain/insights/weak-answers.ts';
import { defaultPolicy, type SitePolicy } from '../../server/domain/site-policy.ts';
import { visitStories } from '../support/visit-stories.ts';
import {
  type At,
  accept,
  ask,
  cancel,
  end,
  endByCustomer,
  factsAfter,
  failed,
  feedback,
  rate,
  reply,
  resolve,
  say,
} from './commands.ts';

const hour = 3_600_000;
const day = 24 * hour;

const thresholds = { ...defaultPolicy.thresholds, failedAnswers: 0, unsureAnswers: 0 };
const outcomesAfter = (steps: readonly At[], after = 0, policy: Partial<SitePolicy> = {}) => {
  const facts = factsAfter(steps, policy);
  return outcomesOf(facts, [], (facts.at(-1)?.at ?? 0) + after);
};

describe('what became of a visit', () => {
  const ends: [string, At[], number, string[]][] = [
    ['is open while the customer may still be there', [say, end(1)], day - 1, ['open']],
    ['is contained once nothing was said for a day', [say, end(1)], day, ['contained']],
    ['is contained at once when it ended', [say, end(1), endByCustomer], 0, ['contained']],
    ['is handed over where a person was asked for', [say, end(1), ask], 0, ['handed']],
    ['is handed over even if the wish was taken back', [say, ask, cancel], day, ['handed']],
    [
      'and the next one after a day of silence is another',
      [say, end(1), { wait: day }, say],
      0,
      ['contained', 'open'],
    ],
    ['goes on within the day', [say, end(1), { wait: day - 1 }, say], 0, ['open']],
    [
      'goes on while the customer waits, however long',
      [say, ask, { wait: 3 * day }, accept()],
      0,
      ['handed'],
    ],
    ['and the next one after its end is another', [say, endByCustomer, say], 0, ['contained', 'open']],
    ['is no other one for a thumb', [say, end(1), { wait: 2 * day }, feedback(1)], 0, ['contained']],
  ];
  test.each(ends)('%s', (_what, steps, after, expected) => {
    expect(outcomesAfter(steps, after).map(({ end }) => end)).toEqual(expected);
  });

  test('a thumb counts for the visit of its answer, however late it comes', () => {
    const [first, second] = outcomesAfter([say, end(1), { wait: 2 * day }, say, end(2), feedback(1)]);
    expect([first?.thumbs.down, second?.thumbs.down]).toEqual([1, 0]);
  });

  test('a rating is of people where one was in, and of the bot alone else', () => {
    expect(outcomesAfter([say, ask, accept(), resolve(), rate])[0]?.rating).toEqual({
      of: 'people',
      stars: 5,
    });
    expect(outcomesAfter([say, end(1), endByCustomer, rate])[0]?.rating).toEqual({ of: 'bot', stars: 5 });
  });

  test('a wait ends with a person, or because the customer leaves', () => {
    const [outcome] = outcomesAfter([ask, { wait: 90_000 }, accept(), reply()]);
    expect(outcome).toMatchObject({ waitsMs: [90_000], left: 0 });
    expect(outcomesAfter([ask, { wait: 90_000 }, cancel])[0]).toMatchObject({ waitsMs: [], left: 1 });
  });

  const missed: [string, At[], Partial<SitePolicy>, string | null][] = [
    ['a failed answer, where the site offers nobody for it', [say, failed(1)], { thresholds }, 'bot_failed'],
    [
      'no answer, where the site offers nobody for it',
      [say, end(1, { outcome: 'unknown' })],
      { thresholds },
      'bot_unsure',
    ],
    ['one thumb down', [say, end(1), feedback(1)], {}, 'downvotes'],
    ['nothing where a person was offered', [say, failed(1)], {}, null],
    ['nothing where one was asked for', [say, failed(1), ask], { thresholds }, null],
    ['nothing in a good answer', [say, end(1)], {}, null],
  ];
  test.each(missed)('a missed handoff shows by %s', (_what, steps, policy, expected) => {
    expect(outcomesAfter(steps, 0, policy)[0]?.missed).toBe(expected);
  });

  test('an answer is weak by a thumb, by knowing nothing, or by sending to a person', () => {
    const weak = (steps: At[]) => outcomesAfter(steps)[0]?.weak;
    expect(weak([say, end(1)])).toEqual([]);
    expect(weak([say, end(1), feedback(1)])).toMatchObject([{ turn: 1, isDown: true, ledToPerson: false }]);
    expect(weak([say, end(1, { outcome: 'unknown' })])).toMatchObject([{ isUnknown: true }]);
    expect(weak([say, end(1), ask])).toMatchObject([{ ledToPerson: true, question: 'Where is my card?' }]);
    expect(weak([say, failed(1), ask])).toEqual([]);
  });

  test('questions with the same content words are one row', () => {
    expect(questionKey('Where is my new card?')).toBe(questionKey('the NEW card, where is it'));
    expect(questionKey('Where is my new card?')).not.toBe(questionKey('Where is my old card?'));
    expect(questionKey('我的卡在哪里')).not.toBe('');
  });
});

describe('whether the customer came back', () => {
  const visit = (begunAt: number, ...said: string[]) => ({
    begunAt,
    quietAt: begunAt,
    asked: questionsOf(said),
  });
  const first = visit(0, 'How do I change my postal address?');
  const later: [string, ReturnType<typeof visit>, boolean][] = [
    ['who asks the same within 72 hours', visit(72 * hour, 'My postal address, how is it changed?'), true],
    ['not who asks it later', visit(72 * hour + 1, 'My postal address, how is it changed?'), false],
    ['not who asks something else', visit(hour, 'Why was a transfer fee charged?'), false],
    ['not who says next to nothing', visit(hour, 'address'), false],
  ];
  test.each(later)('%s', (_what, other, expected) => expect(cameBack(first, [first, other])).toBe(expected));
});

describe('measures of any story', () => {
  const stories = visitStories(7, 150, { siteIds: ['a'], startAt: 1_700_000_000_000 });
  const plus = (one: Measures, other: Measures): Measures =>
    Object.fromEntries(
      [...new Set([...Object.keys(one), ...Object.keys(other)])]
        .map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)] as const)
        .filter(([, count]) => count !== 0),
    );

  test('visits take every fact once, in order, and each ends before the next begins', () => {
    for (const { facts } of stories) {
      const visits = visitsOf(facts);
      expect(visits.flatMap((visit) => visit.facts).sort((a, b) => a.seq - b.seq)).toEqual(facts);
      visits.slice(1).forEach((visit, at) => {
        const before = visits[at];
        if (before === undefined) throw new Error('no visit before the second');
        expect(before.status === 'resolved' || visit.begunAt - before.quietAt >= silentMs).toBe(true);
      });
    }
    expect(stories.flatMap(({ facts }) => visitsOf(facts)).length).toBeGreaterThan(stories.length * 1.5);
  });

  test('one of three ends, false containment only of the contained, parts that add up', () => {
    for (const { facts } of stories) {
      for (const outcome of outcomesOf(facts, [], (facts.at(-1)?.at ?? 0) + day)) {
        for (const isBack of [false, true]) {
          const measures = measuresOf(outcome, isBack);
          const of = (key: string) => measures[key] ?? 0;
          const parts = (key: string) =>
            Object.entries(measures).reduce(
              (sum, [one, n]) => (one.startsWith(`${key}.`) ? sum + n : sum),
              0,
            );
          expect(of('contained') + of('handed') + of('open')).toBe(1);
          expect(of('false')).toBeLessThanOrEqual(of('contained'));
          expect(parts('handoffs')).toBe(of('handoffs'));
          expect(parts('missed')).toBe(of('missed'));
          expect(parts('waits')).toBe(of('waits'));
          expect(of('missed') * (of('handed') + of('offered'))).toBe(0);
          expect(Object.values(measures).every((n) => Number.isInteger(n) && n > 0)).toBe(true);
          expect(withBack(withBack(measures, !isBack), isBack)).toEqual(measures);
        }
      }
    }
  });

  test('new minus old, added to old, is new, whatever came in between', () => {
    for (const { facts } of stories) {
      let sums: Measures = {};
      let known: Measures = {};
      for (const through of [1, Math.ceil(facts.length / 3), Math.ceil(facts.length / 2), facts.length]) {
        const told = facts.slice(0, through);
        const now = outcomesOf(told, [], told.at(-1)?.at ?? 0)
          .map((outcome) => measuresOf(outcome, false))
          .reduce(plus, {});
        sums = plus(sums, changeOf(known, now));
        known = now;
        expect(sums).toEqual(now);
      }
    }
  });

  test('time alone changes an outcome when it says so, and not before', () => {
    for (const { facts } of stories) {
      const seenAt = facts.at(-1)?.at ?? 0;
      const outcomes = outcomesOf(facts, [], seenAt);
      const at = changesAt(outcomes);
      if (at === null) expect(outcomesOf(facts, [], seenAt + 100 * day)).toEqual(outcomes);
      else {
        expect(outcomesOf(facts, [], at - 1)).toEqual(outcomes);
        expect(outcomesOf(facts, [], at)).not.toEqual(outcomes);
      }
    }
  });

  test('percentiles from sums are within 5 %', () => {
    const waits = fc.array(fc.integer({ min: 1_000, max: 5 * day }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(waits, fc.constantFrom(0.1, 0.5, 0.9, 1), (ms, share) => {
        const sums = ms
          .map((one) => ({ waits: 1, [`waits.${waitBucket(one)}`]: 1 }))
          .reduce((all, one) => plus(all, one), {} as Measures);
        const exact = ms.toSorted((a, b) => a - b)[Math.ceil(share * ms.length) - 1] ?? 0;
        const read = waitWithin(sums, share) ?? 0;
        expect(Math.abs(read - exact) / exact).toBeLessThan(0.051);
      }),
    );
    expect(waitWithin({}, 0.5)).toBeNull();
  });

  test('no visits are no figures, and not a fault', () => {
    expect(figuresOf({})).toMatchObject({ visits: 0, contained: 0, waits: { p50Ms: null } });
  });
});

describe('days', () => {
  test('a day has one name and one first moment, through changes of the clock', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Beirut', 'Pacific/Apia']) {
      for (let day = 14_900; day < 15_400; day += 1) {
        // Samoa left out the 30th of December 2011.
        if (zone === 'Pacific/Apia' && dateOf(day) === '2011-12-30') continue;
        const at = startOfDay(zone, day);
        expect([dayIn(zone, at), dayIn(zone, at - 1) < day], `${zone} ${dateOf(day)}`).toEqual([day, true]);
      }
    }
    for (let day = -800_000; day < 800_000; day += 977) expect(dateNumber(dateOf(day)) ?? day).toBe(day);
    expect(dateOf(0)).toBe('1970-01-01');
  });

  test('a range is of real days, in order, and has as many before it', () => {
    expect(daysOf('2026-02-30', '2026-03-01')).toBeNull();
    expect(daysOf('2026-03-02', '2026-03-01')).toBeNull();
    expect(daysOf('0001-01-01', '9998-01-01')).toBeNull();
    const days = daysOf('2026-03-01', '2026-03-07');
    if (days === null) throw new Error('a week is a range');
    const before = daysBefore(days);
    expect([dateOf(before.from), dateOf(before.to)]).toEqual(['2026-02-22', '2026-02-28']);
    expect([1, 62, 63, 365, 3_650].map(pieceDays)).toEqual([1, 1, 7, 7, 63]);
  });
});
