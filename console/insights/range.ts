import { insightsPath } from '../route.ts';

/** What the figures are of, as it stands in the address. */
export interface Look {
  /** `2026-11-03`, both included. */
  readonly from: string;
  readonly to: string;
  readonly site?: string | undefined;
  /** Empty: not known. */
  readonly language?: string | undefined;
  readonly topic?: string | undefined;
  /** The figure whose conversations are shown; null: the figures themselves. */
  readonly figure: string | null;
  /** Of `weak`: the key of one question. */
  readonly question?: string | undefined;
  /** Of `proof`: a guidance, and which time that it was live. */
  readonly guidance?: string | undefined;
  readonly stretch?: number | undefined;
  /** The conversation that is read. */
  readonly open: string | null;
}

export const presets = [7, 30, 90, 365] as const;
const usual = 30;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 86_400_000;
const asUtc = (day: string) => Date.parse(`${day}T00:00:00Z`);
const asDay = (at: number) => new Date(at).toISOString().slice(0, 10);

/** The day so many days later, by the calendar. */
export const daysLater = (day: string, days: number): string => asDay(asUtc(day) + days * dayMs);

/** How many days a range has, both ends included. */
export const daysIn = ({ from, to }: Pick<Look, 'from' | 'to'>): number =>
  Math.round((asUtc(to) - asUtc(from)) / dayMs) + 1;

/** The last so many days, today included. @param today by the calendar of whoever reads */
export const lastDays = (days: number, today: string): Pick<Look, 'from' | 'to'> => ({
  from: daysLater(today, 1 - days),
  to: today,
});

/** Today where the reader is. */
export function todayOf(now: number): string {
  const date = new Date(now);
  return asDay(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()));
}

/** What the address asks for; what is no range becomes the last 30 days. */
export function lookOf(query: string, today: string): Look {
  const given = new URLSearchParams(query);
  const of = (name: string) => given.get(name) ?? undefined;
  const [from, to] = [of('from'), of('to')];
  const isRange =
    from !== undefined &&
    to !== undefined &&
    [from, to].every((day) => dayPattern.test(day) && !Number.isNaN(asUtc(day)));
  const range = isRange && from <= to ? { from, to } : lastDays(usual, today);
  return {
    ...range,
    site: of('site'),
    language: of('language'),
    topic: of('topic'),
    figure: given.get('figure'),
    question: of('question'),
    guidance: of('guidance'),
    stretch: of('stretch') === undefined ? undefined : Number(of('stretch')),
    open: given.get('open'),
  };
}

/** What the server is asked with. */
export function askedOf({ from, to, site, language, topic }: Look): URLSearchParams {
  const asked = new URLSearchParams({ from, to });
  for (const [name, value] of Object.entries({ site, language, topic })) {
    if (value !== undefined) asked.set(name, value);
  }
  return asked;
}

export function addressOf(look: Look): string {
  const query = askedOf(look);
  for (const [name, value] of Object.entries({
    figure: look.figure,
    question: look.question,
    guidance: look.guidance,
    stretch: look.stretch,
    open: look.open,
  })) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  return `${insightsPath}?${query}`;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const yearFormat = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
/** "Nov 3" */
export const dayWords = (day: string): string => dayFormat.format(asUtc(day));
/** "Nov 3 – 9, 2026" */
export const rangeWords = ({ from, to }: Pick<Look, 'from' | 'to'>): string =>
  from === to ? yearFormat.format(asUtc(from)) : yearFormat.formatRange(asUtc(from), asUtc(to));
