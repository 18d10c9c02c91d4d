import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closesAt,
  type Holiday,
  type Hours,
  horizonMs,
  hoursOf,
  isOpen,
  nextOpening,
  type Weekday,
} from '../../server/domain/hours.ts';

const minuteMs = 60_000;
const days = [1, 2, 3, 4, 5, 6, 7] as const;
const at = (text: string) => Date.parse(text);
const text = (time: number | null) => (time === null ? null : new Date(time).toISOString());

const daily = (zone: string, from: string, to: string, holidays: readonly Holiday[] = []): Hours => ({
  zone,
  week: days.map((day) => ({ day, from, to })),
  holidays,
});
/** Every change from `from` on, for a day or so: opens and closes in turn. */
function changes(hours: Hours, from: string, until: string): (string | null)[] {
  const found: (string | null)[] = [];
  let now: number | null = at(from);
  while (now !== null && now < at(until)) {
    const next: number | null = isOpen(hours, now) ? closesAt(hours, now) : nextOpening(hours, now);
    if (next !== null && next < at(until)) found.push(text(next));
    now = next;
  }
  return found;
}

describe('an ordinary week', () => {
  const hours: Hours = {
    zone: 'Europe/Berlin',
    week: ([1, 2, 3, 4, 5] as const).flatMap((day) => [
      { day, from: '13:00', to: '17:30' },
      { day, from: '09:00', to: '12:00' },
    ]),
    holidays: [
      { date: '2026-12-24', name: 'Christmas Eve', open: [{ from: '10:00', to: '12:00' }] },
      { date: '2026-12-25', name: 'Christmas Day' },
      { date: '2026-12-27', name: 'Sunday before the sale', open: [{ from: '20:00', to: '24:00' }] },
    ],
  };

  test('opens and closes to the millisecond', () => {
    expect(isOpen(hours, at('2026-01-14T07:59:59.999Z'))).toBe(false);
    expect(isOpen(hours, at('2026-01-14T08:00:00.000Z'))).toBe(true);
    expect(isOpen(hours, at('2026-01-14T10:59:59.999Z'))).toBe(true);
    expect(isOpen(hours, at('2026-01-14T11:00:00.000Z'))).toBe(false);
  });

  test('says when it opens next and when it closes, over breaks and weekends', () => {
    expect(text(nextOpening(hours, at('2026-01-14T11:00:00Z')))).toBe('2026-01-14T12:00:00.000Z');
    expect(text(nextOpening(hours, at('2026-01-16T17:00:00Z')))).toBe('2026-01-19T08:00:00.000Z');
    expect(text(closesAt(hours, at('2026-01-14T12:00:00Z')))).toBe('2026-01-14T16:30:00.000Z');
    expect(closesAt(hours, at('2026-01-14T11:30:00Z'))).toBeNull();
    expect(nextOpening(hours, at('2026-01-14T09:00:00.5Z'))).toBe(at('2026-01-14T09:00:00.5Z'));
  });

  test('has other hours, or none, on single days, by the date of its zone', () => {
    expect(changes(hours, '2026-12-24T00:00:00Z', '2026-12-28T12:00:00Z')).toEqual([
      '2026-12-24T09:00:00.000Z',
      '2026-12-24T11:00:00.000Z',
      '2026-12-27T19:00:00.000Z',
      '2026-12-27T23:00:00.000Z',
      '2026-12-28T08:00:00.000Z',
      '2026-12-28T11:00:00.000Z',
    ]);
  });

  test('a team has its own hours, and a name that is no team has the site’s', () => {
    const own = daily('UTC', '00:00', '24:00');
    const site = { everyone: hours, teams: { billing: own } };
    expect(hoursOf(site, 'billing')).toBe(own);
    for (const team of [null, 'nobody', 'constructor', '__proto__']) expect(hoursOf(site, team)).toBe(hours);
  });
});

