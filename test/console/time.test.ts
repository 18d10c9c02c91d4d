import { expect, test } from 'vitest';
import { ago, duration, span, urgency } from '../../console/shared/time.ts';

const minute = 60_000;

test('a waiting time counts minutes and seconds, and hours once there are some', () => {
  expect(duration(0)).toBe('0:00');
  expect(duration(48_999)).toBe('0:48');
  expect(duration(12 * minute + 5_000)).toBe('12:05');
  expect(duration(62 * minute + 9_000)).toBe('1:02:09');
  expect(duration(-3_000), "the server's clock is ahead").toBe('0:00');
});

test('a wait turns amber after two minutes and red after five', () => {
  expect([0, 2 * minute - 1, 2 * minute, 5 * minute - 1, 5 * minute].map(urgency)).toEqual([
    'calm',
    'calm',
    'warn',
    'warn',
    'late',
  ]);
});

test('how long ago and how long are said in the largest unit that is not zero', () => {
  expect([-5, 30_000, 12 * minute, 3 * 60 * minute, 50 * 60 * minute].map(ago)).toEqual([
    'now',
    'now',
    '12 min',
    '3 h',
    '2 d',
  ]);
  expect([9_000, 4 * minute, 120 * minute].map(span)).toEqual(['9 s', '4 min', '2 h']);
});
