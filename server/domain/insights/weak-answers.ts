import type { Fact } from '../../../protocol/conversation.ts';
import { contentsOf } from './contents.ts';

/** An answer that was voted down, was none, or sent the customer to a person. */
export interface WeakAnswer {
  readonly turn: number;
  /** The same for questions with the same content words: they are one row. */
  readonly key: string;
  readonly question: string;
  readonly isDown: boolean;
  readonly isUnknown: boolean;
  /** The next thing the customer did was to ask for a person. */
  readonly ledToPerson: boolean;
}

const longestKey = 120;
const longestQuestion = 300;

/** The content words of a question in one order; '' for one without a word. */
export const questionKey = (question: string): string =>
  contentsOf(question).toSorted().join(' ').slice(0, longestKey);

interface Answer {
  readonly turn: number;
  readonly question: string;
  isDown: boolean;
  isUnknown: boolean;
  ledToPerson: boolean;
}

/** The weak answers among these facts of one visit; failures are the bot's host's, and no answers. */
export function weakAnswersOf(facts: readonly Fact[]): WeakAnswer[] {
  const said = new Map<number, string>();
  const answers = new Map<number, Answer>();
  let last: Answer | undefined;
  for (const fact of facts) {
    switch (fact.type) {
      case 'message.sent':
        if (fact.by.kind === 'customer') said.set(fact.seq, fact.text);
        break;
      case 'answer.started': {
        const question = (said.get(fact.question) ?? '').slice(0, longestQuestion);
        last = { turn: fact.turn, question, isDown: false, isUnknown: false, ledToPerson: false };
        answers.set(fact.turn, last);
        break;
      }
      case 'answer.ended': {
        const answer = answers.get(fact.turn);
        if (answer === undefined) break;
        answer.isUnknown = fact.outcome === 'unknown';
        if (fact.outcome === 'failed' || fact.outcome === 'stopped') last = undefined;
        break;
      }
      case 'feedback.given': {
        const answer = answers.get(fact.turn);
        if (answer !== undefined) answer.isDown = fact.verdict === 'down';
        break;
      }
      case 'handoff.requested': {
        const isTheirs = fact.reason === 'customer_asked' || fact.reason === 'customer_said';
        if (last !== undefined && isTheirs) last.ledToPerson = true;
        last = undefined;
        break;
      }
    }
  }
  return [...answers.values()].flatMap((answer) => {
    const key = questionKey(answer.question);
    const isWeak = answer.isDown || answer.isUnknown || answer.ledToPerson;
    return isWeak && key !== '' ? [{ ...answer, key }] : [];
  });
}
