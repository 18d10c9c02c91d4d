import { describe, expect, test } from 'vitest';
import { offerTime, presenceOf, presenceTimeoutMs } from '../../server/domain/presence.ts';

const now = 1_800_000_000_000;
const there = { availability: 'online', seenAt: now, phoneUntil: null } as const;

describe('where an agent is', () => {
  test('a console that gives signs of life says what its agent set', () => {
    expect(presenceOf(there, now)).toBe('online');
    expect(presenceOf({ ...there, availability: 'away' }, now)).toBe('away');
  });

  test('a closed laptop is offline within 45 s, a closed page at once', () => {
    expect(presenceOf(there, now + presenceTimeoutMs - 1)).toBe('online');
    expect(presenceOf(there, now + presenceTimeoutMs)).toBe('offline');
    expect(presenceOf({ ...there, seenAt: null }, now)).toBe('offline');
  });

  test('a phone that was put away counts until its time is over', () => {
    const pocket = { ...there, seenAt: null, phoneUntil: now + 1 };
    expect(presenceOf(pocket, now)).toBe('on_phone');
    expect(presenceOf(pocket, now + 1)).toBe('offline');
    expect(presenceOf({ ...pocket, seenAt: now }, now)).toBe('online');
  });

  test('who is away is not called on the phone either', () => {
    expect(presenceOf({ availability: 'away', seenAt: null, phoneUntil: now + 1 }, now)).toBe('offline');
  });
});

test('an offer to a phone leaves time to take it out; a longer one stays as long', () => {
  expect(offerTime(20_000, false)).toBe(20_000);
  expect(offerTime(20_000, true)).toBe(60_000);
  expect(offerTime(90_000, true)).toBe(90_000);
});
