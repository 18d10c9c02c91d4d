import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ExportManifest } from '../../protocol/exports.ts';
import { UsageError } from '../../server/cli/command.ts';
import { exportToFile } from '../../server/cli/export.ts';
import { readConfig } from '../../server/config.ts';
import { atTheBeginning } from '../../server/exports/checkpoint.ts';
import type { Site } from '../../server/store/sites.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { emptyFolder, handrailProgram, never, type Run } from './backup-stage.ts';
import { leaveMany } from './exports-stage.ts';
import { leaveFeedback } from './feedback-data.ts';
import { inDatabase, noLimits } from './requests.ts';

let server: TestServer;
let site: Site;
const rows = 3_000;

beforeAll(async () => {
  server = await startTestServer(inject('postgresUrl'), noLimits);
  site = await server.addSite({ kind: 'page' });
  await leaveMany(server, site, rows);
  const elsewhere = await server.addSite({ kind: 'page' });
  await leaveFeedback(server, elsewhere, { question: 'Elsewhere?', answer: 'Yes.', verdict: 'up' });
});
afterAll(() => server.close());

/** What `handrail export …` does, within this process. */
async function run(...args: string[]): Promise<Run> {
  let out = '';
  const print = (line: string) => {
    out += `${line}\n`;
  };
  try {
    await exportToFile.run(
      { config: readConfig({ DATABASE_URL: server.databaseUrl }), print, signal: never },
      args,
    );
    return { code: 0, out, err: '' };
  } catch (error) {
    return { code: 1, out, err: error instanceof UsageError ? error.message : String(error) };
  }
}

describe('handrail export', () => {
  test('writes the file and its manifest, and the audit log says so', async () => {
    const folder = await emptyFolder();
    const out = join(folder, 'dpo.jsonl');
    const args = ['--format', 'trl-preference', '--out', out, '--site', site.key, '--verdict', 'down'];
    const { code, out: said, err } = await run(...args, '--from', '2020-01-31');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(said).toMatch(/1,000 rows in dpo\.jsonl; 2,000 left out, the manifest says why/);
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(rows / 3);
    const manifest: ExportManifest = JSON.parse(readFileSync(`${out}.manifest.json`, 'utf8'));
    expect(manifest).toMatchObject({
      sites: [site.key],
      by: 'operator',
      filter: { verdict: 'down', from: Date.UTC(2020, 0, 31) },
      rows: { matched: rows, written: rows / 3 },
    });
    expect((await readdir(folder)).sort()).toEqual(['dpo.jsonl', 'dpo.jsonl.manifest.json']);
    const [told] = await inDatabase(
      server.databaseUrl,
      `select agent_id, detail from audit_log where action = 'feedback.exported' and object_id = $1`,
      [manifest.export],
    );
    expect(told).toMatchObject({
      agent_id: null,
      detail: { format: 'trl-preference', redaction: 'on', rows },
    });
    expect((await run(...args)).err).toContain('is there already');
  });

  test('does not go on with what another version of Handrail has begun', async () => {
    const folder = await emptyFolder();
    const out = join(folder, 'feedback.csv');
    const order = {
      ask: { content: 'feedback', format: 'csv', filter: {}, isRedacted: true },
      siteIds: [site.id],
      sites: [site.key],
      total: 2,
      madeAt: 1,
    };
    // As the version before wrote it: with a head of fewer columns.
    const { formatVersion: _, ...checkpoint } = { ...atTheBeginning, rows: 1, bytes: 5 };
    writeFileSync(`${out}.part`, 'id\n1\n');
    writeFileSync(`${out}.part.json`, JSON.stringify({ order: { id: randomUUID(), ...order }, checkpoint }));
    const { code, err } = await run('--out', out, '--resume');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/another version of Handrail/) });
    expect((await readdir(folder)).sort()).toEqual(['feedback.csv.part', 'feedback.csv.part.json']);
  });

  test('killed in the middle, goes on with --resume to the same file', async () => {
    const format = 'csv';
    const folder = await emptyFolder();
    const whole = join(folder, 'whole');
    expect(await run('--format', format, '--out', whole, '--kind', 'answer')).toMatchObject({
      code: 0,
      err: '',
    });
    const out = join(folder, 'broken');
    const state = `${out}.part.json`;
    const killed = await handrailProgram(
      { DATABASE_URL: server.databaseUrl },
      ['export', '--format', format, '--out', out, '--kind', 'answer'],
      (child) => {
        const watcher = watch(folder, () => {
          if (existsSync(state) && /"rows":[1-9]/.test(readFileSync(state, 'utf8'))) child.kill('SIGKILL');
        });
        child.once('close', () => watcher.close());
      },
    );
    expect(killed.code).toBeNull();
    expect(existsSync(out)).toBe(false);
    expect((await run('--format', format, '--out', out)).err).toContain('was begun before');
    const resumed = await run('--out', out, '--resume');
    expect(resumed).toMatchObject({ code: 0, err: '' });
    expect(resumed.out).toMatch(/Going on behind row [\d,]+ of 3,001/);
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true);
    expect(await readdir(folder)).toHaveLength(4);
  });

  test.each([
    [['--out', 'x'], '--format is one of csv, jsonl'],
    [['--format', 'pdf', '--out', 'x'], '--format is one of'],
    [
      ['--format', 'argilla', '--out', 'x', '--content', 'facts'],
      'Facts are written as csv, jsonl or parquet',
    ],
    [['--format', 'csv', '--out', 'x', '--content', 'facts', '--rating', '1'], 'narrowed by --from'],
    [['--format', 'csv', '--out', 'x', '--site', 'pk_none'], 'No site has the key pk_none'],
    [['--format', 'csv', '--out', 'x', '--from', 'soon'], '--from is a date'],
    [['--format', 'csv', '--out', 'x', '--rating', '9'], 'The filter is not one'],
    [['--out', 'x', '--resume'], 'nothing to go on with'],
    [['--format', 'csv'], '--out is missing'],
  ])('says what is wrong with %j', async (args, words) => {
    const folder = await emptyFolder();
    const here = args.map((arg) => (arg === 'x' ? join(folder, 'x') : arg));
    const { code, err } = await run(...here);
    expect(err).toContain(words);
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});
