import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { sitePolicy } from '../../server/cli/site-policy.ts';
import { defaultPolicy } from '../../server/domain/site-policy.ts';
import type { Site } from '../../server/store/sites.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' }, { suggestions: ['Where is my card?'] });
});
afterAll(() => server.close());

async function run(...args: string[]): Promise<string> {
  return runCommand(server, sitePolicy, ['--site', site.key, ...args]);
}
const stored = async () => (await server.store.sites.byKey(site.key))?.policy;

test('without anything to change it says what holds, and changes nothing', async () => {
  expect(await run()).toMatch(/promise of a person is kept[\s\S]*goes on answering[\s\S]*downvotes +2/);
  expect(await stored()).toEqual(defaultPolicy);
});

test('what is given is changed, what is not stays, and nothing else of the site is touched', async () => {
  await run('--promises', 'correct', '--threshold', 'downvotes=3', '--threshold', 'sameAnswer=0.8');
  expect(await run('--bot-while-waiting', 'no')).toMatch(/taken back[\s\S]*is silent/);
  expect(await stored()).toEqual({
    promises: 'correct',
    isBotAskedWhileWaiting: false,
    topics: [],
    first: [],
    thresholds: { ...defaultPolicy.thresholds, downvotes: 3, sameAnswer: 0.8 },
  });
  const { policy: _policy, ...rest } = (await server.store.sites.byKey(site.key)) ?? site;
  const { policy: _before, ...before } = site;
  expect(rest).toEqual(before);
});

test('traits that go first are set, kept, and cleared', async () => {
  expect(await run('--first', 'plan=enterprise', '--first', 'isPartner=true')).toMatch(
    /verified customer whose plan is enterprise goes before others/,
  );
  await run('--promises', 'keep');
  expect((await stored())?.first).toEqual([
    { trait: 'plan', value: 'enterprise' },
    { trait: 'isPartner', value: 'true' },
  ]);
  await run('--first', 'none');
  expect((await stored())?.first).toEqual([]);
});

test.each([
  [['--first', 'plan'], /must be a trait, = and its value/],
  [['--promises', 'maybe'], /--promises must be keep or correct, not maybe/],
  [['--bot-while-waiting', 'perhaps'], /must be yes or no/],
  [['--threshold', 'downvotes'], /whole number from 0/],
  [['--threshold', 'downvotes=-1'], /whole number from 0/],
  [['--threshold', 'sameAnswer=2'], /share from 0 to 1/],
  [['--threshold', 'mood=1'], /must be one of failedAnswers/],
])('%s is refused with what to type instead, and changes nothing', async (args, words) => {
  const before = await stored();
  const failure = await run(...args).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UsageError);
  expect(String(failure)).toMatch(words);
  expect(await stored()).toEqual(before);
});

test('an unknown site is refused', async () => {
  await expect(run('--site', 'pk_nobody')).rejects.toThrow(/No site has the key pk_nobody/);
});
