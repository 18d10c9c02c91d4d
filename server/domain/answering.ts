import type { FactOf } from '../../protocol/conversation.ts';
import { raise, requestPerson } from './asking.ts';
import type { AnswerEnd, World } from './command.ts';
import type { PendingTurn } from './conversation.ts';
import { type Decision, type Draft, refuse } from './draft.ts';
import { type FoundGuidance, guidanceFor } from './guidance.ts';
import { type Judgement, judge, judgedOf } from './policy/judge.ts';
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
  raise(d, world);
  if (judgement.decision === 'now') {
    stopAnswer(d, world);
    if (status === 'bot') requestPerson(d, { reason: 'customer_said', detail: judgement.evidence }, world);
    return;
  }
  if (status === 'bot') suggest(d, judgement);
  const isOurs = judgement.reason === 'asked_if_bot' && asksIfBot(text)?.isWholeMessage === true;
  if (!isOurs && status === 'waiting' && !isBotAskedWhileWaiting) return;
  leaveAnswer(d, world);
  // A promise in what the bot had said so far may have made this a waiting customer.
  if (!isOurs && (d.state.status === 'bot' || isBotAskedWhileWaiting))
    startAnswer(d, question, judgement, world);
}

/** Turns that must pass before a person is suggested again for the same reason. */
const quietTurns = 3;

/** Offers a person, unless the same was offered a moment ago. */
export function suggest(d: Draft, { decision, reason, evidence }: Judgement) {
  if (decision !== 'offer' || reason === null || reason === 'customer_said') return;
  const { suggested, turn } = d.state;
  const isQuiet = suggested === null || suggested.reason !== reason || turn - suggested.turn >= quietTurns;
  if (isQuiet || reason === 'asked_if_bot') d.add({ type: 'handoff.suggested', reason, evidence }, system);
}

/** Asks the bot without a judgement: the customer tries again, or the bot speaks unasked. */
export function askBot(d: Draft, question: number, world: World) {
  leaveAnswer(d, world);
  startAnswer(d, question, null, world);
}

/** What people have approved goes before the bot: it is not asked then, or told what they said. */
function startAnswer(d: Draft, question: number, judgement: Judgement | null, world: World) {
  const judged = judgement === null ? {} : { judged: judgedOf(judgement) };
  const turn = d.state.turn + 1;
  const found = world.guidance === undefined ? null : guidanceFor(world.guidance, d.state.lastAgent !== null);
  const isHint = found?.applied.kind === 'hint';
  d.add(
    {
      type: 'answer.started',
      turn,
      question,
      ...judged,
      ...(found === null ? {} : { guidance: found.applied }),
      // A bot in the page is asked by the customer's browser, which gets facts and nothing else.
      ...(isHint && world.isBotInPage ? { hint: found.text } : {}),
    },
    bot,
  );
  if (found !== null && !isHint) giveGuidance(d, turn, found, world);
}

/** Word for word, as the whole turn. */
function giveGuidance(d: Draft, turn: number, { applied, text }: FoundGuidance, world: World) {
  const handoff = applied.kind === 'person' ? '' : null;
  const said = { outcome: 'answered', sources: [], failure: null } as const;
  // Of this turn nothing has been streamed.
  endAnswer(d, { name: 'answer:end', turn, text, handoff, ...said }, { ...world, partialText: '' });
}

/** Stops a running turn where no person takes over. The customer has read its words so far: a promise in them counts. */
function leaveAnswer(d: Draft, world: World) {
  const { pending, status } = d.state;
  if (pending === null) return;
  const promise =
    status === 'bot' && pending.hasCaughtPromise !== true ? findPromise(world.partialText) : null;
  stopAnswer(d, world);
  if (promise !== null) catchPromise(d, pending.turn, promise.quote, world);
}

/**
 * Ends a running turn because a person takes over or has been asked for, or all is over; its words so far are kept.
 * A promise in them needs nothing then.
 */
