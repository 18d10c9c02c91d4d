import { readFileSync } from 'node:fs';
import {
  closesAt,
  type Hours,
  isOpen,
  nextOpening,
  noHours,
  type SiteHours,
  type Span,
} from '../domain/hours.ts';
import { readHours } from '../domain/hours-entry.ts';
import { type Command, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';

const largestFile = 256 * 1024;

/** What the file says. @throws UsageError that names all that is to be changed in it */
function hoursIn(file: string): SiteHours {
  const text = readFileSync(file, 'utf8');
  if (text.length > largestFile) throw new UsageError(`--file ${file} is larger than 256 KiB.`);
  const entry = readHours(jsonOf(text, file));
  if (entry.isGood) return entry.hours;
  throw new UsageError([`--file ${file} cannot be used:`, ...entry.problems].join('\n  '));
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--file ${file} must be JSON: ${error instanceof Error ? error.message : error}`);
  }
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const spansText = (spans: readonly Span[]) =>
  [...spans]
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .map(({ from, to }) => `${from}-${to}`)
    .join(', ') || 'closed';

function aboutHours(who: string, hours: Hours, now: number): string[] {
  const { zone, week, holidays } = hours;
  const moment = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const closes = closesAt(hours, now);
  const opens = nextOpening(hours, now);
  const state = isOpen(hours, now)
    ? `open${closes === null ? '' : ` until ${moment.format(closes)}`}`
    : `closed${opens === null ? ', and for the next 60 days' : `, opens ${moment.format(opens)}`}`;
  return [
    `${who}, ${zone}: now ${state}`,
    ...weekdays.map(
      (name, index) => `  ${name}         ${spansText(week.filter(({ day }) => day === index + 1))}`,
    ),
    ...[...holidays]
      .sort((a, b) => (a.date < b.date ? -1 : 1))
      .map(({ date, name, open }) => `  ${date}  ${spansText(open ?? [])}  ${name}`),
  ];
}

export const siteHours: Command = {
  options: 'pk_… [--file hours.json] [--clear]',
  about:
    'Says, sets or clears when people are there at a site and in its teams (docs/operating.md). A file replaces\n' +
    '      all hours of the site. The key may also be given as --site.',
  async run({ store, print }, args) {
    const [first = ''] = args;
    const isPlain = first !== '' && !first.startsWith('-');
    const given = optionsOf(isPlain ? args.slice(1) : args, {
      site: { type: 'string' },
      file: { type: 'string' },
      clear: { type: 'boolean' },
    });
    if (isPlain && given.site !== undefined) throw new UsageError(`Give ${first} or --site, not both.`);
    const site = await siteWith({ store }, isPlain ? first : given.site);
    if (given.clear === true && given.file !== undefined) {
      throw new UsageError('Give --file or --clear, not both: a file replaces what is set.');
    }
    const changed = given.clear === true ? noHours : given.file === undefined ? null : hoursIn(given.file);
    if (changed !== null) {
      await store.sites.setHours(site.id, changed);
      await noteSiteSaved({ store }, site, 'hours');
    }
    const { everyone, teams } = changed ?? site.hours;
    const now = Date.now();
    print(`At ${site.key} "${site.title}"`);
    const lines = [
      ...(everyone === null ? ['No hours are set: people may be there at any time.'] : []),
      ...(everyone === null ? [] : aboutHours('People are there', everyone, now)),
      ...Object.entries(teams).flatMap(([team, hours]) => aboutHours(`Team ${team}`, hours, now)),
    ];
    for (const line of lines) print(`  ${line}`);
  },
};
