import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { sitePromises } from '../../server/cli/site-promises.ts';
import { defaultPromiseRules } from '../../server/domain/promises.ts';
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
  return runCommand(server, sitePromises, [site.key, ...args]);
}
const stored = async () => (await server.store.sites.byKey(site.key))?.promises;

test('says what is set, changes what is given and leaves the rest', async () => {
  expect(await run()).toContain('nobody is promised an answer by a time');
  expect(await stored()).toEqual(defaultPromiseRules);
  await run('--answer-within', '3h', '--show-rate', 'on');
  expect(await run('--remind', '10m')).toMatch(/reminded 10m before[\s\S]*can be shown/);
  expect(await stored()).toEqual({ answerWithinMs: 3 * 3_600_000, remindMs: 600_000, showsRate: true });
});

test.each([
  [['--remind', 'soon'], /must be a time such as/],
  [['--remind', '25h'], /24h at most/],
  [['--show-rate', 'yes'], /on or off/],
])('%s is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(message);
});
