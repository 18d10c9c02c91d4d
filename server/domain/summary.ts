import type { ConversationStatus, ConversationSummary } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { HandoffReason, Priority } from '../../protocol/handoff.ts';
import type { AgentRef, CustomerContext, TranscriptLine } from '../../protocol/message.ts';
import type { Conversation } from './conversation.ts';
import { queuedFrom } from './queue-order.ts';

/** A conversation as one row of a list: what can be told of it without reading its facts. */
export interface Summary {
  readonly status: ConversationStatus;
  readonly topic: string;
  readonly lastText: string;
  readonly lastAuthor: TranscriptLine['author'];
  readonly lastAt: number;
  readonly waitingSince: number | null;
  readonly reason: HandoffReason | null;
  readonly priority: Priority;
  readonly agent: AgentRef | null;
  readonly downvotes: number;
  readonly context: CustomerContext;
}

export const emptySummary = (now: number): Summary => ({
  status: 'bot',
  topic: '',
  lastText: '',
  lastAuthor: 'customer',
  lastAt: now,
  waitingSince: null,
  reason: null,
  priority: 'normal',
  agent: null,
  downvotes: 0,
  context: {},
});

/** The beginning of a text on one line, as a list row shows it. What is cut off is not looked at. */
function rowText(text: string): string {
  const start = text.slice(0, 1_000);
  // Most messages are one line with single spaces: to look is cheaper than to replace.
  const line = /\s\s|[^\S ]/.test(start) ? start.replace(/\s+/g, ' ') : start;
  return line.trim().slice(0, 200);
}

/**
 * The row after these facts.
 * @param feedback how the verdicts of this batch change the number of bad answers: -1, 0 or 1
 */
export function summarise(
  before: Summary,
  facts: readonly Fact[],
  state: Conversation,
  feedback: number,
): Summary {
  let next: Summary = {
    ...before,
    status: state.status,
    waitingSince: state.status === 'waiting' ? state.since : null,
    priority: state.status === 'waiting' ? state.priority : before.priority,
    reason: state.status === 'waiting' ? state.reason : before.reason,
    agent: state.status === 'human' ? state.agent : null,
    downvotes: before.downvotes + feedback,
  };
  for (const fact of facts) next = apply(next, fact);
  return next;
}

/** Where it stands in the queue, and why: part of the row on the desk, not of what is kept of it. */
export function queuedOf(state: Conversation): Pick<ConversationSummary, 'queuedFrom' | 'because' | 'offer'> {
  if (state.status !== 'waiting') return {};
  const { offer, because } = state;
  return {
    queuedFrom: queuedFrom(state),
    ...(because === undefined ? {} : { because }),
    ...(offer === null ? {} : { offer }),
  };
}

/** Whether two rows differ in no more than what was last said, by whom and when. */
export function isSameStanding(one: Summary, other: Summary): boolean {
  return (
    one.status === other.status &&
    one.topic === other.topic &&
    one.waitingSince === other.waitingSince &&
    one.reason === other.reason &&
    one.priority === other.priority &&
    one.agent?.id === other.agent?.id &&
    one.agent?.name === other.agent?.name &&
    one.downvotes === other.downvotes
  );
}

function apply(row: Summary, fact: Fact): Summary {
  switch (fact.type) {
    case 'conversation.started':
      return { ...row, context: fact.context, lastAt: fact.at };
    case 'message.sent': {
      const said = { lastText: rowText(fact.text), lastAt: fact.at };
      if (fact.by.kind === 'agent') return { ...row, ...said, lastAuthor: 'agent' };
      // The question that led to the handoff names the conversation; what is said after it does not rename it.
      const isWithPeople = row.status === 'human' || row.status === 'waiting';
      const topic = isWithPeople && row.topic !== '' ? row.topic : said.lastText;
      return { ...row, ...said, lastAuthor: 'customer', topic };
    }
    case 'answer.ended':
      return fact.text === ''
        ? row
        : { ...row, lastText: rowText(fact.text), lastAuthor: 'bot', lastAt: fact.at };
    case 'transcript.shared': {
      const last = fact.lines.at(-1);
      const question = fact.lines.findLast(({ author }) => author === 'customer');
      if (last === undefined) return row;
      const said = { lastText: rowText(last.text), lastAuthor: last.author, lastAt: fact.at };
      return { ...row, ...said, topic: row.topic === '' ? rowText(question?.text ?? '') : row.topic };
    }
    // Nothing was said: and a note must not even show the customer a time at which it was written.
    case 'feedback.given':
    case 'note.added':
    case 'handoff.declined':
    case 'handoff.raised':
    case 'answer.improved':
    case 'handoff.rated':
    case 'feedback.reviewed':
      return row;
    default:
      return { ...row, lastAt: fact.at };
  }
}
