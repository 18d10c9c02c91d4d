import type { Figures, InsightsSlice } from '../../../protocol/insights.ts';
import { type Measures, waitWithin } from './measures.ts';

/** The figures that sums of measures say. */
export function figuresOf(sums: Measures): Figures {
  const of = (key: string) => sums[key] ?? 0;
  return {
    visits: of('visits'),
    contained: of('contained'),
    handed: of('handed'),
    open: of('open'),
    falselyContained: { all: of('false'), down: of('false.down'), back: of('false.back') },
    handoffs: { all: of('handoffs'), reasons: reasonsOf(sums, 'handoffs') },
    person: of('person'),
    offered: of('offered'),
    left: of('left'),
    waits: { all: of('waits'), p50Ms: waitWithin(sums, 0.5), p90Ms: waitWithin(sums, 0.9) },
    missed: { all: of('missed'), reasons: reasonsOf(sums, 'missed') },
    answers: {
      all: of('answers'),
      unknown: of('unknown'),
      failed: of('failed'),
      up: of('up'),
      down: of('down'),
      downReasons: reasonsOf(sums, 'down'),
    },
    causes: reasonsOf(sums, 'causes'),
    ratings: { bot: starsOf(sums, 'bot'), people: starsOf(sums, 'people') },
  };
}

export function sliceOf(key: string, sums: Measures): InsightsSlice {
  const of = (measure: string) => sums[measure] ?? 0;
  return {
    key,
    visits: of('visits'),
    contained: of('contained'),
    falselyContained: of('false'),
    handed: of('handed'),
    handoffs: of('handoffs'),
    missed: of('missed'),
  };
}

/** What `sliceOf` reads: the sums of a slice are read of these alone. */
export const sliceMeasures = ['visits', 'contained', 'false', 'handed', 'handoffs', 'missed'] as const;

/** The parts of a measure by their names, the most frequent first. The names are those that `measuresOf` made keys of. */
function reasonsOf<T extends string>(sums: Measures, of: string): { key: T; count: number }[] {
  return Object.entries(sums)
    .flatMap(([key, count]) =>
      key.startsWith(`${of}.`) && count > 0 ? [{ key: key.slice(of.length + 1) as T, count }] : [],
    )
    .sort((one, other) => other.count - one.count || one.key.localeCompare(other.key));
}

const starsOf = (sums: Measures, of: string) =>
  [1, 2, 3, 4, 5].map((stars) => sums[`rated.${of}.${stars}`] ?? 0);

/** A range longer than so many days is told in longer pieces. */
const mostPieces = 62;

/** How many days a piece of this range has, so that a chart of them can be read: a day, whole weeks. */
export const pieceDays = (days: number): number =>
  days <= mostPieces ? 1 : 7 * Math.ceil(days / (7 * mostPieces));
