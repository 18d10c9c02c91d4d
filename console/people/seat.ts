import type { PersonSeat } from '../../protocol/people.ts';

/** What an admin has typed of a seat, field by field. */
export interface WrittenSeat {
  readonly capacity: string;
  readonly teams: string;
  readonly languages: string;
}

export const writtenSeat = ({ capacity, teams, languages }: PersonSeat): WrittenSeat => ({
  capacity: String(capacity),
  teams: teams.join(', '),
  languages: languages.join(', '),
});

/** The seat, or words that say what does not fit. */
export function readSeat(written: WrittenSeat): PersonSeat | string {
  const capacity = Number(written.capacity);
  if (written.capacity.trim() === '' || !Number.isInteger(capacity) || capacity < 1 || capacity > 50)
    return 'Customers at once: a whole number from 1 to 50.';
  const teams = listOf(written.teams);
  const long = teams.find((team) => team.length > 60);
  if (long !== undefined) return `“${long.slice(0, 20)}…” is too long for a team: 60 letters at most.`;
  const languages = listOf(written.languages.toLowerCase());
  const odd = languages.find((one) => !/^[a-z]{2,3}$/.test(one));
  if (odd !== undefined) return `“${odd}” is no language. Write a code such as de or pt.`;
  if (teams.length > 50 || languages.length > 50) return 'At most 50 teams, and 50 languages.';
  return { capacity, teams, languages };
}

export const isSameSeat = (a: PersonSeat, b: PersonSeat): boolean => JSON.stringify(a) === JSON.stringify(b);

/** "4 at once · billing, cards · in de": what is left out is any. */
export const seatWords = ({ capacity, teams, languages }: PersonSeat): string =>
  [`${capacity} at once`, teams.join(', '), languages.length > 0 ? `in ${languages.join(', ')}` : '']
    .filter((part) => part !== '')
    .join(' · ');

const listOf = (written: string): string[] => [
  ...new Set(
    written
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
];
