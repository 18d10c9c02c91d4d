import type { FeedbackFilter, FeedbackReason, ReceiptStatus, Signal } from '../../protocol/feedback.ts';

/** The filters as they stand in the form and in the address. Days are of the agent's own time zone. */
export interface Filters {
  /** `2026-11-03`; from the first moment of this day on */
  readonly from?: string;
  /** to the last moment of this day */
  readonly until?: string;
  readonly kind?: 'answer' | 'conversation' | 'handoff';
  readonly verdict?: 'up' | 'down';
  readonly reason?: FeedbackReason;
  readonly rating?: 1 | 2 | 3 | 4 | 5;
  readonly status?: ReceiptStatus;
  /** Answers of which nothing was said are shown only with one. */
  readonly signal?: Signal | 'any';
  readonly text?: string;
}

const names = ['from', 'until', 'kind', 'verdict', 'reason', 'rating', 'status', 'signal', 'text'] as const;
const kinds = ['answer', 'conversation', 'handoff'] as const;
const statuses: readonly ReceiptStatus[] = ['received', 'looked_at', 'changed', 'not_changed'];
const signals: readonly (Signal | 'any')[] = [
  'any',
  'rephrased',
  'asked_again',
  'asked_for_person',
  'came_back',
];
const verdicts = ['up', 'down'] as const;
const reasons: readonly FeedbackReason[] = [
  'wrong',
  'outdated',
  'did_not_understand',
  'not_what_i_asked',
  'unkind_or_unfair',
  'other',
];
const ratings = [1, 2, 3, 4, 5] as const;
const longestText = 200;

/** The filters in a query; what is no filter of ours is left out. */
export function filtersOf(query: string): Filters {
  const given = new URLSearchParams(query);
  const one = <T extends string | number>(name: string, choices: readonly T[]) =>
    choices.find((choice) => String(choice) === given.get(name));
  const day = (name: string) => {
    const text = given.get(name) ?? '';
    return dayStart(text, 0) === undefined ? undefined : text;
  };
  return present({
    from: day('from'),
    until: day('until'),
    kind: one('kind', kinds),
    verdict: one('verdict', verdicts),
    reason: one('reason', reasons),
    rating: one('rating', ratings),
    status: one('status', statuses),
    signal: one('signal', signals),
    text: given.get('text')?.slice(0, longestText) || undefined,
  });
}

/** The query for the address, without a `?`; empty without filters. */
export function queryOf(filters: Filters): string {
  const query = new URLSearchParams();
  // In one order, so that the same filters have one address.
  for (const name of names) if (filters[name]) query.set(name, String(filters[name]));
  return query.toString();
}

/** What the server is asked with: days become moments. */
export function askedOf({ from, until, ...same }: Filters): FeedbackFilter {
  return present({ from: dayStart(from, 0), until: dayStart(until, 1), ...same });
}

/** The first moment of the day that is `later` days behind this one; undefined for what is no day. */
function dayStart(day: string | undefined, later: number): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '');
  if (match === null) return undefined;
  const [year, month, date] = match.slice(1).map(Number);
  if (year === undefined || month === undefined || date === undefined) return undefined;
  // Days are counted by the calendar: with summer time not every one has 24 hours.
  const first = new Date(year, month - 1, date);
  if (first.getMonth() !== month - 1) return undefined;
  return new Date(year, month - 1, date + later).getTime();
}

function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  // Every field that is left is of its own type; TypeScript cannot follow through entries.
  return Object.fromEntries(kept) as T;
}
