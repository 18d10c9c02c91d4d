import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UsageError } from '../../server/cli/command.ts';
import { siteWebhook } from '../../server/cli/site-webhook.ts';
import { readConfig } from '../../server/config.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
});
afterAll(() => server?.close());

async function run(args: readonly string[]): Promise<string> {
  let out = '';
  const print = (line: string) => {
    out += `${line}\n`;
  };
  const log = pino({ level: 'silent' });
  await siteWebhook.run({ store: server.store, config: readConfig({}), log, print }, args);
  return out;
}

test('handrail site webhook adds, lists, pauses, resumes, renews, replays and removes', async () => {
  const { id: siteId, key } = await server.addSite({ kind: 'page' });
  const site = ['--site', key];
  const url = 'http://127.0.0.1:9/hook';
  const said = await run(['add', ...site, '--url', url, '--fact', 'message.sent']);
  const [webhook] = await server.store.webhooks.ofSites([siteId]);
  expect(webhook).toMatchObject({ url, types: ['message.sent'], paused: null });
  expect(said).toContain(`secret ${webhook?.secret}`);
  expect(said).toContain('OUTBOUND_ALLOW=127.0.0.1');
  const one = [...site, '--id', webhook?.id ?? ''];
  await run(['pause', ...one]);
  expect(await run(['list', ...site])).toBe(`${webhook?.id}  paused (you)  ${url}  message.sent\n`);
  await run(['resume', ...one]);
  expect(await server.store.webhooks.byId(webhook?.id ?? '')).toMatchObject({ paused: null });
  expect(await run(['secret', ...one])).toMatch(/whsec_/);
  expect(await run(['replay', ...one, '--failed'])).toContain('0 conversations');
  expect(await run(['replay', ...one, '--since', '2026-01-01'])).toContain('0 conversations');
  await run(['remove', ...one]);
  expect(await run(['list', ...site])).toBe(`${key} has no webhooks.\n`);
});

test.each([
  [['sing'], /must be followed by/],
  [['add', '--url', 'ftp://a.example'], /--url ftp/],
  [['add', '--url', 'https://a.example', '--fact', 'note.added'], /--fact note.added must be one of/],
  [['pause', '--id', 'x'], /has no webhook x/],
  [['pause', '--id', '0198c0de-0000-7000-8000-00000000ffff'], /has no webhook/],
])('%j is refused', async (args, message) => {
  const { key } = await server.addSite({ kind: 'page' });
  const refused = run([...args, '--site', key]);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(message);
});
