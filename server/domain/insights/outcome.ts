import type { Fact } from '../../../protocol/conversation.ts';
import type { FeedbackReason, Verdict } from '../../../protocol/feedback.ts';
import type { FailureCause, HandoffReason, SuggestionReason } from '../../../protocol/handoff.ts';
import type { PolicyTurn } from '../policy/judge.ts';
import { type Topic, teamFor } from '../topics.ts';
import { silentMs, type Visit, visitsOf } from './visits.ts';
import { type WeakAnswer, weakAnswersOf } from './weak-answers.ts';

/** What became of one visit. docs/insights.md says the same in words for those who read the figures. */
export interface Outcome {
  readonly begunAt: number;
  readonly quietAt: number;
  /** What the customer said while no person was in. */
  readonly said: readonly string[];
  /** The team of the topic that the customer spoke of; '' where none is recognised. */
  readonly topic: string;
  /**
   * `handed`: a person was asked for or promised. `contained`: it ended without one. `open`: nobody has been asked for,
   * and the customer may still be there.
   */
  readonly end: 'handed' | 'contained' | 'open';
  readonly handoffs: readonly HandoffReason[];
  /** Of each wait that a person ended, ms. */
  readonly waitsMs: readonly number[];
  /** Waits that the customer ended. */
  readonly left: number;
  readonly hadPerson: boolean;
  readonly wasOffered: boolean;
  /** What first showed that the bot failed, where no person was asked for or offered; null: nothing did, or one was. */
  readonly missed: SuggestionReason | null;
  readonly answers: { readonly answered: number; readonly unknown: number; readonly failed: number };
  readonly thumbs: { readonly up: number; readonly down: number };
  readonly downReasons: readonly FeedbackReason[];
  readonly causes: readonly FailureCause[];
  /** Of people where one was in, else of the bot alone. */
  readonly rating: { readonly of: 'bot' | 'people'; readonly stars: number } | null;
  readonly weak: readonly WeakAnswer[];
}

/**
 * The outcomes of a conversation's visits, in order.
 * @param now decides what is silent by now
 */
export function outcomesOf(facts: readonly Fact[], topics: readonly Topic[], now: number): Outcome[] {
  return visitsOf(facts).map((visit, at, all) => outcomeOf(visit, topics, at < all.length - 1, now));
}

/** When time alone changes the outcome of these: the last one falls silent. null: it does not. */
export function changesAt(outcomes: readonly Outcome[]): number | null {
  const last = outcomes.at(-1);
  return last?.end === 'open' ? last.quietAt + silentMs : null;
}

function outcomeOf(visit: Visit, topics: readonly Topic[], isOver: boolean, now: number): Outcome {
  const { facts, begunAt, quietAt, status } = visit;
  const all = <T extends Fact['type']>(type: T) =>
    facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);
  const handoffs = all('handoff.requested').map(({ reason }) => reason);
  const hadPerson = facts.some(isPersonIn);
  const isPromised = facts.some(({ type }) => type === 'answer.corrected');
  const isHanded = handoffs.length > 0 || hadPerson || isPromised;
  const hasEnded = isOver || status === 'resolved' || now - quietAt >= silentMs;
  const wasOffered = isPromised || facts.some(({ type }) => type === 'handoff.suggested');
  const ended = all('answer.ended');
  const verdicts = verdictsOf(facts);
  const count = (outcome: string) => ended.filter((answer) => answer.outcome === outcome).length;
  const rated = all('conversation.rated').at(-1);
  const said = saidToBot(facts);
  return {
    begunAt,
    quietAt,
    said,
    topic: teamFor(said.map(asTurn), topics) ?? '',
    end: isHanded ? 'handed' : hasEnded ? 'contained' : 'open',
    handoffs,
    ...waitsOf(facts),
    hadPerson,
    wasOffered,
    missed: isHanded || wasOffered ? null : firstSignal(facts, verdicts),
    answers: { answered: count('answered'), unknown: count('unknown'), failed: count('failed') },
    thumbs: {
      up: verdicts.filter(({ verdict }) => verdict === 'up').length,
      down: verdicts.filter(({ verdict }) => verdict === 'down').length,
    },
    downReasons: verdicts.flatMap(({ verdict, reasons }) => (verdict === 'down' ? reasons : [])),
    causes: [...all('handoff.returned'), ...all('conversation.resolved')].flatMap(({ cause }) => cause ?? []),
    rating: rated === undefined ? null : { of: hadPerson ? 'people' : 'bot', stars: rated.rating },
    weak: weakAnswersOf(facts),
  };
}

