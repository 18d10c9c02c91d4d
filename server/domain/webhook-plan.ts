/** When a webhook that does not get through is tried again, and when it is left alone. */
export interface WebhookPlan {
  /** Waits before each further try of the same fact, ms; after the last one it has failed for good. */
  readonly retryMs: readonly number[];
}

/** Seconds at first, for a receiver that restarts; hours at last, for one whose people sleep: 24 hours in all. */
export const defaultRetryMs: readonly number[] = [
  5_000,
  30_000,
  2 * 60_000,
  10 * 60_000,
  30 * 60_000,
  60 * 60_000,
  2 * 60 * 60_000,
  4 * 60 * 60_000,
  8 * 60 * 60_000,
  8 * 60 * 60_000,
];

/** A webhook to which nothing got through for this long, and in so many tries, is paused: somebody must look. */
export const pauseAfterMs = 6 * 60 * 60_000;
export const pauseAfterFailures = 8;

/**
 * When the next try is due after this one has failed; null: none comes.
 * @param attempt of the try that failed, 1 for the first
 */
export function nextTryAt({ retryMs }: WebhookPlan, attempt: number, now: number): number | null {
  const wait = retryMs[attempt - 1];
  return wait === undefined ? null : now + wait;
}

/** Whether a webhook is to be paused that has failed so often in a row, since then. */
export const isToPause = (failures: number, failingSince: number, now: number): boolean =>
  failures >= pauseAfterFailures && now - failingSince >= pauseAfterMs;
