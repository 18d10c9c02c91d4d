import type { HandoffReason } from '../../protocol/handoff.ts';
import type { AnswerEnd, World } from './command.ts';
import { type Decision, type Draft, refuse } from './draft.ts';
import { type Judgement, judge } from './policy/judge.ts';
import { findPromise } from './policy/promises.ts';
import { asksIfBot } from './policy/requests.ts';

const bot = { kind: 'bot' } as const;
const system = { kind: 'system' } as const;

/**
 * What a customer's message leads to. One voice: while a person is in, the bot is not asked; nor is it where the
 * customer wants a person, or asks whether this is a bot, which we answer ourselves so that the answer is true.
 */
export function answerMessage(d: Draft, text: string, world: World) {
  const { status, seq: question } = d.state;
  if (status !== 'bot' && status !== 'waiting') return;
  const { thresholds, isBotAskedWhileWaiting } = world.policy;
  const judgement = judge(d.state.recent, thresholds);
  if (judgement.decision === 'now') {
    stopAnswer(d, world);
    if (status === 'bot') d.add(handoffRequest('customer_said', judgement.evidence));
    return;
  }
  if (status === 'bot') suggest(d, judgement);
  if (judgement.reason === 'asked_if_bot' && asksIfBot(text)?.isWholeMessage) return stopAnswer(d, world);
  if (status === 'bot' || isBotAskedWhileWaiting) askBot(d, question, world);
}

/** Turns that must pass before a person is suggested again for the same reason. */
const quietTurns = 3;

export function suggestIfNeeded(d: Draft, world: World) {
  if (d.state.status === 'bot') suggest(d, judge(d.state.recent, world.policy.thresholds));
}

function suggest(d: Draft, { decision, reason, evidence }: Judgement) {
  if (decision !== 'offer' || reason === null || reason === 'customer_said') return;
  const { suggested, turn } = d.state;
  const isQuiet = suggested === null || suggested.reason !== reason || turn - suggested.turn >= quietTurns;
  if (isQuiet || reason === 'asked_if_bot') d.add({ type: 'handoff.suggested', reason, evidence }, system);
}

export function askBot(d: Draft, question: number, world: World) {
  stopAnswer(d, world);
  d.add({ type: 'answer.started', turn: d.state.turn + 1, question }, bot);
}

/** Ends a running turn because the customer moved on or a person took over; its words so far are kept. */
export function stopAnswer(d: Draft, world: World) {
  const { pending } = d.state;
  if (pending === null) return;
  const { turn } = pending;
  d.add(
    { type: 'answer.ended', turn, outcome: 'stopped', text: world.partialText, sources: [], failure: null },
    bot,
  );
}

/**
 * bot turn 3 asked ------------------------> answer to 3 (refused: stale_turn)
 *        customer writes or a person joins --> turn 3 stopped
 */
export function endAnswer(d: Draft, command: AnswerEnd, world: World): Decision {
  if (d.state.pending?.turn !== command.turn) return refuse('stale_turn');
  const { turn, sources } = command;
  // An answer without a word is no answer, unless the bot only wanted to bring in a person.
  const isEmpty = command.outcome === 'answered' && command.text.trim() === '' && command.handoff === null;
  const outcome = isEmpty ? 'failed' : command.outcome;
  const failure = outcome === 'failed' ? (command.failure ?? 'malformed') : null;
  // A failed answer keeps what the customer has read already.
  const text = command.text === '' && outcome === 'failed' ? world.partialText : command.text;
  const replies =
    command.replies === undefined || command.replies.length === 0 ? {} : { replies: [...command.replies] };
  d.add({ type: 'answer.ended', turn, outcome, text, sources: [...sources], failure, ...replies }, bot);
  const wantsPerson = command.handoff !== null && d.state.status === 'bot';
  if (wantsPerson) d.add(handoffRequest('bot_asked', command.handoff ?? ''), bot);
  else if (d.state.status === 'bot' && !keepPromise(d, turn, text, world)) suggestIfNeeded(d, world);
  return d.done();
}

/**
 * A bot that says "someone will call you" has promised what nobody knows of. It is made true, or taken back, in the
 * same breath as the answer: there is no moment in which a customer could rely on it.
 * @returns whether there was a promise
 */
function keepPromise(d: Draft, turn: number, text: string, { policy }: World): boolean {
  const promise = findPromise(text);
  if (promise === null) return false;
  const quote = promise.quote.slice(0, 300);
  if (policy.promises === 'keep') d.add(handoffRequest('bot_promised', quote), system);
  else d.add({ type: 'answer.corrected', turn, quote }, system);
  return true;
}

export const handoffRequest = (reason: HandoffReason, detail: string) =>
  ({ type: 'handoff.requested', reason, detail, priority: 'normal', team: null }) as const;
