import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handrail-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Without a database that could be reached, and with settings that no server would start with. */
const start = (...args: string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [program, 'audit', ...args], {
    env: { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', PORT: 'none' },
  });

async function read(child: ChildProcessWithoutNullStreams) {
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

async function audit(lines: readonly string[], ...options: string[]) {
  const path = join(folder, `${Math.random()}.jsonl`);
  await writeFile(path, lines.join('\n'));
  return read(start(path, ...options));
}

const customer = (text: string) => ({ author: 'customer', text });
const bot = (text: string) => ({ author: 'bot', text });
const line = (id: string, ...turns: readonly object[]) => JSON.stringify({ id, turns });
const objects = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as unknown);

const asked = line('asked', customer('Where is my card?'), bot('On its way.'), customer('Agent, please!'));
const promised = line(
  'promised',
  customer('My card is gone'),
  bot("I'll transfer you to one of our agents."),
  customer('hello?'),
);
const lost = line(
  'lost',
  bot('Hello, I am the assistant.'),
  customer('Where is my card?'),
  bot("Sorry, I didn't understand that."),
);

describe('handrail audit', () => {
  test('judges every customer turn on what was known at it, one object a line', async () => {
    const { code, out, err } = await audit([asked, promised, lost], '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(objects(out)).toEqual([
      { id: 'asked', turn: 0, decision: 'none', reason: null },
      { id: 'asked', turn: 2, decision: 'now', reason: 'customer_said' },
      { id: 'promised', turn: 0, decision: 'none', reason: null },
      { id: 'promised', turn: 2, decision: 'offer', reason: 'bot_promised' },
      { id: 'lost', turn: 1, decision: 'none', reason: null },
    ]);
  });

  test('tells people where one was asked for, should have been offered, and was promised', async () => {
    const { code, out } = await audit([asked, promised, lost]);
    expect(code).toBe(0);
    expect(out).toContain('3 conversations with 5 customer turns');
    expect(out).toMatch(/the customer asked for one +1 +1\n +asked, turn 2: "Agent"/);
    expect(out).toMatch(/the bot had no answer +1 +1\n +lost, turn 2: "Sorry, I didn't understand that"/);
    expect(out).toMatch(/the bot promised one +1 +1\n +promised, turn 1: "I'll transfer you/);
  });

  test('reads standard input, and lines as they end elsewhere', async () => {
    const child = start('-', '--json');
    // A byte order mark, CRLF, an empty line, and no end of line at the end.
    child.stdin.end(`\ufeff${asked}\r\n\r\n${lost}`);
    const { code, out } = await read(child);
    expect(code).toBe(0);
    expect(objects(out)).toHaveLength(3);
  });

  test('says of malformed lines which they are and what is wrong, and goes on', async () => {
    const { code, out, err } = await audit(
      [
        asked,
        '{"id": "cut", "turns": [',
        line('who', { author: 'agent', text: 'x' }),
        '{"turns": []}',
        '[]',
        line('mute', { author: 'bot' }),
        lost,
      ],
      '--json',
    );
    expect(code).toBe(1);
    expect(objects(out)).toHaveLength(3);
    expect(err).toContain('Line 2: not JSON');
    expect(err).toContain('Line 3: turns.0.author must be "customer" or "bot"');
    expect(err).toMatch(/Line 4: .*id/);
    expect(err).toMatch(/Line 5: .*object/);
    expect(err).toMatch(/Line 6: turns\.0 .*text/);
    expect(err).toContain('5 lines could not be read');
  });

  test('leaves out a line that is too long or not UTF-8, without keeping it', async () => {
    const child = start('-', '--json');
    child.stdin.write(`{"id":"long","turns":[{"author":"bot","text":"${'x'.repeat(5_000_000)}"}]}\n`);
    child.stdin.write(Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]));
    child.stdin.end(asked);
    const { code, out, err } = await read(child);
    expect(code).toBe(1);
    expect(err).toContain('Line 1: longer than 4,000,000 bytes');
    expect(err).toContain('Line 2: not UTF-8');
    expect(objects(out)).toHaveLength(2);
  });

  test('streams a file that is larger than the memory it may have', async () => {
    const path = join(folder, 'large.jsonl');
    const note = 'x'.repeat(200_000);
    const one = `${JSON.stringify({ id: 'large', turns: [customer('Where is my card?')], note })}\n`;
    const lines = 500;
    await writeFile(path, one.repeat(lines));
    const child = spawn(process.execPath, ['--max-old-space-size=48', program, 'audit', path, '--json'], {
      env: process.env,
    });
    const { code, out } = await read(child);
    expect(code).toBe(0);
    expect(objects(out)).toHaveLength(lines);
  });

  test('prints no control characters of a transcript to a terminal', async () => {
    const { out } = await audit([line('\u001b[2Jevil', customer('agent\u0007 please'))]);
    expect(out).toContain('[2Jevil, turn 0: "agent please"');
    for (const control of ['\u0007', '\u001b']) expect(out.includes(control)).toBe(false);
  });

  test('ends quietly when its reader has seen enough', async () => {
    const path = join(folder, 'many.jsonl');
    await writeFile(path, `${asked}\n`.repeat(20_000));
    const child = start(path, '--json');
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('says what to type when it was called wrongly', async () => {
    expect(await read(start())).toMatchObject({
      code: 1,
      err: expect.stringContaining('FILE.jsonl is missing'),
    });
    expect(await read(start('--jsn', 'x'))).toMatchObject({ code: 1, err: expect.stringContaining('--jsn') });
    expect(await read(start(join(folder, 'nothing')))).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOENT'),
    });
  });
});
