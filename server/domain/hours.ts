/** ISO: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Times of one day as the clock on the wall shows them, `HH:MM`; `to` is after `from`, `24:00` at the latest. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface Holiday {
  /** `YYYY-MM-DD`, of the zone. */
  readonly date: string;
  readonly name: string;
  /** These times instead of the weekday's; left out or empty: closed all day. */
  readonly open?: readonly Span[];
}

/**
 * When people are there. Open is when the clock on the wall of the zone shows a time within the day's spans, and that
 * alone decides where clocks are changed: a time that is left out (02:30 in spring) never comes, so a span of such
 * times is not open that day, and one that begins among them opens when the clock jumps past them; a time that comes
 * twice (02:30 in autumn) is open both times. Hours over midnight are two spans, until 24:00 and from 00:00.
 */
export interface Hours {
  /** Of the IANA database, such as `Europe/Berlin`. */
  readonly zone: string;
  /** In any order; several a day for breaks. */
  readonly week: readonly (Span & { readonly day: Weekday })[];
  readonly holidays: readonly Holiday[];
}

/** The hours of a site. */
export interface SiteHours {
  /** null: none are set, and people may be there at any time. */
  readonly everyone: Hours | null;
  /** Teams with hours of their own; the others have everyone's. */
  readonly teams: Readonly<Record<string, Hours>>;
}

export const noHours: SiteHours = { everyone: null, teams: {} };

/** The hours that hold for this team, or for a customer of none; null: any time. */
export const hoursOf = ({ everyone, teams }: SiteHours, team: string | null): Hours | null =>
  // The name may come from outside: `constructor` is no team.
  team !== null && Object.hasOwn(teams, team) ? (teams[team] ?? everyone) : everyone;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Nobody is told of an opening, or of a closing, that is further away. */
export const horizonMs = 60 * dayMs;

/** @param at epoch ms, as in all of these */
export function isOpen(hours: Hours, at: number): boolean {
  const wall = at + offsetAt(hours.zone, at);
  const day = Math.floor(wall / dayMs);
  const time = wall - day * dayMs;
  return spansOn(planOf(hours), day).some(({ start, end }) => start <= time && time < end);
}

/** The first moment from `at` on that is open, which is `at` itself while it is; null: none within 60 days. */
export function nextOpening(hours: Hours, at: number): number | null {
  for (const { start } of openFrom(hours, at)) return start;
  return null;
}

/** When it closes that is open at `at`; null: it is not open, or does not close within 60 days. */
export function closesAt(hours: Hours, at: number): number | null {
  let end = at;
  for (const next of openFrom(hours, at)) {
    // Until 24:00 and on from 00:00 is no closing.
    if (next.start > end) break;
    end = next.end;
  }
  return end === at || end === at + horizonMs ? null : end;
}

/** A time without its end: from `start` until before `end`. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What is open between `at` and the horizon, in order; neighbours may touch. */
function* openFrom(hours: Hours, at: number): Generator<Stretch> {
  const plan = planOf(hours);
  for (const { start, end, offset } of evenTimes(hours.zone, at, at + horizonMs)) {
    for (let day = Math.floor((start + offset) / dayMs); day * dayMs < end + offset; day++) {
      const midnight = day * dayMs - offset;
      for (const span of spansOn(plan, day)) {
        const open = {
          start: Math.max(start, midnight + span.start),
          end: Math.min(end, midnight + span.end),
        };
        if (open.start < open.end) yield open;
      }
    }
  }
}

/**
 * The time between two moments in pieces of a day at most, cut where clocks are changed: in each of them the clock on
 * the wall runs evenly. Looks once a day, so two changes within a day would hide each other; no zone has had that.
 */
function* evenTimes(zone: string, from: number, until: number): Generator<Stretch & { offset: number }> {
  let start = from;
  let offset = offsetAt(zone, start);
  while (start < until) {
    let end = Math.min(start + dayMs, until);
    let after = offsetAt(zone, end);
    if (after !== offset) {
      end = changeBetween(zone, start, end);
      after = offsetAt(zone, end);
    }
    yield { start, end, offset };
    start = end;
    offset = after;
  }
}

