import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { createLedger } from '../../examples/demo-walk/ledger.ts';
import { createRandom, deal, readQuestions } from '../../examples/demo-walk/questions.ts';
import { percentile } from '../../examples/demo-walk/tally.ts';
import type { Fact } from '../../protocol/conversation.ts';
import { createDatabase } from '../support/server.ts';

const program = fileURLToPath(new URL('../../examples/demo-walk/main.ts', import.meta.url));
const questions = fileURLToPath(new URL('questions.csv', import.meta.url));
const run = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [program, ...args], { env: { ...process.env, ...env } });

test('ten customers and three agents walk through, and nothing is lost', { timeout: 180_000 }, async () => {
  const database = await createDatabase(inject('postgresUrl'));
  try {
    const { stdout } = await run(['--questions', questions, '--customers', '10', '--json'], {
      DATABASE_URL: database.url,
    });
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(summary).toMatchObject({
      isRight: true,
      customers: 10,
      questions: 30,
      failed: 0,
      unanswered: 0,
      handoffsAsked: 2,
      handoffsAccepted: 2,
      handoffsAnswered: 2,
      handoffsResolved: 2,
      lost: 0,
      doubled: 0,
      outOfOrder: 0,
      differing: 0,
      broken: 0,
      problems: [],
    });
    expect(summary.answered + summary.unknown).toBe(30);
    expect(summary.answered).toBeGreaterThan(20);
    expect(summary.resent, 'the seed makes some commands go out twice').toBeGreaterThan(0);
    expect(summary.reconnects).toBeGreaterThan(0);
  } finally {
    await database.drop();
  }
});

test('says what is missing instead of walking', async () => {
  await expect(run([])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--questions FILE'),
  });
  await expect(run(['--questions', questions, '--customers', 'many'])).rejects.toMatchObject({
    stderr: expect.stringContaining('--customers must be a whole number'),
  });
  await expect(run(['--questions', questions, '--server', 'http://127.0.0.1:1'])).rejects.toMatchObject({
    stderr: expect.stringContaining('--sign-in LINK'),
  });
});

test('reads quoted questions and deals them out evenly', () => {
  const all = readQuestions(questions, 500);
  expect(all).toHaveLength(30);
  expect(all[2]).toBe('Lost my wallet, what now?');
  expect(readQuestions(questions, 4)).toHaveLength(4);
  expect(deal(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([
    ['a', 'c', 'e'],
    ['b', 'd'],
  ]);
  expect(deal(['a'], 50)).toEqual([['a']]);
  const [first, again] = [createRandom(7), createRandom(7)];
  expect(Array.from({ length: 5 }, first)).toEqual(Array.from({ length: 5 }, again));
});

test('percentiles are taken by rank', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(samples, 0.5)).toBe(50);
  expect(percentile(samples, 0.99)).toBe(99);
  expect(percentile([], 0.5)).toBeNull();
});

test('the ledger sees what is lost, doubled, out of order or seen differently', () => {
  const id = '0198c0de-0000-7000-8000-000000000001';
  const sent = (seq: number, cid: string): Fact => ({
    type: 'message.sent',
    seq,
    at: 1,
    by: { kind: 'customer' },
    cid,
    text: 'hello',
  });
  const verdict = (cids: string[], facts: Fact[], customer: Fact[] = facts) => {
    const ledger = createLedger();
    for (const cid of cids) {
      ledger.acknowledged({ conversationId: id, side: 'customer', name: 'message:send', cid });
    }
    ledger.check({ conversationId: id, live: customer, customer, agent: facts });
    const { details, ...faults } = ledger.faults;
    return faults;
  };
  const fine = { lost: 0, doubled: 0, outOfOrder: 0, differing: 0 };
  expect(verdict(['a', 'b'], [sent(1, 'a'), sent(2, 'b')])).toEqual(fine);
  expect(verdict(['a', 'b'], [sent(1, 'a')])).toEqual({ ...fine, lost: 1 });
  expect(verdict(['a'], [sent(1, 'a'), sent(2, 'a')])).toEqual({ ...fine, doubled: 1 });
  expect(verdict(['a', 'b'], [sent(1, 'a'), sent(3, 'b')])).toEqual({ ...fine, outOfOrder: 1 });
  expect(verdict(['a'], [sent(1, 'a')], [{ ...sent(1, 'a'), at: 2 }])).toEqual({ ...fine, differing: 1 });
});
