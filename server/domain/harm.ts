import type { CustomerTraits } from '../../protocol/customer.ts';
import type { Harm } from '../../protocol/handoff.ts';
import type { PolicyTurn } from './policy/judge.ts';
import { actedOn, notUrgent, urgent } from './policy/languages/harm-phrases.ts';
import { findNonAnswer } from './policy/non-answers.ts';
import { foldedOf } from './policy/words.ts';

/** Bot answers that failed the customer, after which it has happened again and again. */
const failuresBefore = 2;
const urgentWords = new RegExp(`(?: |^)(?:${urgent.join('|')})(?= |$)`);
const calm = new RegExp(` ${notUrgent} (?:[a-z0-9]+ ){0,2}$`);
const actedOnWords = new RegExp(` (?:${actedOn.join('|')})(?= |$)`);

/**
 * What has been done to this customer that others in the queue should let them go first; null for nothing of the kind.
 * Judged on the last turns alone. The worst comes first: money or time lost on a wrong answer, then their own word
 * that it cannot wait, then a bot that failed them again and again.
 */
export function harmIn(turns: readonly PolicyTurn[]): Harm | null {
  const said = turns.filter(({ author }) => author === 'customer').map(({ text }) => foldedOf(text));
  if (said.some((text) => actedOnWords.test(text))) return 'acted_on_answer';
  if (said.some(isUrgent)) return 'urgent';
  const failed = turns.filter((turn) => turn.author === 'bot' && hasFailed(turn));
  return failed.length >= failuresBefore ? 'repeat_failure' : null;
}

/** A trait with a value that puts customers who have it before others. */
export interface FirstTrait {
  readonly trait: string;
  /** As the trait's value is written: `true` is the word, too. */
  readonly value: string;
}

/** Whether the site wants a customer with these traits to go before others. Only traits that were vouched for count. */
export const isVip = (traits: CustomerTraits, first: readonly FirstTrait[]): boolean =>
  // An own property only: a trait "constructor" that nobody has given is no match.
  first.some(({ trait, value }) => Object.hasOwn(traits, trait) && String(traits[trait]) === value);

function isUrgent(text: string): boolean {
  const found = urgentWords.exec(text);
  return found !== null && !calm.test(text.slice(0, found.index + 1));
}

const hasFailed = ({ outcome, isDownvoted, text }: PolicyTurn): boolean =>
  outcome === 'failed' || outcome === 'unknown' || isDownvoted === true || findNonAnswer(text) !== null;
