import { writeFileSync } from 'node:fs';
import type { Benchmark } from './options.ts';
import { levels, playDay } from './routing/day.ts';
import { reliabilityPlot } from './routing/plot.ts';
import type { DayResult } from './routing/scenario.ts';
import { dayOf, erlangWaitMs, markovDay, roundRobin } from './routing/scenarios.ts';
import { median, rounded, table } from './statistics.ts';

/** Days that nothing was tuned on; the tuning was done on seeds 1 to 20. */
const seedsApart = [9_001, 9_002, 9_003];

/** Nearest-rank; NaN for none. */
const at = (values: readonly number[], share: number) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};
const coverage = ({ estimates }: DayResult, level: number) => {
  const inside = estimates.filter(({ waitedMs, ranges }) => {
    const range = ranges.get(level);
    return range !== undefined && waitedMs >= range.fromMs && waitedMs <= range.toMs;
  });
  return inside.length / estimates.length;
};
const seconds = (ms: number) => rounded(ms / 1_000);
const sum = (results: readonly DayResult[], count: (result: DayResult) => number) =>
  results.reduce((all, result) => all + count(result), 0);

export const routing: Benchmark = {
  about: `routing         how long customers wait for a person, and whether estimates hold, on simulated days

A day of customers (Poisson arrivals with a daily shape) and 5 to 50 agents who come, go, overlook offers and vanish,
played with a clock that jumps. Facts and states are made by the server's own decide(), offers by its offersFor(), and
estimates by its wait-estimate; the store, the sockets and the job queue are not in it (test/server/routing.test.ts).
Beside it, on the same arrivals: a plain first-come round-robin; and, where the formula holds (constant arrivals,
exponential handling, nobody leaves), the mean wait of M/M/c (Erlang C).`,
  options: {
    seeds: { type: 'string', default: seedsApart.join(), about: 'days, by seed' },
    svg: { type: 'string', about: 'file for the plot of promised and true shares' },
  },
  defaults: { runs: 5, seconds: 1 },
  async run({ runs, print, text }) {
    const seeds = (text('seeds') ?? seedsApart.join()).split(',').map(Number);
    const days = seeds.map((seed) => ({
      scenario: dayOf(seed),
      ours: playDay(dayOf(seed)),
      plain: playDay(roundRobin(dayOf(seed))),
    }));
    const ours = days.map((day) => day.ours);
    const plain = days.map((day) => day.plain);
    print(
      table(
        [
          'day',
          'agents',
          'customers',
          'vanished',
          'p50 s',
          'p90 s',
          'p99 s',
          'gave up',
          'wrong language',
          'left alone',
        ],
        days.flatMap(({ scenario, ours, plain }) =>
          [
            [`${scenario.seed} handrail`, ours] as const,
            [`${scenario.seed} round-robin`, plain] as const,
          ].map(([name, day]) => [
            name,
            `${scenario.agents} x ${scenario.capacity}`,
            day.customers,
            day.vanished,
            ...[0.5, 0.9, 0.99].map((share) => seconds(at(day.toPersonMs, share))),
            day.gaveUp,
            day.misplaced,
            day.leftAlone,
          ]),
        ),
      ),
    );
    print('');
    print(
      table(
        ['share of waits in the range', ...levels.map((level) => `${level * 100} %`), 'estimates'],
        days.map(({ scenario, ours }) => [
          String(scenario.seed),
          ...levels.map((level) => `${rounded(coverage(ours, level) * 100)} %`),
          ours.estimates.length,
        ]),
      ),
    );
    const markov = (
      [
        [5, 0.8],
        [20, 0.9],
      ] as const
    ).map(([agents, utilisation]) => {
      const { handlingMs } = markovDay(0, agents, utilisation);
      const waits = Array.from({ length: runs }, (_, run) => {
        const { toPersonMs } = playDay(markovDay(run + 1, agents, utilisation));
        return toPersonMs.reduce((all, one) => all + one, 0) / toPersonMs.length;
      });
      return {
        agents,
        utilisation,
        meanMs: median(waits),
        formulaMs: erlangWaitMs(agents, utilisation, handlingMs),
      };
    });
    print('');
    print(
      table(
        ['M/M/c', 'mean wait s', 'formula s', `(median of ${runs} days)`],
        markov.map(({ agents, utilisation, meanMs, formulaMs }) => [
          `${agents} agents at ${utilisation * 100} %`,
          seconds(meanMs),
          seconds(formulaMs),
          '',
        ]),
      ),
    );
    const file = text('svg');
    if (file !== undefined) {
      const points = days.map(({ ours }) => levels.map((level) => [level, coverage(ours, level)] as const));
      writeFileSync(file, reliabilityPlot(points));
      print(`\nPlot: ${file}`);
    }
    const waits = ours.flatMap(({ toPersonMs }) => toPersonMs);
    const plainWaits = plain.flatMap(({ toPersonMs }) => toPersonMs);
    const timesOf = (values: readonly number[]) => ({
      p50: Math.round(at(values, 0.5)),
      p90: Math.round(at(values, 0.9)),
      p99: Math.round(at(values, 0.99)),
    });
    const result = {
      coverage80: ours.map((day) => Number(coverage(day, 0.8).toFixed(4))),
      doubleAssignments: sum(ours, (day) => day.doubleAssignments),
      starved: sum(ours, (day) => day.starved),
      overCapacity: sum(ours, (day) => day.overCapacity),
      outOfOrder: sum(ours, (day) => day.outOfOrder),
      timeToPersonMs: timesOf(waits),
      roundRobin: {
        timeToPersonMs: timesOf(plainWaits),
        gaveUp: sum(plain, (day) => day.gaveUp),
        misplaced: sum(plain, (day) => day.misplaced),
        leftAlone: sum(plain, (day) => day.leftAlone),
      },
      gaveUp: sum(ours, (day) => day.gaveUp),
      misplaced: sum(ours, (day) => day.misplaced),
      leftAlone: sum(ours, (day) => day.leftAlone),
      customers: sum(ours, (day) => day.customers),
      markov,
    };
    const { doubleAssignments, starved, overCapacity, outOfOrder } = result;
    print(
      `\nassigned twice ${doubleAssignments}, above capacity ${overCapacity}, out of order ${outOfOrder}, never served ${starved}`,
    );
    const problems = ours.flatMap(({ estimates }, day) =>
      estimates.length < 30 ? [`day ${seeds[day]} has too few estimates to tell`] : [],
    );
    return { problems, result };
  },
};
