import type { GuidanceKind } from '../../../protocol/guidance.ts';
import type { ReplayCheck, ReplayChecks } from '../../../protocol/replay.ts';
import { contradicts, guardedOf } from '../retrieval/guard.ts';
import { termsOf } from '../retrieval/terms.ts';

/** From here on an answer says about the same as an *answer* guidance of nobody's own checks. */
const usualLikeness = 0.5;

/**
 * The checks of a guidance that nobody has given any. An answer is what the bot should say, so it is held against that;
 * a hint is said in other words, and a line before a person is no answer.
 */
export const usualChecks = (kind: GuidanceKind, text: string): ReplayChecks =>
  kind === 'answer' ? { similar: { text, atLeast: usualLikeness } } : {};

/** What a judging model said of an answer; null: nothing, or nobody was asked. */
export type Judged = boolean | null;

/** Every check of an answer, in the order in which they are written. */
export function checked(
  { contains = [], notContains = [], similar, judge }: ReplayChecks,
  answer: string,
  judged: Judged,
): ReplayCheck[] {
  const plain = plainOf(answer);
  const has = (wanted: string) => plain.includes(plainOf(wanted));
  const found: ReplayCheck[] = [
    ...contains.map((wanted) => ({ check: 'contains' as const, wanted, passed: has(wanted) })),
    ...notContains.map((wanted) => ({ check: 'not_contains' as const, wanted, passed: !has(wanted) })),
  ];
  if (similar !== undefined) {
    const score = likeness(answer, similar.text);
    found.push({ check: 'similar', wanted: similar.text, passed: score >= similar.atLeast, score });
  }
  if (judge !== undefined) found.push({ check: 'judge', wanted: judge, passed: judged });
  return found;
}

/** Whether all hold; null: there are none, or one could not be told and no other fails. */
export function isRight(checks: readonly ReplayCheck[]): boolean | null {
  if (checks.some(({ passed }) => passed === false)) return false;
  return checks.length > 0 && checks.every(({ passed }) => passed === true) ? true : null;
}

/** Whether a reader would call both the same words. */
export const saysTheSame = (one: string, other: string): boolean => plainOf(one) === plainOf(other);

/** Without case, the marks of markdown, and differences of blanks: what a reader would call the same words. */
const plainOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[*_`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/**
 * How alike two texts are, from 0 to 1: by their words and parts of words, in their first thousand letters. What says the
 * opposite, or other numbers, of the same matter is not alike at all.
 */
export function likeness(one: string, other: string): number {
  if (contradicts(guardedOf(one), [guardedOf(other)])) return 0;
  const [left, right] = [termsOf(one), termsOf(other)];
  const sum = cosine(left.words, right.words) + cosine(left.grams, right.grams);
  return Math.round((sum / 2) * 1_000) / 1_000;
}

function cosine(one: readonly string[], other: readonly string[]): number {
  const [left, right] = [countsOf(one), countsOf(other)];
  let shared = 0;
  for (const [term, count] of left) shared += count * (right.get(term) ?? 0);
  const length = Math.sqrt(lengthOf(left) * lengthOf(right));
  return length === 0 ? 0 : Math.min(1, shared / length);
}

function countsOf(terms: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

const lengthOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count * count, 0);