describe('where hours touch or have no end', () => {
  test('midnight between 24:00 and 00:00 closes nothing', () => {
    const night: Hours = {
      zone: 'America/New_York',
      week: [
        { day: 5, from: '22:00', to: '24:00' },
        { day: 6, from: '00:00', to: '04:00' },
      ],
      holidays: [],
    };
    expect(changes(night, '2026-07-10T12:00:00Z', '2026-07-12T12:00:00Z')).toEqual([
      '2026-07-11T02:00:00.000Z',
      '2026-07-11T08:00:00.000Z',
    ]);
  });

  test('always open never closes, never open never opens, and what is behind the horizon is not told', () => {
    const now = at('2026-03-01T12:00:00Z');
    expect(closesAt(daily('Europe/Berlin', '00:00', '24:00'), now)).toBeNull();
    expect(nextOpening({ zone: 'Europe/Berlin', week: [], holidays: [] }, now)).toBeNull();
    const once = (date: string): Hours => ({
      zone: 'UTC',
      week: [],
      holidays: [{ date, name: 'Once', open: [{ from: '12:00', to: '13:00' }] }],
    });
    expect(text(nextOpening(once('2026-04-29'), now))).toBe('2026-04-29T12:00:00.000Z');
    expect(nextOpening(once('2026-04-30'), now), 'sixty days to the millisecond').toBeNull();
    const closedOnce = daily('UTC', '00:00', '24:00', [{ date: '2026-04-29', name: 'Once' }]);
    expect(text(closesAt(closedOnce, now))).toBe('2026-04-29T00:00:00.000Z');
  });
});

describe('where clocks are changed', () => {
  test('Berlin in spring: 02:00 to 03:00 is left out', () => {
    const day = ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'] as const;
    expect(changes(daily('Europe/Berlin', '09:00', '17:00'), ...day)).toEqual([
      '2026-03-29T07:00:00.000Z',
      '2026-03-29T15:00:00.000Z',
    ]);
    expect(changes(daily('Europe/Berlin', '02:15', '02:45'), ...day), 'never comes').toEqual([]);
    expect(changes(daily('Europe/Berlin', '02:30', '04:00'), ...day), 'begins as 03:00').toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
    expect(changes(daily('Europe/Berlin', '01:00', '02:30'), ...day), 'ends as 02:00 would be').toEqual([
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ]);
  });

  test('Berlin in autumn: 02:00 to 03:00 comes twice', () => {
    const day = ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'] as const;
    expect(changes(daily('Europe/Berlin', '01:00', '03:30'), ...day), 'an hour longer').toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T02:30:00.000Z',
    ]);
    expect(changes(daily('Europe/Berlin', '02:15', '02:45'), ...day), 'both times').toEqual([
      '2026-10-25T00:15:00.000Z',
      '2026-10-25T00:45:00.000Z',
      '2026-10-25T01:15:00.000Z',
      '2026-10-25T01:45:00.000Z',
    ]);
  });

  test('New York: nine o’clock is another hour of UTC after either change', () => {
    const hours = daily('America/New_York', '09:00', '17:00');
    expect(text(nextOpening(hours, at('2026-03-07T23:00:00Z')))).toBe('2026-03-08T13:00:00.000Z');
    expect(text(nextOpening(hours, at('2026-10-31T22:00:00Z')))).toBe('2026-11-01T14:00:00.000Z');
    expect(text(closesAt(daily('America/New_York', '00:00', '03:00'), at('2026-11-01T04:00:00Z')))).toBe(
      '2026-11-01T08:00:00.000Z',
    );
  });

  test('Lord Howe changes by half an hour', () => {
    const night = daily('Australia/Lord_Howe', '01:30', '02:15');
    expect(changes(night, '2026-04-04T13:00:00Z', '2026-04-05T13:00:00Z'), 'from +11 to +10:30').toEqual([
      '2026-04-04T14:30:00.000Z',
      '2026-04-04T15:45:00.000Z',
    ]);
    expect(changes(night, '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z'), 'from +10:30 to +11').toEqual([
      '2026-10-03T15:00:00.000Z',
      '2026-10-03T15:30:00.000Z',
    ]);
  });

  test('Kolkata never changes them; Apia once left out a whole Friday', () => {
    expect(text(nextOpening(daily('Asia/Kolkata', '09:00', '17:00'), at('2026-06-30T12:00:00Z')))).toBe(
      '2026-07-01T03:30:00.000Z',
    );
    const fridays: Hours = {
      zone: 'Pacific/Apia',
      week: [
        { day: 5, from: '09:00', to: '17:00' },
        { day: 6, from: '09:00', to: '12:00' },
      ],
      holidays: [],
    };
    expect(changes(fridays, '2011-12-29T20:00:00Z', '2011-12-31T20:00:00Z'), '30 December was not').toEqual([
      '2011-12-30T19:00:00.000Z',
      '2011-12-30T22:00:00.000Z',
    ]);
  });
});

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'];
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const spans = fc
  .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 6 })
  .map((marks) => marks.sort((a, b) => a - b))
  .map((marks) =>
    Array.from({ length: Math.floor(marks.length / 2) }, (_, pair) => ({
      from: clock((marks[2 * pair] ?? 0) * 15),
      to: clock((marks[2 * pair + 1] ?? 0) * 15),
    })),
  );
