import type { ConversationStatus } from '../../../protocol/agent.ts';
import type { Fact } from '../../../protocol/conversation.ts';

/** Whoever says nothing to the bot for so long has gone. */
export const silentMs = 24 * 60 * 60_000;

/**
 * One time that a customer came: what all figures count. A conversation may go on for months, and one figure a
 * conversation would put all of it on the day on which it began.
 */
export interface Visit {
  readonly begunAt: number;
  /** When something was said or done last; feedback and notes come behind it. */
  readonly quietAt: number;
  /** How it stood at the end of its facts. */
  readonly status: ConversationStatus;
  /** All facts that are about it, in order. */
  readonly facts: readonly Fact[];
}

interface Open extends Visit {
  quietAt: number;
  status: ConversationStatus;
  readonly facts: Fact[];
}

/** What is said about a visit afterwards is no sign that it goes on. */
const afterwards = new Set<Fact['type']>([
  'feedback.given',
  'conversation.rated',
  'note.added',
  'answer.improved',
  'followup.sent',
  'promise.made',
  'promise.kept',
  'promise.missed',
  'promise.cancelled',
]);

/**
 * The visits of a conversation, in order. One ends when the conversation is resolved, or when nothing has been said to
 * the bot for a day; the customer's next word begins another. While somebody waits or a person is in, silence ends
 * nothing; nor does an end behind which the customer gets the same person again.
 */
export function visitsOf(facts: readonly Fact[]): Visit[] {
  const visits: Open[] = [];
  const ofTurn = new Map<number, Open>();
  for (const fact of facts) {
    let visit = visits.at(-1);
    if (visit === undefined || beginsAnother(visit, fact)) {
      visit = { begunAt: fact.at, quietAt: fact.at, status: 'bot', facts: [] };
      visits.push(visit);
    }
    if (fact.type === 'answer.started') ofTurn.set(fact.turn, visit);
    // A thumb belongs to its answer, however late it comes.
    if (fact.type === 'feedback.given') (ofTurn.get(fact.turn) ?? visit).facts.push(fact);
    else visit.facts.push(fact);
    visit.status = statusAfter(visit.status, fact);
    if (!afterwards.has(fact.type)) visit.quietAt = Math.max(visit.quietAt, fact.at);
  }
  return visits;
}

function beginsAnother({ status, quietAt }: Visit, fact: Fact): boolean {
  if (fact.by.kind !== 'customer' || afterwards.has(fact.type)) return false;
  if (status === 'resolved') return fact.type !== 'conversation.reopened' || fact.to === 'bot';
  return status === 'bot' && fact.at - quietAt >= silentMs;
}

function statusAfter(status: ConversationStatus, fact: Fact): ConversationStatus {
  switch (fact.type) {
    case 'handoff.requested':
      return 'waiting';
    case 'handoff.accepted':
      return 'human';
    case 'handoff.cancelled':
    case 'handoff.returned':
      return 'bot';
    case 'handoff.transferred':
      return fact.to.kind === 'agent' ? 'human' : 'waiting';
    case 'conversation.resolved':
      return 'resolved';
    case 'conversation.reopened':
      return fact.to === 'agent' ? 'human' : 'bot';
    default:
      return status;
  }
}
