import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../../console/api.ts';
import { createExports } from '../../console/review/export-list.ts';
import {
  filterWords,
  formatNames,
  formatWords,
  leftOutOf,
  sizeWords,
  stateWords,
} from '../../console/review/export-words.ts';
import type { Export, ExportList } from '../../protocol/exports.ts';

const one: Export = {
  id: '0198c0de-0000-4000-8000-000000000001',
  content: 'feedback',
  format: 'csv',
  filter: {},
  isRedacted: true,
  state: 'running',
  rows: 200,
  total: 1_200,
  written: 150,
  leftOut: { no_better_answer: 50 },
  bytes: 3_400_000,
  name: 'handrail-feedback-2030-01-31.csv',
  by: 'Lea',
  isScheduled: false,
  madeAt: 0,
  expiresAt: 1,
};
const listOf = (...exports: Export[]): ExportList => ({ exports, schedules: [], keepDays: 7 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the list of exports', () => {
  test('is asked for while one is being made, and no longer', async () => {
    const exports = vi.fn<() => Promise<ExportList>>(async () => listOf(one));
    const list = createExports({ exports, changeExports: async () => undefined });
    const end = list.follow();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(exports, 'nothing is known to be made').not.toHaveBeenCalled();
    await list.load();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(exports).toHaveBeenCalledTimes(3);
    exports.mockResolvedValue(listOf({ ...one, state: 'done' }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(exports).toHaveBeenCalledTimes(4);
    end();
  });

  test('says in place what came of it, also when it did not work', async () => {
    const asked: [string, object][] = [];
    const list = createExports({
      exports: async () => listOf(one),
      async changeExports(verb, body) {
        asked.push([verb, body]);
        if (verb === 'schedule') throw new ApiError('limit_reached');
      },
    });
    expect(await list.start({ format: 'csv', filter: { verdict: 'down' }, isRedacted: true })).toBe(true);
    expect(list.state.value).toMatchObject({ list: listOf(one), said: { isProblem: false }, busy: null });
    expect(await list.schedule({ format: 'csv', filter: {}, every: 'daily' })).toBe(false);
    expect(list.state.value.said).toEqual({
      at: 'start',
      isProblem: true,
      text: 'There are as many exports as there may be. Delete one first.',
    });
    await list.remove(one);
    expect(list.state.value.said?.text).toBe('Stopped.');
    expect(asked.map(([verb]) => verb)).toEqual(['start', 'schedule', 'remove']);
  });
});

test('the words', () => {
  expect(stateWords(one)).toBe(`200 of ${(1_200).toLocaleString()} rows`);
  expect(stateWords({ ...one, rows: 0 })).toBe('Starting…');
  expect(stateWords({ ...one, state: 'done' })).toBe('150 rows, 50 left out');
  expect(leftOutOf(one)).toBe('50 without a better answer');
  expect(filterWords({})).toBe('everything');
  expect(filterWords({ verdict: 'down', reason: 'not_what_i_asked' })).toBe(
    'verdict down, reason not what i asked',
  );
  expect([sizeWords(12), sizeWords(3_400), sizeWords(3_400_000)]).toEqual(['12 B', '3.4 kB', '3.4 MB']);
  for (const name of formatNames) expect(formatWords[name].use).toMatch(/\.$/);
});
