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

test('names the model that confirms what is doubtful, and never shows its key', async () => {
  const judge = async () => (await server.store.sites.byKey(site.key))?.judge;
  expect(await run()).toContain('No model confirms what is doubtful');
  const said = await run(
    '--judge',
    'http://127.0.0.1:9/v1',
    '--judge-model',
    'small',
    '--judge-key',
    'sk-hidden',
  );
  expect(said).toMatch(/small at http:\/\/127.0.0.1:9\/v1 \(with a key\) confirms .* 0.2 below/);
  expect(said).toContain('OUTBOUND_ALLOW=127.0.0.1');
  expect(said).not.toContain('sk-hidden');
  expect(await run('--judge-band', '0.1')).not.toContain('sk-hidden');
  expect(await judge()).toEqual({
    url: 'http://127.0.0.1:9/v1',
    key: 'sk-hidden',
    model: 'small',
    band: 0.1,
  });
  // A key is for the address that it was given for.
  await run('--judge', 'http://127.0.0.1:10/v1');
  expect(await judge()).toMatchObject({ key: '', model: 'small' });
  expect(await run('--judge', 'off')).toContain('No model confirms');
  expect(await judge()).toBeNull();
});

test.each([
  [['--judge-model', 'small'], /--judge is missing/],
  [['--judge', 'ftp://models.example'], /--judge ftp/],
  [['--judge', 'https://models.example/v1'], /--judge-model is missing/],
  [['--judge', 'https://models.example/v1', '--judge-model', 'm', '--judge-band', '2'], /from 0 to 1/],
  [['--judge', 'off', '--judge-key', 'x'], /takes no --judge-key/],
  [['--two-people', 'yes'], /on or off/],
  [['--false-apply', '0.5'], /from 0 to 0.2/],
  [['--false-apply', 'few'], /from 0 to 0.2/],
])('%s is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(UsageError);
  await expect(run(...args)).rejects.toThrow(message);
});