const asTurn = (text: string): PolicyTurn => ({ author: 'customer', text });

const isPersonIn = (fact: Fact) =>
  fact.type === 'handoff.accepted' ||
  (fact.type === 'handoff.transferred' && fact.to.kind === 'agent') ||
  (fact.type === 'conversation.reopened' && fact.to === 'agent');

const isPersonOut = (fact: Fact) =>
  fact.type === 'handoff.returned' ||
  fact.type === 'conversation.resolved' ||
  (fact.type === 'handoff.transferred' && fact.to.kind === 'queue');

interface Given {
  readonly turn: number;
  readonly verdict: Verdict;
  readonly reasons: readonly FeedbackReason[];
}

/** The verdict on each answer: the last one counts. */
function verdictsOf(facts: readonly Fact[]): Given[] {
  const byTurn = new Map<number, Given>();
  for (const fact of facts) if (fact.type === 'feedback.given') byTurn.set(fact.turn, fact);
  return [...byTurn.values()];
}

/** Looked at for topics and returns; more is not said in one visit, or says no more. */
const mostSaid = 30;

function saidToBot(facts: readonly Fact[]): string[] {
  const said: string[] = [];
  let isPerson = false;
  for (const fact of facts) {
    if (isPersonIn(fact)) isPerson = true;
    if (isPersonOut(fact)) isPerson = false;
    if (fact.type === 'message.sent' && fact.by.kind === 'customer' && !isPerson) said.push(fact.text);
    if (fact.type === 'transcript.shared') {
      said.push(...fact.lines.flatMap(({ author, text }) => (author === 'customer' ? text : [])));
    }
  }
  return said.slice(0, mostSaid);
}

/** From asking for a person, or being passed on to the queue, to the person or the end of the waiting. */
function waitsOf(facts: readonly Fact[]): Pick<Outcome, 'waitsMs' | 'left'> {
  const waitsMs: number[] = [];
  let left = 0;
  let since: number | null = null;
  for (const fact of facts) {
    const isQueued =
      fact.type === 'handoff.requested' || (fact.type === 'handoff.transferred' && fact.to.kind === 'queue');
    if (isQueued) since = fact.at;
    else if (since !== null && isPersonIn(fact)) {
      waitsMs.push(Math.max(0, fact.at - since));
      since = null;
    } else if (
      since !== null &&
      (fact.type === 'handoff.cancelled' || fact.type === 'conversation.resolved')
    ) {
      if (fact.by.kind === 'customer') left += 1;
      since = null;
    }
  }
  return { waitsMs, left };
}

/** What the policy judged counts as much as what needs no judging. */
function firstSignal(facts: readonly Fact[], verdicts: readonly Given[]): SuggestionReason | null {
  for (const fact of facts) {
    if (fact.type === 'answer.ended' && fact.outcome === 'failed') return 'bot_failed';
    if (fact.type === 'answer.ended' && fact.outcome === 'unknown') return 'bot_unsure';
    if (fact.type === 'feedback.given') {
      const last = verdicts.find(({ turn }) => turn === fact.turn);
      if (last?.verdict === 'down') return 'downvotes';
      // Taken back: what was judged with it is, too.
      continue;
    }
    if ((fact.type === 'answer.ended' || fact.type === 'answer.started') && fact.judged?.reason != null) {
      return fact.judged.reason;
    }
  }
  return null;
}
