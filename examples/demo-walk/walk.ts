import type { Ledger } from './ledger.ts';
import type { Tally } from './tally.ts';

/** What all who take part in a walk share. */
export interface Walk {
  readonly url: string;
  readonly site: string;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly random: () => number;
  /**
   * The conversations of this walk, with when their customer asked for a person (performance.now; null if only the
   * bot did), so that agents can say how fast they saw it.
   */
  readonly askedAt: Map<string, number | null>;
}

/** Longest wait for an answer or a person, ms. What takes longer counts as unanswered. */
export const patienceMs = 90_000;
