import { dateNumber } from '../hours.ts';

const two = (value: number) => String(value).padStart(2, '0');
const firstOf = (year: number, month: number): number =>
  dateNumber(`${String(year).padStart(4, '0')}-${two(month)}-01`) ?? Number.NaN;

/** `YYYY-MM-DD` of days since 1970-01-01, from the year 1 to 9998. */
export function dateOf(day: number): string {
  const near = 1970 + Math.floor(day / 365.2425);
  const year = [near + 1, near, near - 1].find((one) => firstOf(one, 1) <= day) ?? near;
  const month = [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2].find((one) => firstOf(year, one) <= day) ?? 1;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day - firstOf(year, month) + 1)}`;
}

/** Both included, as days since 1970-01-01. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

/** The longest range that can be asked for. */
const mostDays = 3_700;

/** The range that two dates name; null for what is none. */
export function daysOf(from: string, to: string): Days | null {
  const [first, last] = [dateNumber(from), dateNumber(to)];
  return first === null || last === null || first > last || last - first >= mostDays
    ? null
    : { from: first, to: last };
}

/** As many days right before these. */
export const daysBefore = ({ from, to }: Days): Days => ({ from: from - (to - from + 1), to: from - 1 });
