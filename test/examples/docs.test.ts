import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../examples/existing-bot/faults.ts';
import { BotTurn } from '../../protocol/bot.ts';
import { AnswerFailure } from '../../protocol/conversation.ts';
import { loopbackRanges } from '../../server/bots/addresses.ts';
import { collectReply } from '../../server/bots/collect.ts';
import { createHttpBot } from '../../server/bots/http.ts';
import { createOutbound } from '../../server/bots/outbound.ts';
import { settingsHelp } from '../../server/config.ts';
import { checkOf } from '../../server/plugins/validation.ts';
import { startTestBot } from '../support/bot.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
let bots: string;
let embed: string;
beforeAll(async () => {
  [bots, embed] = await Promise.all([read('docs/bots.md'), read('docs/embed.md')]);
});

/** The code block whose fence has these words. */
const block = (fence: string) => {
  const found = new RegExp(`\`\`\`${fence}\\n([\\s\\S]*?)\`\`\``).exec(bots)?.[1];
  if (found === undefined) throw new Error(`docs/bots.md has no block "${fence}"`);
  return found;
};
const turnInDocs = () => checkOf(BotTurn)(JSON.parse(block('json turn')));
const call = createOutbound({ allowPrivate: loopbackRanges });
afterAll(call.close);
const deadlines = { firstByteMs: 20_000, totalMs: 20_000 };
const ask = (url: string, secret: string) =>
  collectReply(
    createHttpBot({ url, secret }, { call }),
    turnInDocs(),
    deadlines,
    new AbortController().signal,
    () => {},
  );

describe('docs/bots.md', () => {
  test('shows a turn as the server sends it', () => {
    expect(turnInDocs().turn).toBe(2);
  });

  test('shows replies that the server understands, whole and streamed', async () => {
    const whole = await startTestBot((_turn, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(block('json reply'));
    });
    const streamed = await startTestBot((_turn, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${block('sse')}\n`);
    });
    try {
      const answer = {
        outcome: 'answered',
        failure: null,
        text: 'It comes **about four weeks** before the old one expires.',
        sources: [{ title: 'When your card expires', url: 'https://help.acme.example/card-expiry' }],
        replies: ['Order a new card', 'Something else'],
      };
      expect(await ask(whole.url, 's')).toMatchObject({
        ...answer,
        handoff: 'The customer asked for a person.',
      });
      expect(await ask(streamed.url, 's')).toMatchObject({ ...answer, handoff: null });
      expect(whole.requests[0]?.headers['idempotency-key']).toBe(
        `${turnInDocs().conversation}:${turnInDocs().turn}`,
      );
    } finally {
      await Promise.all([whole.close(), streamed.close()]);
    }
  });

  test('names every failure, every field, every setting and every fault that there is', () => {
    for (const { const: failure } of AnswerFailure.anyOf) expect(bots).toContain(`\`${failure}\``);
    for (const field of Object.keys(BotTurn.properties)) expect(bots).toContain(`\`${field}\``);
    for (const fault of faults) expect(bots).toContain(`\`#${fault}\``);
    for (const setting of bots.match(/\b(?:BOT_(?:FIRST|TOTAL|MAX|CIRCUIT)|OUTBOUND)_\w+/g) ?? [])
      expect(settingsHelp()).toContain(setting);
  });

  describe('its minimal bot', () => {
    let folder: string;
    let stop: () => Promise<void>;
    let url: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'handrail-docs-'));
      const file = join(folder, 'bot.mjs');
      await writeFile(file, block('js minimal'));
      const child = spawn(process.execPath, [file], {
        env: { ...process.env, PORT: '0', BOT_SECRET: 'docs' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      stop = async () => {
        const exited = once(child, 'exit');
        child.kill();
        await exited;
      };
      for await (const line of createInterface({ input: child.stdout })) {
        url = /http:\S+/.exec(line)?.[0] ?? '';
        break;
      }
    });
    afterAll(async () => {
      await stop();
      await rm(folder, { recursive: true });
    });

    test('answers as it is printed there', async () => {
      expect(await ask(url, 'docs')).toMatchObject({
        outcome: 'unknown',
        text: "You asked: **and how long does it take?**. I don't know much yet.",
      });
    });

    test('refuses another secret', async () => {
      expect(await ask(url, 'guessed')).toMatchObject({ outcome: 'failed', failure: 'rejected' });
    });
  });
});

describe('docs/embed.md', () => {
  /** The names that an interface of the widget declares. */
  const namesIn = async (path: string, name: string) => {
    const source = await read(path);
    const body = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1];
    if (body === undefined) throw new Error(`${path} has no interface ${name}`);
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:<]/gm)].map((match) => match[1] ?? '');
  };

  test('names every option, method and event of createHandrail', async () => {
    const [options, methods, events, theme] = await Promise.all([
      namesIn('widget/options.ts', 'HandrailOptions'),
      namesIn('widget/options.ts', 'Handrail'),
      namesIn('widget/options.ts', 'HandrailEvents'),
      namesIn('widget/theme.ts', 'Theme'),
    ]);
    expect(options).toContain('site');
    for (const name of [...options, ...theme, ...events]) expect(embed).toContain(`\`${name}\``);
    for (const name of methods.filter((method) => method !== 'element'))
      expect(embed).toContain(`\`${name}(`);
    for (const name of events) expect(embed).toContain(`handrail:${name}`);
  });

  test('names the attributes that the loader and the element read, and no others', async () => {
    const [loader, host] = await Promise.all([read('widget/loader.ts'), read('widget/host.ts')]);
    const data = new Set([...embed.matchAll(/`data-([a-z-]+)`/g)].map((match) => match[1] ?? ''));
    expect([...data].sort()).toEqual(['color-scheme', 'identity', 'language', 'position', 'server', 'site']);
    for (const name of data) {
      const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      expect(loader).toMatch(new RegExp(`\\b${camel}\\b`));
      expect(host).toContain(`'${name}'`);
    }
  });
});
