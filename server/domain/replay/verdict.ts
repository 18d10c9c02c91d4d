import type { ReplayCheck, ReplayCounts, ReplayVerdict } from '../../../protocol/replay.ts';
import { isRight } from './checks.ts';

/** What was seen of one question. */
export interface Seen {
  readonly kind: 'must_get' | 'neighbour';
  /** Whether it gets the guidance that is tried, and no other. */
  readonly isApplied: boolean;
  /** The bot gave no answer, with the guidance or without it. */
  readonly hasFailed: boolean;
  /** Of what customers get. */
  readonly checks: readonly ReplayCheck[];
  /** Of what the bot says by itself. */
  readonly checksAlone: readonly ReplayCheck[];
  /** Another version of the bot passed these alone when it was asked last. */
  readonly wasRightBefore: boolean;
}

/** What came of a question. What is wrong for certain goes before what could not be told. */
export function verdictOf(seen: Seen): ReplayVerdict {
  const { kind, isApplied, hasFailed, checks, checksAlone, wasRightBefore } = seen;
  if (kind === 'neighbour') {
    // No answer is needed to see that.
    if (isApplied) return 'changed';
    return hasFailed ? 'unasked' : 'passed';
  }
  if (!isApplied) return 'missed';
  if (hasFailed) return 'unasked';
  const right = isRight(checks);
  if (right === false) return 'wrong';
  if (wasRightBefore && isRight(checksAlone) === false) return 'relapsed';
  // Without checks there was nothing to tell.
  return right === null && checks.length > 0 ? 'unjudged' : 'passed';
}

const failures: ReadonlySet<ReplayVerdict> = new Set(['missed', 'wrong', 'relapsed', 'changed']);

export const isFailure = (verdict: ReplayVerdict): boolean => failures.has(verdict);

export function countsOf(verdicts: readonly (ReplayVerdict | null)[]): ReplayCounts {
  const counts = { passed: 0, failed: 0, open: 0 };
  for (const verdict of verdicts) {
    if (verdict === null) continue;
    counts[verdict === 'passed' ? 'passed' : isFailure(verdict) ? 'failed' : 'open'] += 1;
  }
  return counts;
}

/**
 * What a run means for whoever waits for it: `passed`, `failed`, or `unknown`. Silence is never green: what was not asked
 * might have failed.
 */
export function meaningOf(isDone: boolean, { failed, open }: ReplayCounts): 'passed' | 'failed' | 'unknown' {
  if (failed > 0) return 'failed';
  return isDone && open === 0 ? 'passed' : 'unknown';
}
