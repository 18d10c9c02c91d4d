import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateNumber, isZone } from '../../server/domain/hours.ts';
import { readHours } from '../../server/domain/hours-entry.ts';

const week = [{ day: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }];
const good = { zone: 'Europe/Berlin', week, holidays: [{ date: '2026-12-25', name: 'Christmas Day' }] };
const problemsOf = (entry: unknown): readonly string[] => {
  const read = readHours(entry);
  return read.isGood ? [] : read.problems;
};
const hoursOf = (entry: unknown) => {
  const read = readHours(entry);
  if (!read.isGood) throw new Error(read.problems.join(' '));
  return read.hours;
};

describe('hours as an operator enters them', () => {
  test('several days in one entry are an entry each', () => {
    const { everyone, teams } = hoursOf(good);
    expect(everyone?.week.map(({ day }) => day)).toEqual([1, 2, 3, 4, 5]);
    expect(everyone?.week[0]).toEqual({ day: 1, from: '09:00', to: '17:00' });
    expect(teams).toEqual({});
    expect(
      hoursOf({ zone: 'UTC', week: [{ day: 7, from: '00:00', to: '24:00' }] }).everyone?.holidays,
    ).toEqual([]);
  });

  test('a team takes from the site what it leaves out', () => {
    const night = [{ day: 6, from: '20:00', to: '24:00' }];
    const { everyone, teams } = hoursOf({
      ...good,
      teams: { cards: { week: night }, ny: { zone: 'America/New_York' } },
    });
    expect(teams.cards).toEqual({ zone: 'Europe/Berlin', week: night, holidays: everyone?.holidays });
    expect(teams.ny).toEqual({ ...everyone, zone: 'America/New_York' });
  });

  test('only teams may have hours', () => {
    const { everyone, teams } = hoursOf({ teams: { cards: good } });
    expect(everyone).toBeNull();
    expect(Object.keys(teams)).toEqual(['cards']);
    expect(problemsOf({ teams: { cards: { week } } })).toEqual([
      expect.stringMatching(/^teams.cards.zone must be a time zone/),
    ]);
  });

  const but = (more: object) => ({ ...good, ...more });
  const span = (from: unknown, to: unknown) => but({ week: [{ day: 1, from, to }] });
  test.each([
    [null, /^The file must be an object with zone, week/],
    [[], /^The file must be an object/],
    [{}, /^The file must have zone and week, or teams/],
    [but({ zone: 'Europe/Berlim' }), /^zone "Europe\/Berlim" must be a time zone by name, such as/],
    [but({ zone: '+02:00' }), /^zone "\+02:00" must be a time zone by name/],
    [but({ zone: undefined }), /^zone must be a time zone by name/],
    [but({ week: undefined }), /^week must be a list/],
    [but({ weeks: [] }), /^The file must not have weeks; it takes zone, week, holidays, teams/],
    [
      but({ week: [{ day: 0, from: '09:00', to: '10:00' }] }),
      /^week\[0\].day must be a day from 1 \(Monday\)/,
    ],
    [but({ week: [{ day: [], from: '09:00', to: '10:00' }] }), /^week\[0\].day must be a day/],
    [but({ week: Array(101).fill(week[0]) }), /^week must be a list of 100 entries at most/],
    [span('9:00', '17:00'), /^week\[0\].from must be a time such as 09:00/],
    [span('09:00', '24:01'), /^week\[0\].to must be a time/],
    [span(9, '10:00'), /^week\[0\].from must be a time/],
    [
      span('22:00', '06:00'),
      /^week\[0\] must be from a time to a later one, not 22:00 to 06:00.*two entries/,
    ],
    [span('09:00', '09:00'), /^week\[0\] must be from a time to a later one/],
    [
      but({ week: [...week, { day: 3, from: '16:59', to: '18:00' }] }),
      /^week, day 3, must not overlap: make one of 09:00 to 17:00 and 16:59 to 18:00/,
    ],
    [
      but({ holidays: [{ date: '2026-02-29', name: 'x' }] }),
      /^holidays\[0\].date must be a day of the calendar/,
    ],
    [but({ holidays: [{ date: '2026-02-28', name: ' ' }] }), /^holidays\[0\].name must be a text/],
    [but({ holidays: [...good.holidays, ...good.holidays] }), /^holidays must have 2026-12-25 once/],
    [
      but({ holidays: [{ date: '2026-12-24', name: 'Eve', open: [{ from: '12:00', to: '10:00' }] }] }),
      /^holidays\[0\].open\[0\] must be from a time to a later one/,
    ],
    [but({ teams: [] }), /^teams must be an object/],
    [but({ teams: { ' cards': good } }), /^teams. cards must have a name/],
    [but({ teams: { cards: { zone: 'Mars' } } }), /^teams.cards.zone "Mars" must be a time zone/],
  ])('%j is refused with what to do', (entry, words) => {
    expect(problemsOf(entry)).toEqual([expect.stringMatching(words)]);
  });

  test('all problems are told at once', () => {
    expect(
      problemsOf({ zone: 'Mars', week: [{ day: 8, from: '1', to: '2' }], holidays: 'none' }),
    ).toHaveLength(5);
  });

  test('spans that touch do not overlap', () => {
    expect(problemsOf(but({ week: [...week, { day: 3, from: '17:00', to: '24:00' }] }))).toEqual([]);
  });

  test('whatever is entered is read or refused with a reason, and what was read can be entered again', () => {
    const or = (good: unknown) => fc.oneof(fc.constant(good), fc.constant(good), fc.jsonValue());
    const hours = { zone: or('UTC'), week: or(week), holidays: or(good.holidays) };
    const names = fc.oneof(fc.constantFrom('cards', '__proto__', 'constructor'), fc.string());
    const teams = fc.dictionary(names, fc.record(hours, { requiredKeys: [] }), { maxKeys: 3 });
    const entries = fc.record({ ...hours, teams }, { requiredKeys: [] });
    let goodOnes = 0;
    fc.assert(
      fc.property(fc.oneof(entries, entries, fc.jsonValue()), (entry) => {
        const read = readHours(entry);
        if (!read.isGood) {
          expect(read.problems.length).toBeGreaterThan(0);
          return;
        }
        goodOnes += 1;
        const { everyone, teams } = read.hours;
        expect(hoursOf({ ...everyone, teams })).toEqual(read.hours);
      }),
      { numRuns: 500 },
    );
    expect(goodOnes).toBeGreaterThan(10);
  });
});

describe('dates and zones', () => {
  test('a date is the number of its day, and one that is in no calendar is none', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_162, max: 2_932_896 }), (day) => {
        const date = new Date(day * 24 * 3_600_000).toISOString().slice(0, 10);
        expect(dateNumber(date)).toBe(day);
      }),
    );
    for (const bad of ['2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-4-1', '1.4.2026', '']) {
      expect(dateNumber(bad), bad).toBeNull();
    }
    expect(dateNumber('2028-02-29')).not.toBeNull();
  });

  test('a zone has a name of the database', () => {
    for (const zone of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'])
      expect(isZone(zone), zone).toBe(true);
    for (const bad of ['Europe/Berlim', '+02:00', 'CEST2', '', 'Europe/Berlin ', '__proto__']) {
      expect(isZone(bad), bad).toBe(false);
    }
  });
});
