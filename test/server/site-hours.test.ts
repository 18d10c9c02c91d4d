import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { siteHours } from '../../server/cli/site-hours.ts';
import { noHours } from '../../server/domain/hours.ts';
import type { Site } from '../../server/store/sites.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let site: Site;
let folder: string;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' }, { suggestions: ['Where is my card?'] });
  folder = await mkdtemp(join(tmpdir(), 'handrail-hours-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => server.store.sites.setHours(site.id, noHours));

async function handrail(...args: string[]): Promise<string> {
  return runCommand(server, siteHours, args);
}
const run = (...args: string[]) => handrail(site.key, ...args);
const stored = async () => (await server.store.sites.byKey(site.key))?.hours;
async function fileWith(content: unknown): Promise<string> {
  const file = join(folder, 'hours.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const week = [{ day: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }];
const hours = {
  zone: 'Europe/Berlin',
  week: [...week, { day: 1, from: '18:00', to: '20:00' }],
  holidays: [
    { date: '2026-12-25', name: 'Christmas Day' },
    { date: '2026-12-24', name: 'Christmas Eve', open: [{ from: '09:00', to: '12:00' }] },
  ],
  teams: { cards: { zone: 'Asia/Kolkata' } },
};

test('a site begins without hours', async () => {
  const fresh = await server.addSite({ kind: 'page' });
  expect(fresh.hours).toEqual(noHours);
  expect(await handrail('--site', fresh.key)).toMatch(/No hours are set: people may be there at any time/);
});

test('a file is set, shown and cleared, and nothing else of the site is touched', async () => {
  const shown = await run('--file', await fileWith(hours));
  expect(shown).toMatch(/People are there, Europe\/Berlin: now (open until|closed, opens) \d/);
  expect(shown).toMatch(/Mon +09:00-17:00, 18:00-20:00\n.*Tue +09:00-17:00\n[\s\S]*Sun +closed\n/);
  expect(shown).toMatch(/2026-12-24 +09:00-12:00 +Christmas Eve\n +2026-12-25 +closed +Christmas Day\n/);
  expect(shown).toMatch(/Team cards, Asia\/Kolkata: now/);
  expect(await run(), 'the same again').toBe(shown);

  const kept = await stored();
  expect(kept?.everyone?.week).toHaveLength(6);
  expect(kept?.teams.cards?.holidays).toHaveLength(2);
  const { hours: _hours, ...rest } = (await server.store.sites.byKey(site.key)) ?? site;
  const { hours: _before, ...before } = site;
  expect(rest).toEqual(before);

  expect(await run('--clear')).toMatch(/No hours are set/);
  expect(await stored()).toEqual(noHours);
});

test('the hours stay when the site is changed otherwise', async () => {
  await run('--file', await fileWith(hours));
  const before = await stored();
  await server.addSite({ kind: 'page' }, { key: site.key, suggestions: site.suggestions });
  expect(await stored()).toEqual(before);
  expect(before?.everyone?.zone).toBe('Europe/Berlin');
});

test.each([
  ['{"zone": ', /must be JSON: /],
  [
    { ...hours, zone: 'Europe/Berlim' },
    /"Europe\/Berlim" must be a time zone by name, such as Europe\/Berlin/,
  ],
  [{ ...hours, week: [{ day: 1, from: '22:00', to: '06:00' }] }, /22:00 to 06:00.*two entries/],
  [{ ...hours, week: [...week, ...week] }, /week, day 1, must not overlap[\s\S]*week, day 5,/],
  [{ ...hours, holidays: [{ date: '2026-02-30', name: 'Never' }] }, /must be a day of the calendar such as/],
  [`${' '.repeat(300_000)}{}`, /is larger than 256 KiB/],
])('%j is refused with what to enter instead, and changes nothing', async (content, words) => {
  await run('--file', await fileWith(hours));
  const before = await stored();
  const failure = await run('--file', await fileWith(content)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UsageError);
  expect(String(failure)).toMatch(words);
  expect(await stored()).toEqual(before);
  expect(before).not.toEqual(noHours);
});

test('what contradicts itself, is not there, or is unknown is refused', async () => {
  await expect(run('--clear', '--file', 'x.json')).rejects.toThrow(/--file or --clear, not both/);
  await expect(run('--site', 'pk_other')).rejects.toThrow(/not both/);
  await expect(run('--file', join(folder, 'none.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(run('--hours')).rejects.toThrow(UsageError);
  await expect(handrail()).rejects.toThrow(/--site is missing|key/);
  await expect(handrail('pk_nobody')).rejects.toThrow(/No site has the key pk_nobody/);
});
