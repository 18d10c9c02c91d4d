import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { addAgent, agentLink } from '../../server/cli/agents.ts';
import { UsageError } from '../../server/cli/command.ts';
import { addSite, listSites } from '../../server/cli/sites.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const program = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'));
});
afterAll(() => server.close());

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `handrail …` beside the running server, on the same database. */
const handrail = (...args: string[]): Promise<Result> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: server.databaseUrl, PORT: new URL(server.url).port };
    const child = execFile(process.execPath, [program, ...args], { env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });

describe('handrail, beside the running server', () => {
  test('adds a site that works at once, and changes it', async () => {
    const bot = ['--bot', 'http://127.0.0.1:9/reply', '--bot-secret', 'sixteen characters'];
    const names = ['--title', 'Acme help', '--answered-by', 'Acme', '--key', 'pk_acme'];
    const added = await handrail('site', 'add', ...names, ...bot, '--origin', 'https://acme.example');
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toContain('data-site="pk_acme"');
    const info = (origin: string) => fetch(`${server.url}/v1/sites/pk_acme`, { headers: { origin } });
    expect(await (await info('https://acme.example')).json()).toMatchObject({
      title: 'Acme help',
      bot: 'http',
    });
    expect((await info('https://other.example')).status).toBe(403);

    const changed = await handrail('site', 'add', ...names, '--suggestion', 'Where is my card?');
    expect(changed.code).toBe(0);
    const local = await fetch(`${server.url}/v1/sites/pk_acme`);
    expect(await local.json()).toMatchObject({ bot: 'page', suggestions: ['Where is my card?'] });
    expect((await handrail('site', 'list')).out).toContain('pk_acme  "Acme help"');
  });

  const addTo = async (config: Partial<Config>, ...args: string[]) => {
    const lines: string[] = [];
    const { store } = server;
    const print = (line: string) => void lines.push(line);
    const context = {
      store,
      config: { ...readConfig({}), ...config },
      log: pino({ level: 'silent' }),
      print,
    };
    await addSite.run(context, ['--title', 'T', '--answered-by', 'A', '--key', 'pk_kinds', ...args]);
    const site = await store.sites.byKey('pk_kinds');
    return { site, out: lines.join('\n') };
  };

  test('adds a site with a bot of each kind', async () => {
    const url = 'https://bot.example/x';
    const folder = await mkdtemp(join(tmpdir(), 'handrail-cli-'));
    const file = join(folder, 'key');
    await writeFile(file, 'sk-1\n');
    const made = expect.stringMatching(/^[0-9a-f]{64}$/);
    const kinds: [string[], object][] = [
      [[], { kind: 'http', secret: made }],
      [
        ['--bot-kind', 'http', '--bot-secret', 'sixteen characters'],
        { kind: 'http', secret: 'sixteen characters' },
      ],
      [
        ['--bot-kind', 'openai', '--bot-model', 'm', '--bot-key', `@${file}`, '--bot-instructions', 'Help.'],
        { kind: 'openai', key: 'sk-1', model: 'm', instructions: 'Help.' },
      ],
      [
        ['--bot-kind', 'openai', '--bot-model', 'm'],
        { kind: 'openai', key: '', model: 'm', instructions: '' },
      ],
      [['--bot-kind', 'rasa'], { kind: 'rasa', token: null }],
      [['--bot-kind', 'rasa', '--bot-token', 't'], { kind: 'rasa', token: 't' }],
      [['--bot-kind', 'dialogflow', '--bot-token', 't'], { kind: 'dialogflow', token: 't' }],
      [['--bot-kind', 'botframework', '--bot-secret', 's'], { kind: 'botframework', secret: 's' }],
      [['--bot-kind', 'chatwoot'], { kind: 'chatwoot', token: made, secret: made }],
    ];
    for (const [args, bot] of kinds) {
      const { site, out } = await addTo({}, '--bot', url, ...args);
      expect(site?.bot).toEqual({ url, ...bot });
      expect(out).toContain(url);
      expect(out, 'a key of a third party is not shown').not.toContain('sk-1');
    }
    await rm(folder, { recursive: true });
  });

  test('keeps the limits of a site that are not given', async () => {
    const bot = ['--bot', 'https://bot.example/x'];
    const limits = ['--bot-first-byte-ms', '500', '--bot-total-ms', '9000', '--bot-max-bytes', '5000'];
    const given = { firstByteMs: 500, totalMs: 9_000, maxBytes: 5_000 };
    expect((await addTo({}, ...bot, ...limits)).site?.limits).toEqual(given);
    expect((await addTo({}, ...bot)).site?.limits).toEqual(given);
  });

  test('says at once that the server would not call a private address, and how it would', async () => {
    const inside = ['--bot', 'http://10.1.2.3:8090/reply'];
    const { out } = await addTo({}, ...inside);
    expect(out).toContain('10.1.2.3:8090 leads to 10.1.2.3, which is not a public address');
    expect(out).toContain('OUTBOUND_ALLOW=10.1.2.3');
    expect((await addTo({ outboundAllow: ['10.0.0.0/8'] }, ...inside)).out).not.toContain('OUTBOUND_ALLOW');
    expect((await addTo({}, '--bot', 'http://8.8.8.8/')).out).not.toContain('OUTBOUND_ALLOW');
  });

  test('adds an agent and prints a link that signs them in, once', async () => {
    const added = await handrail(
      'agent',
      'add',
      '--name',
      'Bo',
      '--email',
      'Bo@acme.example',
      '--site',
      'pk_acme',
    );
    expect(added).toMatchObject({ code: 0, err: '' });
    const link = /http:\S+/.exec(added.out)?.[0] ?? '';
    const first = await fetch(link, { redirect: 'manual' });
    const cookie = first.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
    const me = await fetch(`${server.url}/v1/desk/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({
      name: 'Bo',
      email: 'bo@acme.example',
      sites: [{ key: 'pk_acme' }],
    });
    const second = await fetch(link, { redirect: 'manual' });
    expect(second.headers.get('location')).toContain('error');
    const another = await handrail('agent', 'link', '--email', 'bo@acme.example');
    expect(/http:\S+/.exec(another.out)?.[0]).toContain('/api/auth/magic-link/verify?token=');
    expect((await handrail('agent', 'list')).out).toContain('Bo <bo@acme.example>');
  });

  test('what is mistyped is refused with what to type instead, not with a stack trace', async () => {
    const unknown = await handrail('nothing');
    expect(unknown).toEqual({
      code: 1,
      out: '',
      err: 'There is no "handrail nothing".\n"handrail --help" lists the commands.\n',
    });
  });

  const named = ['--title', 'T', '--answered-by', 'A'];
  test.each([
    [addSite, ['--title', 'T'], /--answered-by is missing/],
    [addSite, [...named, '--origin', 'https://a.example/x'], /scheme and host/],
    [addSite, [...named, '--bot', 'file:///etc/passwd'], /http or https/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-secret', 'short'], /16 characters/],
    [addSite, [...named, '--bot', 'http://me:pw@a.example'], /must not hold a user/],
    [addSite, [...named, '--bot-secret', 'sixteen characters'], /--bot-secret needs --bot/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-kind', 'eliza'], /must be one of http, openai/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-kind', 'constructor'], /must be one of http/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-kind', 'openai'], /--bot-model is missing/],
    [
      addSite,
      [...named, '--bot', 'http://a.example', '--bot-kind', 'botframework'],
      /--bot-secret is missing/,
    ],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-model', 'm'], /not for bots of the kind http/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-total-ms', '1e3'], /whole number from 100/],
    [addSite, [...named, '--bot', 'http://a.example', '--bot-max-bytes', '10'], /whole number from 1000/],
    [addSite, [...named, '--key', 'x'], /--key must be pk_/],
    [addSite, ['--title', 'T'.repeat(81), '--answered-by', 'A'], /longer than 80/],
    [addSite, [...named, ...Array(5).fill('--suggestion=s')], /four times/],
    [addAgent, ['--name', 'N', '--email', 'nobody'], /no e-mail address/],
    [addAgent, ['--name', 'N', '--email', 'n@a.example', '--site', 'pk_none'], /No site has the key pk_none/],
    [addAgent, ['--name', 'N', '--email', 'n@a.example'], /--site is missing/],
    [agentLink, ['--email', 'n@a.example'], /No agent has the address/],
    [listSites, ['--what'], /--what/],
  ])('%# is refused and changes nothing', async (command, args, message) => {
    const { store } = server;
    const before = [await store.sites.all(), await store.agents.all()];
    const context = { store, config: readConfig({}), log: pino({ level: 'silent' }), print: () => undefined };
    const refused = command.run(context, args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
    expect([await store.sites.all(), await store.agents.all()]).toEqual(before);
  });

  test('--help lists every command', async () => {
    const { code, out } = await handrail('--help');
    expect(code).toBe(0);
    for (const name of ['site add', 'site list', 'agent add', 'agent link', 'agent list']) {
      expect(out).toContain(`handrail ${name}`);
    }
  });
});