/** The first moment of the new offset. */
function changeBetween(zone: string, before: number, after: number): number {
  const offset = offsetAt(zone, before);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** One for each zone in use: making one takes a thousand times as long as asking it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a zone that is none */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(zone, clock);
  return clock;
}

/** Whether this is a zone by name. `+02:00` is none: it would not change its clocks, and nobody would notice. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(zone)) return false;
  try {
    clockOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** How far the clock on the wall is ahead of UTC at this moment, ms. */
function offsetAt(zone: string, at: number): number {
  const second = Math.floor(at / 1_000) * 1_000;
  const shown = clockOf(zone).format(second).match(/\d+/g) ?? [];
  const [month = 1, day = 1, year = 1970, hours = 0, minutes = 0, seconds = 0] = shown.map(Number);
  const time = (hours * 60 + minutes) * minuteMs + seconds * 1_000;
  return dayNumber(year, month, day) * dayMs + time - second;
}

/** The day that the calendar of the zone shows at this moment, as days since 1970-01-01. */
export const dayIn = (zone: string, at: number): number => Math.floor((at + offsetAt(zone, at)) / dayMs);

/** The first moment of a day in this zone: midnight, or when the clock jumps past it. */
export function startOfDay(zone: string, day: number): number {
  const midnight = day * dayMs;
  // The offset of either side of a change near midnight; the sooner one that shows this day is the first moment.
  const [one, other] = [midnight - dayMs, midnight + dayMs]
    .map((at) => midnight - offsetAt(zone, at))
    .sort((a, b) => a - b);
  return one !== undefined && dayIn(zone, one) === day ? one : (other ?? midnight);
}

/** Days since 1970-01-01 in the Gregorian calendar: whole 400 years have 146,097 days, and years begin in March. */
function dayNumber(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const monthOfYear = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * monthOfYear + 2) / 5) + day - 1 - 719_468;
}

/** `YYYY-MM-DD` as days since 1970-01-01; null for a day that is in no calendar. */
export function dateNumber(date: string): number | null {
  const [year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const first = dayNumber(year, month, 1);
  const next = month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1);
  return month >= 1 && month <= 12 && day >= 1 && day <= next - first ? first + day - 1 : null;
}

/** `HH:MM` as minutes since midnight, `24:00` included; null for anything else. */
export function minutesOf(time: string): number | null {
  const [hours, minutes] = (/^(\d\d):(\d\d)$/.exec(time) ?? []).slice(1).map(Number);
  if (hours === undefined || minutes === undefined || minutes > 59) return null;
  const all = hours * 60 + minutes;
  return all <= 24 * 60 ? all : null;
}

/** Spans in ms since midnight, in order: of each weekday, and of single days. */
interface Plan {
  readonly week: ReadonlyMap<number, readonly Stretch[]>;
  readonly days: ReadonlyMap<number, readonly Stretch[]>;
}

const plans = new WeakMap<Hours, Plan>();

function planOf(hours: Hours): Plan {
  const known = plans.get(hours);
  if (known !== undefined) return known;
  const { week, holidays } = hours;
  const plan: Plan = {
    week: new Map(week.map(({ day }) => [day, inMs(week.filter((span) => span.day === day))])),
    days: new Map(holidays.map(({ date, open = [] }) => [dateNumber(date) ?? Number.NaN, inMs(open)])),
  };
  plans.set(hours, plan);
  return plan;
}

const inMs = (spans: readonly Span[]): readonly Stretch[] =>
  spans.map(({ from, to }) => ({ start: msOf(from), end: msOf(to) })).sort((a, b) => a.start - b.start);

/** Hours are checked when they are entered: what cannot be read here is never open. */
const msOf = (time: string) => (minutesOf(time) ?? Number.NaN) * minuteMs;

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1;

const spansOn = ({ week, days }: Plan, day: number): readonly Stretch[] =>
  days.get(day) ?? week.get(weekdayOf(day)) ?? [];
