import type { Fact } from '../../protocol/conversation.ts';
import type { Signal } from '../../protocol/feedback.ts';
import type { RecentTurn } from './conversation.ts';
import { likenessOfQuestions } from './policy/same.ts';
import { wordsOf } from './words.ts';

/** Later than this it is another matter, though the words be the same. */
export const comeBackWithinMs = 72 * 60 * 60_000;
/** Who is silent for so long has left; who asks again then has come back. */
const awayMs = 60 * 60_000;

/** What was said between customer and bot in one of the customer's conversations. */
export interface SaidBefore {
  readonly conversationId: string;
  /** When anything was said in it last, epoch ms. */
  readonly lastAt: number;
  readonly recent: readonly RecentTurn[];
}

/** An answer that something speaks against, though nobody has said so. */
export interface SignalFound {
  readonly conversationId: string;
  readonly turn: number;
  readonly signal: Signal;
  /** Of the fact that shows it. */
  readonly at: number;
}

/**
 * What the customer's next steps say of the answers before them:
 *
 *   rephrased         the same is asked in other words, while they are here
 *   asked_again       the same is asked in the same words
 *   came_back         the same is asked after they had left, within 72 hours, in this conversation or a new one
 *   asked_for_person  a person is asked for right after the answer
 *
 * The last answer to what was asked before is the one concerned. One that was stopped is none; nor is one that was
 * given elsewhere and only told here. Pure, and cheap: it looks at no more than the handoff policy does.
 * @param here this conversation before these facts
 * @param earlier the customer's other conversations, newest first
 * @param sameQuestion the share of words from which on two questions are one, as in the handoff policy
 */
export function signalsOf(
  here: SaidBefore,
  facts: readonly Fact[],
  earlier: readonly SaidBefore[],
  sameQuestion: number,
): SignalFound[] {
  const requested = facts.find(isAsking);
  if (requested !== undefined) {
    const last = here.recent.at(-1);
    if (last?.author !== 'bot' || last.turn === 0) return [];
    const { conversationId } = here;
    return [{ conversationId, turn: last.turn, signal: 'asked_for_person', at: requested.at }];
  }
  const asked = facts.find((fact) => fact.type === 'message.sent' && fact.by.kind === 'customer');
  // Only what is a question to the bot: with a person, what the bot said before is no matter any more.
  if (asked?.type !== 'message.sent' || !facts.some(({ type }) => type === 'answer.started')) return [];
  for (const said of [here, ...earlier]) {
    const isHere = said.conversationId === here.conversationId;
    if (asked.at - said.lastAt > comeBackWithinMs) continue;
    const found = answerTo(said.recent, asked.text, sameQuestion);
    if (found === null) continue;
    const isBack = !isHere || asked.at - said.lastAt > awayMs;
    const signal = isBack ? 'came_back' : found.isInSameWords ? 'asked_again' : 'rephrased';
    return [{ conversationId: said.conversationId, turn: found.turn, signal, at: asked.at }];
  }
  return [];
}

const isAsking = (fact: Fact) =>
  fact.type === 'handoff.requested' && (fact.reason === 'customer_asked' || fact.reason === 'customer_said');

/** The last answer to a question that asks the same; null where there is none. */
function answerTo(recent: readonly RecentTurn[], question: string, sameQuestion: number) {
  for (let at = recent.length - 1; at > 0; at -= 1) {
    const answer = recent[at];
    const before = recent[at - 1];
    if (answer?.author !== 'bot' || answer.turn === 0 || before?.author !== 'customer') continue;
    const isInSameWords = plainOf(before.text) === plainOf(question) && plainOf(question) !== '';
    if (isInSameWords || likenessOfQuestions(before.text, question) >= sameQuestion)
      return { turn: answer.turn, isInSameWords };
  }
  return null;
}

/** In any script; as much of it as is kept of what was said. */
const plainOf = (text: string): string =>
  wordsOf(text.slice(0, keptChars))
    .map(({ folded }) => folded)
    .join(' ');
const keptChars = 300;
