import { defaultRouting, inQueueOrder, offersFor, type RoutingRules } from '../../server/domain/routing.ts';
import { randomOf } from './clock.ts';
import { dayMs } from './day.ts';
import type { Scenario } from './scenario.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Customers an hour at each hour of the day, as a share of the busiest: quiet nights, a peak before and after noon. */
const shape = [
  0.12, 0.1, 0.08, 0.08, 0.1, 0.15, 0.25, 0.45, 0.7, 0.92, 1, 0.95, 0.8, 0.85, 0.95, 0.97, 0.88, 0.72, 0.58,
  0.5, 0.42, 0.34, 0.25, 0.17,
];
const rules: RoutingRules = { ...defaultRouting, mode: 'offer' };

/**
 * A day of a support team: 5 to 50 agents by seed, a third of whom write one language only; as many customers as they
 * can just serve at the peak. Every agent's laptop closes once in four hours on average, and one offer in twenty is not
 * seen.
 */
export function dayOf(seed: number): Scenario {
  const random = randomOf(seed ^ 0x5eed);
  const agents = 5 + Math.floor(random.next() * 46);
  const capacity = 1 + Math.floor(random.next() * 3);
  const handlingMs = (4 + random.next() * 8) * minuteMs;
  // A quarter is there around the clock; the others for eight hours, begun between 6 and 14.
  const shifts = Array.from({ length: agents }, (_, at) => {
    if (at % 4 === 0) return { from: 0, to: dayMs + 6 * hourMs };
    const from = (6 + Math.floor(random.next() * 16) / 2) * hourMs;
    return { from, to: from + 8 * hourMs };
  });
  const atWork = (at: number) => shifts.filter(({ from, to }) => at >= from && at < to).length;
  const noon = 12 * hourMs;
  const peak = (0.95 * atWork(noon) * capacity * hourMs) / handlingMs;
  const arrivals = (at: number) => {
    const hour = Math.floor(at / hourMs) % 24;
    const next = shape[(hour + 1) % 24] ?? 0;
    const here = shape[hour] ?? 0;
    return peak * (here + (next - here) * ((at % hourMs) / hourMs));
  };
  return {
    seed,
    agents,
    capacity,
    handlingMs,
    handling: 'lognormal',
    arrivals,
    shift: (agent) => shifts[agent] ?? { from: 0, to: 0 },
    patienceMs: 25 * minuteMs,
    vanishMs: 4 * hourMs,
    ignoredShare: 0.05,
    responseMs: 6_000,
    urgentShare: 0.08,
    languages: ['en', 'en', 'de', null],
    rules,
    assign: (queue, seats, now) => offersFor(queue, seats, now, rules),
    isRescuing: true,
  };
}

/**
 * The same day with what is usual: first come, first served, to the next agent in turn who has room. It knows no
 * languages, asks the same agent again, and leaves a customer with an agent who is gone.
 */
export function roundRobin(scenario: Scenario): Scenario {
  let turn = 0;
  return {
    ...scenario,
    isRescuing: false,
    assign(queue, seats) {
      const load = new Map(seats.map(({ id, load }) => [id, load]));
      const room = (id: string, capacity: number) => (load.get(id) ?? 0) < capacity;
      return [...queue].sort(inQueueOrder).flatMap(({ id, isOffered }) => {
        if (isOffered || seats.length === 0) return [];
        for (let tried = 0; tried < seats.length; tried += 1) {
          const seat = seats[turn++ % seats.length];
          if (seat === undefined || !room(seat.id, seat.capacity)) continue;
          load.set(seat.id, (load.get(seat.id) ?? 0) + 1);
          return [{ id, agent: { id: seat.id, name: seat.name } }];
        }
        return [];
      });
    },
  };
}

/** Where queueing theory has a formula: constant arrivals, exponential handling, one customer each, nobody leaves. */
export function markovDay(seed: number, agents: number, utilisation: number): Scenario {
  const handlingMs = 6 * minuteMs;
  const anHour = (utilisation * agents * hourMs) / handlingMs;
  return {
    ...dayOf(seed),
    agents,
    capacity: 1,
    handlingMs,
    handling: 'exponential',
    arrivals: () => anHour,
    shift: () => ({ from: 0, to: dayMs + 6 * hourMs }),
    patienceMs: null,
    vanishMs: null,
    ignoredShare: 0,
    responseMs: 1,
    urgentShare: 0,
    languages: [null],
  };
}

/** Mean wait of M/M/c, ms (Erlang C; Gross et al., Fundamentals of Queueing Theory, 2.3). */
export function erlangWaitMs(agents: number, utilisation: number, handlingMs: number): number {
  const offered = utilisation * agents;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < agents; k += 1) {
    term *= offered / k;
    sum += term;
  }
  const last = (term * offered) / agents / (1 - utilisation);
  return ((last / (sum + last)) * handlingMs) / (agents * (1 - utilisation));
}
