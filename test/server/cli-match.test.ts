import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../server/cli/main.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handrail-match-'));
});
afterAll(() => rm(folder, { recursive: true }));

const files = {
  guidance: ['{"id": "refund", "examples": ["How do I get my money back?", "I want a refund"]}'],
  traffic: ['Where is my parcel?', 'Do you sell shoes?'],
  questions: ['I want a refund', 'Do you sell hats?', 'I do not want a refund'],
};

async function match(given: Partial<Record<string, readonly string[]>>, ...options: string[]) {
  const args = Object.entries({ ...files, ...given }).flatMap(([name, lines]) => [
    [`--${name}`, join(folder, name), lines ?? []] as const,
  ]);
  for (const [, path, lines] of args) await writeFile(path, lines.join('\n'));
  return run(...args.flatMap(([name, path]) => [name, String(path)]), ...options);
}

/** Without a database that could be reached, and with settings that no server would start with. */
async function run(...args: string[]) {
  const child = spawn(process.execPath, [program, 'match', ...args], {
    env: { ...process.env, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', PORT: 'none' },
  });
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

const objects = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('handrail match', () => {
  test('says which guidance each question would get, and that there is too little traffic', async () => {
    const { code, out, err } = await match({}, '--json');
    expect(code).toBe(0);
    expect(objects(out)).toMatchObject([
      { question: 'I want a refund', guidance: 'refund', nearest: 'refund', threshold: 0.9 },
      { question: 'Do you sell hats?', guidance: null },
      { question: 'I do not want a refund', guidance: null, nearest: 'refund' },
    ]);
    expect(err).toContain('Too little traffic');
    expect(err).toContain('600 past questions');
  });

  test('prints a line a question: guidance or -, score, threshold, question', async () => {
    const { out } = await match({});
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.map(([guidance, , threshold, question]) => [guidance, threshold, question])).toEqual([
      ['refund', '0.900', 'I want a refund'],
      ['-', '0.900', 'Do you sell hats?'],
      ['-', '0.900', 'I do not want a refund'],
    ]);
  });

  test('names what it cannot read by file and line, goes on, and fails in the end', async () => {
    const guidance = [
      '{"id": "refund", "examples": ["I want a refund"]}',
      'refund',
      '',
      '{"id": "refund", "examples": ["again"]}',
      '{"id": "empty", "examples": []}',
    ];
    const { code, out, err } = await match({ guidance, questions: ['I want a refund', 'x'.repeat(4_001)] });
    expect(code).toBe(1);
    expect(out).toMatch(/^refund\t/);
    for (const fault of ['line 2: not JSON', 'line 4: the id refund is there', 'line 5: examples']) {
      expect(err).toContain(`${join(folder, 'guidance')} ${fault}`);
    }
    expect(err).toContain(`${join(folder, 'questions')} line 2: longer than`);
    expect(err).toContain('4 lines could not be read');
  });

  test('says what is missing or makes no sense', async () => {
    const wrong: [string[], string][] = [
      [[], '--guidance is missing'],
      [['--guidance', '-', '--traffic', '-', '--questions', 'q'], 'Only one file'],
      [['--guidance', 'a', '--traffic', 'b', '--questions', 'c', '--false-apply', '2'], '--false-apply'],
      [['--guidance', 'a', '--traffic', 'b', '--questions', 'c', '--embeddings', 'far'], '"local" only'],
    ];
    for (const [args, message] of wrong) {
      const { code, err } = await run(...args);
      expect(err).toContain(message);
      expect(code).toBe(1);
    }
  });
});
