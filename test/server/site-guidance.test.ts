import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { siteGuidance } from '../../server/cli/site-guidance.ts';
import { defaultGuidanceRules } from '../../server/domain/guidance.ts';
import type { Site } from '../../server/store/sites.ts';
import { runCommand } from '../support/run-command.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let site: Site;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
  site = await server.addSite({ kind: 'page' });
});
afterAll(() => server.close());

async function run(...args: string[]): Promise<string> {
  return runCommand(server, siteGuidance, [site.key, ...args]);
}
const stored = async () => (await server.store.sites.byKey(site.key))?.guidance;

test('says what is set, changes what is given and leaves the rest', async () => {
  expect(await run()).toMatch(/approved by its writer[\s\S]*at most 1 %/);
  expect(await stored()).toEqual(defaultGuidanceRules);
  expect(await run('--two-people', 'on')).toContain('by somebody else than its writer');
  expect(await run('--false-apply', '0.02')).toContain('at most 2 %');
  expect(await stored()).toEqual({ isApprovedByTwo: true, falseApply: 0.02 });
});

test.each([
  [['--two-people', 'yes'], /on or off/],
  [['--false-apply', '0.5'], /from 0 to 0.2/],
  [['--false-apply', 'few'], /from 0 to 0.2/],
])('%s is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(message);
});
