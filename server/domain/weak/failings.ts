import type { Fact } from '../../../protocol/conversation.ts';
import type { FeedbackReason, Signal } from '../../../protocol/feedback.ts';
import type { Source } from '../../../protocol/message.ts';

/** What the customer's next steps said of an answer (domain/signals.ts), as it is kept beside the facts. */
export interface SignalsOfAnswer {
  readonly turn: number;
  readonly signals: readonly Signal[];
  readonly doNotTrain: boolean;
  readonly at: number;
}

/** An answer of the bot that something speaks against. */
export interface Failing {
  readonly turn: number;
  readonly question: string;
  readonly answer: string;
  readonly sources: readonly Source[];
  readonly answeredAt: number;
  /** When something spoke against it last. */
  readonly at: number;
  readonly isDown: boolean;
  readonly reasons: readonly FeedbackReason[];
  readonly isUnknown: boolean;
  /** An agent has written what it should have said. */
  readonly isImproved: boolean;
  readonly signals: readonly Signal[];
  readonly doNotTrain: boolean;
}

/** Cut, a text may end in half a sign: what is kept holds whole ones only. */
const longestQuestion = 500;
const longestAnswer = 4_000;

type Answer = { -readonly [K in keyof Failing]: Failing[K] };

/**
 * The weak answers of a conversation, in order: with a thumb down that was not taken back, without an answer in them,
 * put right by an agent, or with a signal. A bot that failed or was stopped has given none.
 * @param facts all of the conversation
 */
export function failingsOf(facts: readonly Fact[], signals: readonly SignalsOfAnswer[]): Failing[] {
  const asked = new Map<number, string>();
  const answers = new Map<number, Answer>();
  const failed = new Set<number>();
  for (const fact of facts) {
    if (fact.type === 'message.sent' && fact.by.kind === 'customer') asked.set(fact.seq, fact.text);
    if (fact.type === 'answer.started') {
      const question = (asked.get(fact.question) ?? '').trim().slice(0, longestQuestion).toWellFormed();
      answers.set(fact.turn, { ...unsaid, turn: fact.turn, question, answeredAt: fact.at });
    }
    if (fact.type === 'answer.ended' && (fact.outcome === 'failed' || fact.outcome === 'stopped')) {
      failed.add(fact.turn);
    }
    const answer = 'turn' in fact ? answers.get(fact.turn) : undefined;
    if (answer !== undefined) speak(answer, fact);
  }
  for (const { turn, signals: shown, doNotTrain, at } of signals) {
    const answer = answers.get(turn);
    if (answer === undefined) continue;
    answer.signals = [...shown].sort();
    answer.doNotTrain ||= doNotTrain;
    answer.at = Math.max(answer.at, at);
  }
  return [...answers.values()].filter(
    (answer) => isWeak(answer) && (answer.isDown || !failed.has(answer.turn)) && answer.question !== '',
  );
}

const isWeak = ({ isDown, isUnknown, isImproved, signals }: Failing) =>
  isDown || isUnknown || isImproved || signals.length > 0;

const unsaid = {
  answer: '',
  sources: [],
  at: 0,
  isDown: false,
  reasons: [],
  isUnknown: false,
  isImproved: false,
  signals: [],
  doNotTrain: false,
} as const;

function speak(answer: Answer, fact: Fact): void {
  switch (fact.type) {
    case 'answer.ended':
      answer.answer = fact.text.slice(0, longestAnswer).toWellFormed();
      answer.sources = fact.sources;
      answer.isUnknown = fact.outcome === 'unknown';
      answer.at = Math.max(answer.at, fact.at);
      break;
    case 'feedback.given':
      answer.isDown = fact.verdict === 'down';
      answer.reasons = fact.verdict === 'down' ? fact.reasons : [];
      answer.doNotTrain = fact.doNotTrain === true;
      answer.at = Math.max(answer.at, fact.at);
      break;
    case 'answer.improved':
      answer.isImproved = true;
      answer.at = Math.max(answer.at, fact.at);
      break;
  }
}