export function stopAnswer(d: Draft, world: World) {
  const { pending } = d.state;
  if (pending === null) return;
  const { turn } = pending;
  const said = { text: world.partialText, sources: [], failure: null, ...guidanceOf(pending) };
  d.add({ type: 'answer.ended', turn, outcome: 'stopped', ...said }, bot);
}

/**
 * bot turn 3 asked ------------------------> answer to 3 (refused: stale_turn)
 *        customer writes or a person joins --> turn 3 stopped
 */
export function endAnswer(d: Draft, command: AnswerEnd, world: World): Decision {
  const { pending } = d.state;
  if (pending?.turn !== command.turn) return refuse('stale_turn');
  const { turn, sources } = command;
  // An answer without a word is no answer, unless the bot only wanted to bring in a person.
  const isEmpty = command.outcome === 'answered' && command.text.trim() === '' && command.handoff === null;
  const outcome = isEmpty ? 'failed' : command.outcome;
  const failure = outcome === 'failed' ? (command.failure ?? 'malformed') : null;
  // A failed answer keeps what the customer has read already.
  const text = command.text === '' && outcome === 'failed' ? world.partialText : command.text;
  const replies =
    command.replies === undefined || command.replies.length === 0 ? {} : { replies: [...command.replies] };
  const ended: Omit<FactOf<'answer.ended'>, 'seq' | 'at' | 'by'> = {
    type: 'answer.ended',
    turn,
    outcome,
    text,
    sources: [...sources],
    failure,
    ...replies,
    ...guidanceOf(pending),
  };
  const wantsPerson = command.handoff !== null && d.state.status === 'bot';
  const isOpen = d.state.status === 'bot' && !wantsPerson && pending.hasCaughtPromise !== true;
  const promise = isOpen ? promiseIn(text, world.partialText) : null;
  const isJudged = isOpen && promise === null;
  const judgement = isJudged ? judge(d.stateWith(ended, bot).recent, world.policy.thresholds) : null;
  d.add(judgement === null ? ended : { ...ended, judged: judgedOf(judgement) }, bot);
  if (wantsPerson && pending.guidance?.kind === 'person')
    requestPerson(d, { reason: 'guidance', detail: '' }, world, system);
  else if (wantsPerson) requestPerson(d, { reason: 'bot_asked', detail: command.handoff ?? '' }, world, bot);
  else if (promise !== null) catchPromise(d, turn, promise.quote, world);
  else if (judgement !== null) suggest(d, judgement);
  return d.done();
}

const guidanceOf = ({ guidance }: PendingTurn) => (guidance === undefined ? {} : { guidance });

/** What was streamed counts as well: an end with other words does not make it unread. */
const promiseIn = (text: string, partialText: string) =>
  findPromise(text) ?? (text.startsWith(partialText) ? null : findPromise(partialText));

/** A promise that was seen while the answer still runs. The turn goes on: only its promise is not left alone. */
export function catchRunningPromise(d: Draft, turn: number, quote: string, world: World): Decision {
  const { pending, status } = d.state;
  if (pending?.turn !== turn) return refuse('stale_turn');
  if (status === 'waiting') return refuse('already_waiting');
  if (pending.hasCaughtPromise === true) return refuse('already_told');
  catchPromise(d, turn, quote, world);
  return d.done();
}

/**
 * A bot that says "someone will call you" has promised what nobody knows of: it is made true, or taken back. While an
 * answer streams this happens once the sentence is complete, else in the same decision as the end or the stop of the
 * turn; once a turn.
 */
function catchPromise(d: Draft, turn: number, quote: string, world: World) {
  const short = quote.slice(0, 300);
  if (world.policy.promises === 'keep')
    requestPerson(d, { reason: 'bot_promised', detail: short }, world, system);
  else d.add({ type: 'answer.corrected', turn, quote: short }, system);
}
