import { describe, expect, test } from 'vitest';
import { playDay } from '../../bench/routing/day.ts';
import { dayOf, erlangWaitMs, markovDay, roundRobin } from '../../bench/routing/scenarios.ts';
import type { Seat, Waiting } from '../../server/domain/routing.ts';

describe('a whole day of customers, and agents who come, go, overlook offers and vanish', () => {
  test('nobody has two agents, no agent has too many, nobody is passed over or forgotten', () => {
    const day = playDay(dayOf(6));
    expect(day.customers).toBeGreaterThan(500);
    expect(day.vanished).toBeGreaterThan(10);
    expect(day.toPersonMs.length + day.gaveUp).toBeGreaterThanOrEqual(day.customers);
    expect(day).toMatchObject({
      doubleAssignments: 0,
      overCapacity: 0,
      outOfOrder: 0,
      starved: 0,
      misplaced: 0,
      leftAlone: 0,
    });
  });

  test('the same seed is the same day', () => {
    const { toPersonMs } = playDay(dayOf(6));
    expect(playDay(dayOf(6)).toPersonMs).toEqual(toPersonMs);
  });

  test('the counters count: a round-robin leaves customers alone and with the wrong agents', () => {
    const day = playDay(roundRobin(dayOf(6)));
    expect(day.misplaced).toBeGreaterThan(0);
    expect(day.leftAlone).toBeGreaterThan(0);
    const reckless = playDay({
      ...dayOf(6),
      assign: (queue, seats) => lastFirst(queue, seats.slice(0, 1)),
    });
    expect(reckless.overCapacity).toBeGreaterThan(0);
    const unfair = playDay({
      ...dayOf(6),
      assign: (queue, seats) =>
        lastFirst(queue, seats.filter(({ load, capacity }) => load < capacity).slice(0, 1)),
    });
    expect(unfair).toMatchObject({ overCapacity: 0 });
    expect(unfair.outOfOrder).toBeGreaterThan(0);
  });
});

const lastFirst = (queue: readonly Waiting[], [seat]: readonly Seat[]) => {
  const last = queue.filter(({ isOffered }) => !isOffered).at(-1);
  return seat === undefined || last === undefined
    ? []
    : [{ id: last.id, agent: { id: seat.id, name: seat.name } }];
};

test('the formula beside it: one server at half load waits as long as it serves', () => {
  expect(erlangWaitMs(1, 0.5, 60_000)).toBeCloseTo(60_000, 5);
  const { toPersonMs } = playDay(markovDay(3, 5, 0.8));
  const mean = toPersonMs.reduce((sum, one) => sum + one, 0) / toPersonMs.length;
  expect(mean / erlangWaitMs(5, 0.8, 360_000)).toBeGreaterThan(0.4);
  expect(mean / erlangWaitMs(5, 0.8, 360_000)).toBeLessThan(2.5);
});