const anyHours: fc.Arbitrary<Hours> = fc.record({
  zone: fc.constantFrom(...zones),
  week: fc
    .array(fc.tuple(fc.constantFrom<Weekday>(...days), spans), { maxLength: 7 })
    .map((all) => [...new Map(all)].flatMap(([day, spans]) => spans.map((span) => ({ day, ...span })))),
  holidays: fc.uniqueArray(
    fc.record(
      {
        date: fc.integer({ min: 1, max: 30 }).map((day) => `2026-03-${String(day).padStart(2, '0')}`),
        open: spans,
        name: fc.constant('Holiday'),
      },
      { requiredKeys: ['date', 'name'] },
    ),
    { selector: ({ date }) => date, maxLength: 4 },
  ),
});
/** Around the changes of these zones in 2026, and anywhere else. */
const moment = fc
  .tuple(
    fc.constantFrom(
      '2026-03-08',
      '2026-03-29',
      '2026-04-04',
      '2026-10-03',
      '2026-10-25',
      '2026-11-01',
      '2027-01-01',
    ),
    fc.integer({ min: -6 * 24 * 60 * minuteMs, max: 6 * 24 * 60 * minuteMs }),
  )
  .map(([date, by]) => at(`${date}T00:00:00Z`) + by);

/** As the words say it, and by other means: what the wall clock shows, in Intl's own words. */
function isOpenByTheWall({ zone, week, holidays }: Hours, now: number): boolean {
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(now);
  const [date = '', time = ''] = local.split(' ');
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
  const holiday = holidays.find((one) => one.date === date);
  const spans = holiday === undefined ? week.filter(({ day }) => day === weekday) : (holiday.open ?? []);
  return spans.some(({ from, to }) => from <= time && time < to);
}

describe('for whatever hours', () => {
  test('open is what the clock on the wall says', () => {
    fc.assert(
      fc.property(anyHours, moment, (hours, now) => {
        expect(isOpen(hours, now)).toBe(isOpenByTheWall(hours, now));
      }),
      { numRuns: 500 },
    );
  });

  test('it opens at the first moment that is open, and closes at the first that is not', () => {
    fc.assert(
      fc.property(
        anyHours,
        moment,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        (hours, now, shares) => {
          const opens = nextOpening(hours, now);
          const closes = closesAt(hours, now);
          const isNow = isOpen(hours, now);
          expect(opens === now).toBe(isNow);
          const end = (isNow ? closes : opens) ?? now + horizonMs;
          expect(end).toBeGreaterThan(now);
          expect(end).toBeLessThanOrEqual(now + horizonMs);
          // Nothing changes until then: every quarter of an hour of the first days, and anywhere.
          const between = [
            ...Array.from({ length: 500 }, (_, index) => now + index * 15 * minuteMs),
            ...shares.map((share) => now + Math.floor(share * (end - 1 - now))),
          ].filter((time) => time < end);
          for (const time of between) expect(isOpen(hours, time)).toBe(isNow);
          expect(isOpen(hours, end - 1)).toBe(isNow);
          if (isNow ? closes !== null : opens !== null) expect(isOpen(hours, end)).toBe(!isNow);
          if (!isNow) expect(closes).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});
