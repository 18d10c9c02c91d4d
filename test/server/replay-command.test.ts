import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ReplayReport } from '../../protocol/replay.ts';
import { replay } from '../../server/cli/replay.ts';
import { readConfig } from '../../server/config.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import { startTestBot, type TestBot } from '../support/bot.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Editor, editorAt } from './guidance-stage.ts';
import { inDatabase } from './requests.ts';

const program = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));
const question = 'Where is my <refund>?';

let server: TestServer;
let bot: TestBot;
let folder: string;
/** What the bot says; null: it takes its time until the test is over. */
let answer: string | null;
let whenAsked = Promise.withResolvers<void>();
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handrail-replay-'));
  bot = await startTestBot((_, response) => {
    whenAsked.resolve();
    if (answer === null) return;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text: answer }));
  });
  server = await startTestServer(inject('postgresUrl'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await bot.close();
  await server.close();
  await rm(folder, { recursive: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [program, 'replay', ...args], {
    env: { ...process.env, DATABASE_URL: server.databaseUrl, OUTBOUND_ALLOW: '127.0.0.0/8' },
  });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, ended };
}
const run = (...args: string[]) => start(...args).ended;

/** For what asks nobody: a process for each would only take time. @returns what it prints */
async function inProcess(...args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const config = { ...readConfig({}), databaseUrl: server.databaseUrl };
  const print = (line: string) => void lines.push(line);
  await replay.run({ config, print, signal: new AbortController().signal }, args);
  return lines;
}

async function siteWith(content: Parameters<Editor['live']>[0] | null, siteBot: SiteBot | null = null) {
  const site = await server.addSite(siteBot ?? { kind: 'http', url: bot.url, secret: 's'.repeat(16) });
  const editor = editorAt(server, site, await server.addAgent(site, 'Adam', 'admin'));
  const id = content === null ? '' : (await editor.live(content)).id;
  return { key: site.key, id, site };
}
const hint = { kind: 'hint' as const, text: 'Three days.', examples: [question] };
const imported = async (key: string, ...cases: object[]) => {
  const path = join(folder, `${key}.jsonl`);
  await writeFile(path, cases.map((one) => JSON.stringify(one)).join('\n'));
  return inProcess('--site', key, '--import', path);
};

describe('handrail replay', () => {
  test('ends with 0 where all passes, with a report for machines on standard output alone', async () => {
    answer = 'It takes three days.';
    const { key, id } = await siteWith(hint);
    expect(await imported(key, { guidance: id, checks: { contains: ['three days'] } })).toEqual([
      '1 case kept.',
    ]);
    const { code, out } = await run('--site', key, '--bot-version', '1.4 rc', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(out) as ReplayReport;
    expect(report.run).toMatchObject({ botVersion: '1.4 rc', state: 'done', by: null, total: 1 });
    expect(report.results).toMatchObject([{ guidance: id, verdict: 'passed', isRightAlone: true }]);

    const plain = await run('--site', key, '--guidance', id);
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(plain.out).toMatch(/^passed {2}.* 1 of 1 .*\n1 question: 1 passed, 0 failed\.\n$/);
    const nothing = await siteWith(null);
    expect(await run('--site', nothing.key)).toMatchObject({
      code: 0,
      out: 'Nothing to ask: no guidance is live.\n',
    });
  });

  test('ends with 1 where something fails, and says what, also as JUnit', async () => {
    answer = 'It takes "five" days.\u0007';
    const { key, id } = await siteWith(hint);
    await imported(key, { guidance: id, checks: { contains: ['three days'], notContains: ['five'] } });
    const junit = join(folder, 'junit.xml');
    const { code, out } = await run('--site', key, '--junit', junit);
    expect(code).toBe(1);
    expect(out).toContain(`FAILED  ${id}  0 of 1`);
    expect(out).toContain('contains "three days": no');
    expect(out).toContain('1 question: 0 passed, 1 failed.');
    const xml = await readFile(junit, 'utf8');
    expect(xml).toContain('tests="1" failures="1" errors="0"');
    expect(xml).toContain('name="must_get: Where is my &lt;refund&gt;?"');
    expect(xml).toContain('It takes &quot;five&quot; days.\uFFFD');
  });

  test('ends with 2 where the bot could not be asked, and with what to do about it', async () => {
    answer = 'Hm.';
    const page = await siteWith(hint, { kind: 'page' });
    expect(await run('--site', page.key)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/function in the page/),
    });
    const dead = await siteWith(hint, {
      kind: 'http',
      url: 'http://127.0.0.1:1/',
      secret: 's'.repeat(16),
    });
    expect(await run('--site', dead.key)).toMatchObject({
      code: 2,
      out: expect.stringMatching(/not asked: the bot gave no answer[\s\S]*1 not told/),
    });
    const { key, id } = await siteWith(hint);
    for (const [args, says] of [
      [['--site', 'pk_none'], /No site has the key pk_none/],
      [['--site', key, '--guidance', 'x'], /must be an id/],
      [['--site', key, '--guidance', id, '--version', '9'], /no such guidance, or not that version/],
      [['--site', key, '--version', '1'], /--version needs --guidance/],
    ] as const) {
      // What these end with has just been seen.
      await expect(inProcess(...args)).rejects.toThrow(says);
    }
    expect(await run()).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/--site is missing/) });
    await expect(imported(key, { guidance: id }, { guidance: id })).rejects.toThrow(
      /line 2: the guidance is there already. Nothing was kept/,
    );
  });

  test('that is killed in the middle is ended as interrupted, and the next one runs', async () => {
    answer = null;
    whenAsked = Promise.withResolvers();
    const { key, site } = await siteWith(hint);
    const { child, ended } = start('--site', key);
    await whenAsked.promise;
    child.kill('SIGKILL');
    await ended;
    const states = () =>
      inDatabase(
        server.databaseUrl,
        'select state, problem from replay_runs where site_id = $1 order by started_at',
        [site.id],
      );
    expect(await states()).toMatchObject([{ state: 'running' }]);
    // For all that anybody knows it is still at it.
    expect(await run('--site', key)).toMatchObject({ code: 2, err: expect.stringMatching(/is going on/) });

    await inDatabase(server.databaseUrl, 'update replay_runs set lease_until = 0 where site_id = $1', [
      site.id,
    ]);
    answer = 'It takes three days.';
    expect(await run('--site', key)).toMatchObject({ code: 0 });
    expect(await states()).toMatchObject([
      { state: 'interrupted', problem: 'its process died' },
      { state: 'done' },
    ]);
  });

  test('that is asked to stop says how far it came, and leaves nothing running', async () => {
    answer = null;
    whenAsked = Promise.withResolvers();
    const { key } = await siteWith(hint);
    const { child, ended } = start('--site', key);
    await whenAsked.promise;
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({
      code: 2,
      out: expect.stringMatching(/1 question: 0 passed, 0 failed, 1 not told\. interrupted: stopped/),
    });
    answer = 'It takes three days.';
    expect(await run('--site', key)).toMatchObject({ code: 0 });
  });
});
