import type { Judged } from '../../../protocol/conversation.ts';
import { findAnger } from './anger.ts';
import { asksIfBot } from './identity.ts';
import { findNonAnswer } from './non-answers.ts';
import { findPromise } from './promises.ts';
import type { PolicyReason } from './reasons.ts';
import { asksForPerson } from './requests.ts';
import { likenessOfAnswers, likenessOfQuestions } from './same.ts';
import type { Thresholds } from './thresholds.ts';

export interface PolicyTurn {
  readonly author: 'customer' | 'bot';
  readonly text: string;
  /** Of a bot turn, if known. */
  readonly outcome?: 'answered' | 'unknown' | 'stopped' | 'failed';
  /** Of a bot turn. */
  readonly isDownvoted?: boolean;
}

export interface Judgement {
  readonly decision: 'now' | 'offer' | 'none';
  readonly reason: PolicyReason | null;
  /** The words or the count that led to it, at most 200 characters; '' for none. */
  readonly evidence: string;
}

/** A judgement as the fact at which it was made keeps it: the one to offer nobody, too. */
export const judgedOf = ({ decision, reason }: Judgement): Judged =>
  decision === 'offer' && reason !== 'customer_said'
    ? { decision, reason }
    : { decision: 'not', reason: null };

/** How many turns back are looked at, the judged one included; what is older is forgiven. */
export const turnsLookedAt = 8;

const none: Judgement = { decision: 'none', reason: null, evidence: '' };
const offer = (reason: PolicyReason, evidence: string): Judgement => ({
  decision: 'offer',
  reason,
  evidence: evidence.slice(0, 200),
});

/**
 * Judges the LAST turn of these, on nothing but these: is a person wanted now, to be offered, or neither. `now` comes
 * from nothing but a customer's words that ask for a person. Cheap (well under 1 ms) and total: texts of any length
 * and content, cut ones included.
 */
export function judge(turns: readonly PolicyTurn[], thresholds: Thresholds): Judgement {
  const known = turns.slice(-turnsLookedAt);
  const last = known.at(-1);
  if (last === undefined) return none;
  if (last.author === 'bot') return judgeBot(known, thresholds) ?? none;
  const request = asksForPerson(last.text);
  if (request !== null) return { decision: 'now', reason: 'customer_said', evidence: request };
  return (
    judgeIdentity(last) ??
    judgeAnger(known, thresholds) ??
    judgeBefore(known, thresholds) ??
    judgeRephrasing(known, thresholds) ??
    none
  );
}

function judgeIdentity({ text }: PolicyTurn): Judgement | null {
  const asked = asksIfBot(text);
  return asked === null ? null : offer('asked_if_bot', asked.words);
}

function judgeAnger(known: readonly PolicyTurn[], { angryTurns }: Thresholds): Judgement | null {
  const words = findAnger(known.at(-1)?.text ?? '');
  if (angryTurns === 0 || words === null) return null;
  if (angryTurns === 1) return offer('anger', words);
  const angry = known.filter(({ author, text }) => author === 'customer' && findAnger(text) !== null);
  return angry.length >= angryTurns ? offer('anger', words) : null;
}

/** What the bot's turns right before the customer's showed already. */
function judgeBefore(known: readonly PolicyTurn[], thresholds: Thresholds): Judgement | null {
  const before = known.slice(0, -1);
  const last = before.at(-1);
  if (last?.author !== 'bot') return null;
  const promise = findPromise(last.text);
  return promise === null ? judgeBot(before, thresholds) : offer('bot_promised', promise.quote);
}

/** What the last of these, a bot's turn, shows. */
function judgeBot(known: readonly PolicyTurn[], thresholds: Thresholds): Judgement | null {
  const answers = known.filter(({ author }) => author === 'bot').reverse();
  const [last] = answers;
  if (last === undefined || last.outcome === 'stopped') return null;
  const { failedAnswers, unsureAnswers, repeatedAnswers, sameAnswer, downvotes } = thresholds;
  const failed = run(answers, ({ outcome }) => outcome === 'failed');
  if (failedAnswers > 0 && failed >= failedAnswers)
    return offer('bot_failed', told(failed, 'answer', 'failed'));
  const unsure = run(answers, isUnsure);
  if (unsureAnswers > 0 && unsure >= unsureAnswers) {
    return offer('bot_unsure', findNonAnswer(last.text) ?? inARow(unsure));
  }
  if (repeatedAnswers > 0) {
    const same = answers.slice(1).filter(({ text }) => likenessOfAnswers(last.text, text) >= sameAnswer);
    if (same.length >= repeatedAnswers) return offer('bot_repeated', last.text);
  }
  const down = answers.filter(({ isDownvoted }) => isDownvoted === true).length;
  return downvotes > 0 && down >= downvotes ? offer('downvotes', told(down, 'answer', 'voted down')) : null;
}

function judgeRephrasing(
  known: readonly PolicyTurn[],
  { rephrasings, sameQuestion }: Thresholds,
): Judgement | null {
  if (rephrasings === 0) return null;
  const last = known.at(-1);
  // Only what the bot has reacted to: two messages in a row may well be one question.
  const reactedTo = known.slice(0, known.findLastIndex(({ author }) => author === 'bot') + 1);
  const same = reactedTo.filter(
    ({ author, text }) =>
      author === 'customer' && likenessOfQuestions(last?.text ?? '', text) >= sameQuestion,
  );
  return same.length >= rephrasings ? offer('customer_rephrased', last?.text ?? '') : null;
}

const isUnsure = ({ text, outcome }: PolicyTurn) => outcome === 'unknown' || findNonAnswer(text) !== null;

/** How many of the first ones are so, without a gap. */
function run(answers: readonly PolicyTurn[], isSo: (answer: PolicyTurn) => boolean): number {
  const end = answers.findIndex((answer) => !isSo(answer));
  return end === -1 ? answers.length : end;
}

/** Once is what the reason says already. */
const inARow = (count: number) => (count === 1 ? '' : `${count} times in a row`);
const told = (count: number, one: string, what: string) => `${count} ${one}${count === 1 ? '' : 's'} ${what}`;
