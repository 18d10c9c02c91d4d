import type { ExportSchedule } from '../../../protocol/exports.ts';

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
/** At night, UTC; weekly ones on Mondays: the epoch began on a Thursday. */
const dailyAt = 3 * hourMs;
const weeklyAt = 4 * dayMs + dailyAt;

/** The first time behind `now` at which such an export is made, epoch ms. */
export function nextDue(every: ExportSchedule, now: number): number {
  const [period, first] = every === 'daily' ? [dayMs, dailyAt] : [7 * dayMs, weeklyAt];
  return (Math.floor((now - first) / period) + 1) * period + first;
}
