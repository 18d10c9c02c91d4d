import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type CommandContext, UsageError } from '../../server/cli/command.ts';
import { notifyTest, siteNotify } from '../../server/cli/notify.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { createDevice, type Receiver, startReceiver } from '../support/receivers.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let mail: MailServer;
let hook: Receiver;
beforeAll(async () => {
  [server, mail, hook] = await Promise.all([
    startTestServer(inject('postgresUrl')),
    startMailServer(),
    startReceiver(),
  ]);
});
afterAll(async () => {
  await server?.close();
  await Promise.all([mail?.close(), hook?.close()]);
});

/** What the command prints. */
async function run(
  command: { run(context: CommandContext, args: readonly string[]): Promise<void> },
  args: readonly string[],
  settings: Partial<Config> = {},
): Promise<string> {
  let out = '';
  const print = (line: string) => {
    out += `${line}\n`;
  };
  const config = { ...readConfig({}), outboundAllow: ['127.0.0.0/8'], ...settings };
  await command.run({ store: server.store, config, log: pino({ level: 'silent' }), print }, args);
  return out;
}
const planOf = async (key: string) => (await server.store.sites.byKey(key))?.notify;

describe('handrail site notify', () => {
  test('shows the plan, changes what is given, and leaves the rest', async () => {
    const { key } = await server.addSite({ kind: 'page' });
    expect(await run(siteNotify, ['--site', key])).toBe(
      `When a customer waits at ${key} "Test help":\n` +
        "  after 0s  push to the agents' devices\n" +
        '  after 1m  e-mail to the agents (not sent: SMTP_URL is not set here)\n' +
        "  again every 10m, 6 times at most, until somebody accepts; the customer's question is shown\n",
    );
    await run(siteNotify, ['--site', key, '--email-after', '90s', '--repeat-every', '1h', '--topic', 'hide']);
    await run(siteNotify, ['--site', key, '--webhook', `${hook.origin}/a`, '--slack', '--push-after', 'off']);
    await run(siteNotify, ['--site', key, '--email-to', 'a@acme.example', '--email-to', 'b@acme.example']);
    expect(await planOf(key)).toEqual({
      steps: [
        { channel: 'email', afterMs: 90_000, to: ['a@acme.example', 'b@acme.example'] },
        {
          channel: 'webhook',
          afterMs: 0,
          url: `${hook.origin}/a`,
          style: 'slack',
          secret: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      repeatMs: 3_600_000,
      repeats: 6,
      showsTopic: false,
    });
    const off = ['--email-after', 'off', '--webhook-after', 'off'];
    expect(await run(siteNotify, ['--site', key, ...off])).toContain('Nobody is told');
  });

  test('says when the webhook is at an address that the server does not call', async () => {
    const { key } = await server.addSite({ kind: 'page' });
    const args = ['--site', key, '--webhook', 'http://127.0.0.1:9/hook'];
    expect(await run(siteNotify, args, { outboundAllow: [] })).toContain('OUTBOUND_ALLOW=127.0.0.1');
  });

  test.each([
    [['--email-after', 'soon'], /30s, 10m or 2h/],
    [['--email-after', '25h'], /24h at most/],
    [['--email-to', 'a@b.example, c@d.example'], /no e-mail address/],
    [['--email-to', 'a@b.example\r\nBcc: c@d.example'], /no e-mail address/],
    [['--webhook', 'ftp://a.example'], /http or https/],
    [['--webhook-after', '5s'], /--webhook URL is missing/],
    [['--webhook', 'https://a.example', '--webhook-secret', 'short'], /16 characters/],
    [['--repeat-every', '10ms'], /1s or more/],
    [['--repeat-times', 'often'], /whole number/],
    [['--topic', 'maybe'], /show or hide/],
    [['--what'], /--what/],
  ])('%# is refused and changes nothing', async (args, message) => {
    const { key } = await server.addSite({ kind: 'page' });
    const before = await planOf(key);
    const refused = run(siteNotify, ['--site', key, ...args]);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
    expect(await planOf(key)).toEqual(before);
  });

  test('knows no site with another key', async () => {
    await expect(run(siteNotify, ['--site', 'pk_none'])).rejects.toThrow(/No site has the key pk_none/);
  });
});

describe('handrail notify test', () => {
  test('sends one through each channel and says what came of it', async () => {
    const site = await server.addSite({ kind: 'page' });
    const { key } = site;
    const agent = await server.addAgent(site);
    const device = createDevice(hook.origin);
    await server.store.notifications.saveSubscription(agent.id, device.subscription);
    await run(siteNotify, ['--site', key, '--webhook', `${hook.origin}/test`]);
    const settings = { smtpUrl: mail.url, mailFrom: 'h@acme.example', pushServices: [hook.origin] };
    expect(await run(notifyTest, ['--site', key], settings)).toBe(
      'push: sent (1)\nemail: sent (1)\nwebhook: sent (1)\n',
    );
    expect(mail.mails.at(-1)).toMatchObject({ to: [agent.email] });
    const webhook = hook.received.find(({ path }) => path === '/test');
    expect(JSON.parse(String(webhook?.body))).toMatchObject({ type: 'test', site: key });
  });

  test('says what does not work, and fails', async () => {
    const site = await server.addSite({ kind: 'page' });
    const { key } = site;
    await server.addAgent(site);
    const settings = { smtpUrl: 'smtp://127.0.0.1:9', mailFrom: 'h@acme.example' };
    await expect(run(notifyTest, ['--site', key], settings)).rejects.toThrow('1 of 2 did not get through.');
  });
});

describe('the settings', () => {
  test.each([
    [{ SMTP_URL: 'smtp://mail.example.com' }, /MAIL_FROM is needed/],
    [{ SMTP_URL: 'mail.example.com' }, /SMTP_URL must be an address/],
    [{ MAIL_FROM: 'nobody' }, /MAIL_FROM must be an e-mail address/],
    [{ MAIL_FROM: 'A <a@b.example>\r\nBcc: c@d.example' }, /MAIL_FROM must be/],
    [{ MAIL_FROM: 'a@b.example, c@d.example' }, /MAIL_FROM must be/],
    [{ PUSH_SERVICES: 'https://push.example.com/path' }, /PUSH_SERVICES must be/],
  ])('%# refuse what would not work', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  test('take a mail server, a sender with a name, and further push services', () => {
    const env = {
      SMTP_URL: 'smtps://user:word@mail.example.com',
      MAIL_FROM: 'Acme help <help@acme.example>',
      PUSH_SERVICES: 'https://push.acme.example, http://127.0.0.1:8090',
    };
    expect(readConfig(env)).toMatchObject({
      smtpUrl: env.SMTP_URL,
      mailFrom: env.MAIL_FROM,
      pushServices: ['https://push.acme.example', 'http://127.0.0.1:8090'],
    });
  });
});
