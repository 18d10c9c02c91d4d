import type { Outcome } from './outcome.ts';

/**
 * What a visit adds to the figures: how often each of these happened in it, by key. Sums of them over any days are the
 * figures of those days. The keys are kept in the database and named in addresses: a released one never changes.
 */
export type Measures = Readonly<Record<string, number>>;

/** @param isBack the same customer came back on the same within 72 hours */
export function measuresOf(outcome: Outcome, isBack: boolean): Measures {
  const { answers, thumbs, rating } = outcome;
  const measures: Record<string, number> = {};
  const add = (key: string, count = 1) => {
    if (count > 0) measures[key] = (measures[key] ?? 0) + count;
  };
  add('visits');
  add(outcome.end);
  add('handoffs', outcome.handoffs.length);
  for (const reason of outcome.handoffs) add(`handoffs.${reason}`);
  add('person', Number(outcome.hadPerson));
  add('offered', Number(outcome.wasOffered));
  add('left', outcome.left);
  add('waits', outcome.waitsMs.length);
  for (const ms of outcome.waitsMs) add(`waits.${waitBucket(ms)}`);
  if (outcome.missed !== null) {
    add('missed');
    add(`missed.${outcome.missed}`);
  }
  add('answers', answers.answered + answers.unknown + answers.failed);
  add('unknown', answers.unknown);
  add('failed', answers.failed);
  add('up', thumbs.up);
  add('down', thumbs.down);
  for (const reason of outcome.downReasons) add(`down.${reason}`);
  for (const cause of outcome.causes) add(`causes.${cause}`);
  if (rating !== null) {
    add(`rated.${rating.of}`);
    add(`rated.${rating.of}.${rating.stars}`);
  }
  add('weak', outcome.weak.length);
  return withBack(measures, isBack);
}

/**
 * The measures of the same visit once it is known whether the customer came back: what falls to false containment is
 * decided here, from what the measures say already.
 */
export function withBack(measures: Measures, isBack: boolean): Measures {
  const { false: _all, 'false.down': _down, 'false.back': _back, ...rest } = measures;
  const isDown = (rest.down ?? 0) > 0;
  if (rest.contained === undefined || !(isDown || isBack)) return rest;
  return { ...rest, false: 1, ...(isDown && { 'false.down': 1 }), ...(isBack && { 'false.back': 1 }) };
}

/** What must be added to the sums so that they hold `now` instead of `before`; keys that stay are left out. */
export function changeOf(before: Measures, now: Measures): Measures {
  const change: Record<string, number> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const by = (now[key] ?? 0) - (before[key] ?? 0);
    if (by !== 0) change[key] = by;
  }
  return change;
}

/** Each bucket is so much longer than the one before: percentiles read from them are within 5 %. */
const growth = 1.1;
const shortestMs = 1_000;

/** Waits are summed by their length, roughly: percentiles over any days come from that. */
export const waitBucket = (ms: number): number =>
  ms < shortestMs ? 0 : 1 + Math.floor(Math.log(ms / shortestMs) / Math.log(growth));

/** The middle of a bucket, ms. */
const bucketMs = (bucket: number): number =>
  bucket === 0 ? shortestMs / 2 : shortestMs * growth ** (bucket - 0.5);

/** The wait that this share of all ended within, ms; null without any. */
export function waitWithin(sums: Measures, share: number): number | null {
  const buckets = Object.entries(sums)
    .flatMap(([key, count]) => (/^waits\.\d+$/.test(key) ? [{ bucket: Number(key.slice(6)), count }] : []))
    .sort((one, other) => one.bucket - other.bucket);
  const rank = Math.max(1, Math.ceil(share * (sums.waits ?? 0)));
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen >= rank) return Math.round(bucketMs(bucket));
  }
  return null;
}
