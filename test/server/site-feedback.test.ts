import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { SiteInfo } from '../../protocol/session.ts';
import { UsageError } from '../../server/cli/command.ts';
import { siteFeedback } from '../../server/cli/site-feedback.ts';
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
  return runCommand(server, siteFeedback, ['--site', site.key, ...args]);
}
const shown = async () =>
  ((await (await fetch(`${server.url}/v1/sites/${site.key}`)).json()) as SiteInfo).feedback;

test('says what is set, changes what is given and leaves the rest; the widget is told', async () => {
  expect(await run()).toMatch(/our own words[\s\S]*only where it is asked for[\s\S]*may choose/);
  expect(await shown()).toEqual({ consent: '', doNotTrain: false, mayChoose: true });
  await run('--consent', 'Our team reads this.', '--do-not-train', 'yes');
  expect(await run('--may-choose', 'no')).toMatch(
    /Our team reads this\.[\s\S]*by default[\s\S]*are not asked/,
  );
  expect(await shown()).toEqual({ consent: 'Our team reads this.', doNotTrain: true, mayChoose: false });
  await run('--consent', '');
  expect(await shown()).toEqual({ consent: '', doNotTrain: true, mayChoose: false });
});

test.each([
  [['--do-not-train', 'on'], /yes or no/],
  [['--consent', 'x'.repeat(301)], /300 characters/],
])('%s is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(message);
});
