import { likenessOfContents } from '../policy/same.ts';
import { defaultThresholds } from '../policy/thresholds.ts';
import { contentsOf } from './contents.ts';

/** Whoever comes back on the same within this time has not been helped. */
export const backWithinMs = 72 * 60 * 60_000;

/** When a visit was, and what was asked in it, as content words with blanks between them. */
export interface Asked {
  readonly begunAt: number;
  readonly quietAt: number;
  readonly asked: readonly string[];
}

/** A customer who asks more in one visit has asked it all by then. */
const mostAsked = 10;
const longestAsked = 300;

/** The questions among what was said: with two content words at least, as fewer are alike by chance. */
export const questionsOf = (said: readonly string[]): string[] =>
  [...new Set(said.map((text) => contentsOf(text).join(' ').slice(0, longestAsked)))]
    .filter((words) => words.includes(' '))
    .slice(0, mostAsked);

/** Later visits of a customer that are looked at: who comes more often within 72 hours is a machine. */
const mostLater = 50;

/**
 * Whether the customer came back and asked the same again.
 * @param visits all of the same customer at the same site, in the order in which they began
 */
export function cameBack(visit: Asked, visits: readonly Asked[]): boolean {
  if (visit.asked.length === 0) return false;
  const asked = visit.asked.map(setOf);
  return visits
    .filter(({ begunAt }) => begunAt > visit.begunAt && begunAt <= visit.quietAt + backWithinMs)
    .slice(0, mostLater)
    .some((later) => later.asked.some((words) => isAmong(setOf(words), asked)));
}

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const isAmong = (words: ReadonlySet<string>, asked: readonly ReadonlySet<string>[]) =>
  asked.some((one) => likenessOfContents(words, one) >= defaultThresholds.sameQuestion);
