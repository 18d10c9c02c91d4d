import type { GuidanceAction, GuidanceScope } from '../../../protocol/guidance.ts';

/** One time that one version of a guidance was live, without a break. */
export interface Stretch {
  /** The step that made it live: its number among the steps of its guidance. */
  readonly seq: number;
  readonly version: number;
  readonly from: number;
  /** null: it is still live. */
  readonly until: number | null;
}

interface Step {
  readonly seq: number;
  readonly action: GuidanceAction;
  readonly version: number;
  readonly at: number;
}

/** The stretches that the steps of a guidance tell of, in order. @param steps all of them, in order */
export function stretchesOf(steps: readonly Step[]): Stretch[] {
  const stretches: Stretch[] = [];
  let live: Stretch | null = null;
  const end = (at: number) => {
    if (live !== null) stretches.push({ ...live, until: Math.max(at, live.from) });
    live = null;
  };
  for (const { seq, action, version, at } of steps) {
    if (action === 'retired') end(at);
    if (action === 'approved' || action === 'rolled_back') {
      end(at);
      live = { seq, version, from: at, until: null };
    }
  }
  return live === null ? stretches : [...stretches, live];
}

/** Of a stretch the part in which its version's scope let it be given; null where there is none. */
export function withinScope(stretch: Stretch, { from, until }: GuidanceScope): Stretch | null {
  const begins = Math.max(stretch.from, from ?? 0);
  const ends = Math.min(stretch.until ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY);
  if (begins >= ends) return null;
  return { ...stretch, from: begins, until: Number.isFinite(ends) ? ends : null };
}

/** From `from`, and before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Windows {
  /** As long as the one after will be at least. */
  readonly before: Span;
  /** Of the stretch as much as has come. */
  readonly after: Span;
  /** When nothing about it can change any more: after that it is not measured again. */
  readonly finalAt: number;
}

/** Who comes back within this time has not been helped. */
export const backWithinMs = 72 * 60 * 60_000;
/** Who asks again later than this has gone in between. */
export const awayMs = 60 * 60_000;
/** Longer ago says less of the guidance than of what else has changed. */
export const longestMs = 56 * 24 * 60 * 60_000;

/**
 * What is compared: as long before a stretch as it has lasted, 72 hours at least and eight weeks at most. The window
 * before is there in full at once, the one after fills up; shares are compared, not counts.
 */
export function windowsOf({ from, until }: Pick<Stretch, 'from' | 'until'>, now: number): Windows {
  const lasted = Math.min(until ?? now, now) - from;
  const length = Math.min(Math.max(lasted, backWithinMs), longestMs);
  const end = Math.min(until ?? Number.POSITIVE_INFINITY, from + longestMs);
  return {
    before: { from: from - length, to: from },
    after: { from, to: Math.max(from, Math.min(end, now)) },
    finalAt: end + backWithinMs + awayMs,
  };
}
