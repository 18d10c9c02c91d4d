import type { Fact } from '../../../protocol/conversation.ts';
import type { AskedQuestion } from './cases.ts';

/** What the facts of one conversation say of a question that was answered. */
export type AnsweredQuestion = Pick<
  AskedQuestion,
  'question' | 'askedAt' | 'isDown' | 'ledToPerson' | 'guidance'
>;

/** A person who is asked for later than this is asked for on another matter. */
const nextWithinMs = 24 * 60 * 60_000;

/** A question that is being answered, once or again. */
interface Open extends AnsweredQuestion {
  ledToPerson: boolean;
  guidance: AnsweredQuestion['guidance'];
  readonly turns: number[];
}

/** Every question of the customer that a bot, or guidance in front of it, was to answer, in order. */
export function answeredQuestions(facts: readonly Fact[]): AnsweredQuestion[] {
  const askedAt = new Map<number, number>();
  const questions = new Map<number, Open>();
  const down = new Map<number, boolean>();
  let last: Open | null = null;
  for (const fact of facts) {
    switch (fact.type) {
      case 'message.sent':
        if (fact.by.kind === 'customer') askedAt.set(fact.seq, fact.at);
        break;
      case 'answer.started': {
        const at = askedAt.get(fact.question);
        if (at === undefined) break;
        const { question, turn, guidance } = fact;
        // Tried again it is the same question.
        last = questions.get(question) ?? {
          question,
          askedAt: at,
          isDown: false,
          ledToPerson: false,
          guidance: null,
          turns: [],
        };
        last.turns.push(turn);
        if (guidance !== undefined) last.guidance = { id: guidance.id, version: guidance.version };
        questions.set(question, last);
        break;
      }
      case 'feedback.given':
        down.set(fact.turn, fact.verdict === 'down');
        break;
      case 'handoff.requested':
        if (last !== null && fact.at - last.askedAt <= nextWithinMs) last.ledToPerson = true;
        last = null;
        break;
    }
  }
  return [...questions.values()].map(({ turns, ...one }) => ({
    ...one,
    isDown: turns.some((turn) => down.get(turn) === true),
  }));
}
