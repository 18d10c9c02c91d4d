import {
  dateNumber,
  type Holiday,
  type Hours,
  isZone,
  minutesOf,
  noHours,
  type SiteHours,
  type Span,
  type Weekday,
} from './hours.ts';

/** Largest numbers of entries: far more than any calendar, and read at every question for them. */
const most = { spans: 100, holidays: 400, teams: 50 } as const;

export type HoursEntry =
  | { readonly isGood: true; readonly hours: SiteHours }
  /** What to change, a sentence for each place. */
  | { readonly isGood: false; readonly problems: readonly string[] };

/**
 * Hours as an operator enters them:
 * `{ zone, week: [{ day: 1 or [1, 2, …], from, to }], holidays?: [{ date, name, open? }], teams?: { name: … } }`.
 * A team takes from the site what it leaves out; without `zone` and `week` only teams have hours.
 */
export function readHours(entry: unknown): HoursEntry {
  const problems: string[] = [];
  const reader = createReader((place, advice) => void problems.push(`${place} ${advice}`));
  const hours = reader.siteHours(entry);
  return problems.length === 0 ? { isGood: true, hours } : { isGood: false, problems };
}

type Entry = Readonly<Record<string, unknown>>;
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads on after a problem, so that all of them are told at once. */
function createReader(wrong: (place: string, advice: string) => void) {
  const object = (value: unknown, place: string, names: readonly string[]): Entry => {
    if (!isEntry(value)) {
      wrong(place, `must be an object with ${names.join(', ')}.`);
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!names.includes(name)) wrong(place, `must not have ${name}; it takes ${names.join(', ')}.`);
    }
    return value;
  };

  const list = (value: unknown, place: string, longest: number): readonly unknown[] => {
    if (Array.isArray(value) && value.length <= longest) return value;
    wrong(place, `must be a list of ${longest} entries at most.`);
    return [];
  };

  const text = (value: unknown, place: string, longest: number): string => {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= longest) return value.trim();
    wrong(place, `must be a text of ${longest} characters at most.`);
    return '';
  };

  const zoneOf = (value: unknown, place: string): string => {
    if (typeof value === 'string' && isZone(value)) return value;
    const said = typeof value === 'string' ? `"${value.slice(0, 64)}" ` : '';
    wrong(place, `${said}must be a time zone by name, such as Europe/Berlin, America/New_York or UTC.`);
    return 'UTC';
  };

  const timeOf = (value: unknown, place: string): number | null => {
    const minutes = typeof value === 'string' ? minutesOf(value) : null;
    if (minutes === null) wrong(place, 'must be a time such as 09:00, from 00:00 to 24:00.');
    return minutes;
  };

  /** null: not to be compared with others. */
  const spanOf = (entry: Entry, place: string): Span | null => {
    const { from, to } = entry;
    const [start, end] = [timeOf(from, `${place}.from`), timeOf(to, `${place}.to`)];
    if (start === null || end === null) return null;
    if (start >= end) {
      wrong(
        place,
        `must be from a time to a later one, not ${from} to ${to}. Hours over midnight are two entries: ` +
          'until 24:00, and from 00:00 on the next day.',
      );
      return null;
    }
    return { from: from as string, to: to as string };
  };

  const withoutOverlap = (spans: readonly (Span | null)[], place: string) => {
    const inOrder = spans.filter((span) => span !== null).sort((a, b) => (a.from < b.from ? -1 : 1));
    for (const [index, { from, to }] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before !== undefined && from < before.to) {
        wrong(place, `must not overlap: make one of ${before.from} to ${before.to} and ${from} to ${to}.`);
      }
    }
  };

  const daysOf = (value: unknown, place: string): readonly Weekday[] => {
    const days: readonly unknown[] = Array.isArray(value) ? value.slice(0, 8) : [value];
    const isDay = (day: unknown): day is Weekday =>
      Number.isInteger(day) && Number(day) >= 1 && Number(day) <= 7;
    if (days.length > 0 && days.every(isDay)) return days;
    wrong(place, 'must be a day from 1 (Monday) to 7 (Sunday), or a list of them.');
    return [];
  };

  const weekOf = (value: unknown, place: string): Hours['week'] => {
    const week = list(value, place, most.spans).flatMap((item, index) => {
      const here = `${place}[${index}]`;
      const entry = object(item, here, ['day', 'from', 'to']);
      const span = spanOf(entry, here);
      return daysOf(entry.day, `${here}.day`).flatMap((day) => (span === null ? [] : [{ day, ...span }]));
    });
    for (const day of new Set(week.map(({ day }) => day))) {
      withoutOverlap(
        week.filter((span) => span.day === day),
        `${place}, day ${day},`,
      );
    }
    return week;
  };

  const holidayOf = (item: unknown, place: string): Holiday => {
    const { date, name, open } = object(item, place, ['date', 'name', 'open']);
    if (typeof date !== 'string' || dateNumber(date) === null) {
      wrong(`${place}.date`, 'must be a day of the calendar such as 2026-12-25.');
    }
    const holiday = { date: String(date), name: text(name, `${place}.name`, 80) };
    if (open === undefined) return holiday;
    const spans = list(open, `${place}.open`, most.spans).map((span, index) => {
      const here = `${place}.open[${index}]`;
      return spanOf(object(span, here, ['from', 'to']), here);
    });
    withoutOverlap(spans, `${place}.open`);
    return { ...holiday, open: spans.filter((span) => span !== null) };
  };

  const holidaysOf = (value: unknown, place: string): readonly Holiday[] => {
    const holidays = list(value, place, most.holidays).map((item, index) =>
      holidayOf(item, `${place}[${index}]`),
    );
    const dates = holidays.map(({ date }) => date);
    for (const date of new Set(dates.filter((date, index) => dates.indexOf(date) !== index))) {
      wrong(place, `must have ${date} once.`);
    }
    return holidays;
  };

  const hoursOf = (entry: Entry, inherited: Hours | null, place: string): Hours => ({
    zone:
      entry.zone === undefined && inherited !== null ? inherited.zone : zoneOf(entry.zone, `${place}zone`),
    week:
      entry.week === undefined && inherited !== null ? inherited.week : weekOf(entry.week, `${place}week`),
    holidays:
      entry.holidays === undefined
        ? (inherited?.holidays ?? [])
        : holidaysOf(entry.holidays, `${place}holidays`),
  });

  const teamsOf = (value: unknown, everyone: Hours | null): Readonly<Record<string, Hours>> => {
    if (value === undefined) return {};
    if (!isEntry(value)) {
      wrong('teams', 'must be an object: the name of each team, and its hours.');
      return {};
    }
    const teams = Object.entries(value);
    if (teams.length > most.teams) wrong('teams', `must be ${most.teams} at most.`);
    return Object.fromEntries(
      teams.map(([name, hours]) => {
        const place = `teams.${name.slice(0, 60)}`;
        if (name.trim() !== name || name === '' || name.length > 60) {
          wrong(place, 'must have a name of 1 to 60 characters without spaces around it.');
        }
        const entry = object(hours, place, ['zone', 'week', 'holidays']);
        return [name, hoursOf(entry, everyone, `${place}.`)];
      }),
    );
  };

  return {
    siteHours(value: unknown): SiteHours {
      const entry = object(value, 'The file', ['zone', 'week', 'holidays', 'teams']);
      const isForTeamsOnly = ['zone', 'week', 'holidays'].every((name) => entry[name] === undefined);
      if (isForTeamsOnly && entry.teams === undefined) {
        if (isEntry(value)) wrong('The file', 'must have zone and week, or teams.');
        return noHours;
      }
      const everyone = isForTeamsOnly ? null : hoursOf(entry, null, '');
      return { everyone, teams: teamsOf(entry.teams, everyone) };
    },
  };
}
