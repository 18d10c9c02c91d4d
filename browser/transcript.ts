import type { ConversationStatus } from '../protocol/agent.ts';
import type { AnswerFailure, AnswerOutcome, Fact, FactOf } from '../protocol/conversation.ts';
import type { AnswerChunk, FactsEvent } from '../protocol/events.ts';
import type { FeedbackReason, Verdict } from '../protocol/feedback.ts';
import type { HandoffReason } from '../protocol/handoff.ts';
import type { Actor, AgentRef, CustomerContext, Source } from '../protocol/message.ts';

/** What the customer thinks of an answer now. A verdict that was taken back leaves `null` in its place. */
export interface Feedback {
  readonly verdict: Verdict;
  readonly reasons: FeedbackReason[];
  readonly comment: string;
}

/** The facts that a transcript shows as a line of its own. */
export type EventFact = FactOf<
  | 'handoff.requested'
  | 'handoff.cancelled'
  | 'handoff.offered'
  | 'handoff.offer_expired'
  | 'handoff.accepted'
  | 'handoff.transferred'
  | 'handoff.returned'
  | 'conversation.resolved'
  | 'conversation.reopened'
  | 'conversation.rated'
>;

/** Something said, by the customer or by a person. `cid` finds the outbox's own bubble, which this replaces. */
export interface MessageItem {
  readonly kind: 'message';
  readonly seq: number;
  readonly at: number;
  readonly by: Actor;
  readonly text: string;
  readonly cid: string;
}

/** A bot turn. `seq` and `at` are those of its start; `question` is the seq of the message that it answers. */
export interface AnswerItem {
  readonly kind: 'answer';
  readonly seq: number;
  readonly at: number;
  readonly turn: number;
  readonly question: number;
  readonly state: 'pending' | AnswerOutcome;
  readonly text: string;
  readonly sources: Source[];
  readonly failure: AnswerFailure | null;
  readonly feedback: Feedback | null;
}

export interface EventItem {
  readonly kind: 'event';
  readonly seq: number;
  readonly at: number;
  readonly fact: EventFact;
}

/** A note among agents. The server never sends one to a customer. */
export interface NoteItem {
  readonly kind: 'note';
  readonly seq: number;
  readonly at: number;
  readonly by: Actor;
  readonly text: string;
}

export type TranscriptItem = MessageItem | AnswerItem | EventItem | NoteItem;

/** What a screen shows of one conversation. Untouched items stay the same objects from one state to the next. */
export interface Transcript {
  readonly conversationId: string;
  /** The last seq that is covered; what a handshake and a pull name (D5). */
  readonly seq: number;
  readonly status: ConversationStatus;
  readonly context: CustomerContext;
  readonly items: readonly TranscriptItem[];
  /** The bot turn that has not ended. */
  readonly pendingTurn: number | null;
  /** The person in the conversation now, and since when. */
  readonly agent: AgentRef | null;
  readonly joinedAt: number | null;
  /** The last person who was in the conversation; stays when they leave. */
  readonly lastAgent: AgentRef | null;
  /** Set only while the customer waits for a person. */
  readonly waitingSince: number | null;
  readonly reason: HandoffReason | null;
  readonly rating: { readonly rating: number; readonly comment: string } | null;
  /** Whether the customer may be asked for a rating: a person has been here, or it is resolved; and nobody is in. */
  readonly canRate: boolean;
}

/** What became of a `facts` event. With a `gap`, pull the facts behind `after`; nothing has been applied. */
export type Applied =
  | { readonly kind: 'applied'; readonly transcript: Transcript }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'gap'; readonly after: number };

/** A conversation before its first fact. */
export function emptyTranscript(conversationId: string): Transcript {
  return {
    conversationId,
    seq: 0,
    status: 'bot',
    context: {},
    items: [],
    pendingTurn: null,
    agent: null,
    joinedAt: null,
    lastAgent: null,
    waitingSince: null,
    reason: null,
    rating: null,
    canRate: false,
  };
}

/**
 * The transcript after a `facts` event or a page of a pull (D5). Facts that it already holds are skipped, so
 * that overlapping and repeated deliveries do no harm; an event of another conversation is ignored.
 */
export function applyFacts(transcript: Transcript, event: FactsEvent): Applied {
  const { seq } = transcript;
  if (event.conversationId !== transcript.conversationId || event.through <= seq) return { kind: 'ignored' };
  if (event.after > seq) return { kind: 'gap', after: seq };
  // One copy for the whole event: a page of 200 facts costs as much as a single one.
  const draft: Draft = { ...transcript, items: [...transcript.items] };
  for (const fact of event.facts) if (fact.seq > seq) apply(draft, fact);
  draft.seq = event.through;
  draft.canRate = draft.status === 'resolved' || (draft.status !== 'human' && draft.lastAgent !== null);
  return { kind: 'applied', transcript: draft };
}

/**
 * The transcript with more text of the running answer. Text that is already there is not added again; a chunk
 * that leaves a hole is dropped, and the whole comes with `answer.ended`. Offsets count UTF-16 units.
 */
export function applyChunk(transcript: Transcript, chunk: AnswerChunk): Transcript {
  if (chunk.conversationId !== transcript.conversationId) return transcript;
  const at = indexOfTurn(transcript.items, chunk.turn);
  const answer = transcript.items[at];
  if (answer?.kind !== 'answer' || answer.state !== 'pending') return transcript;
  const known = answer.text.length;
  if (chunk.offset > known || chunk.offset + chunk.text.length <= known) return transcript;
  const text = answer.text + chunk.text.slice(known - chunk.offset);
  return { ...transcript, items: transcript.items.with(at, { ...answer, text }) };
}

type Draft = { -readonly [K in keyof Transcript]: Transcript[K] } & { items: TranscriptItem[] };

function apply(draft: Draft, fact: Fact): void {
  const { seq, at, by } = fact;
  switch (fact.type) {
    case 'conversation.started':
      draft.context = fact.context;
      return;
    case 'message.sent':
      draft.items.push({ kind: 'message', seq, at, by, text: fact.text, cid: fact.cid });
      return;
    case 'note.added':
      draft.items.push({ kind: 'note', seq, at, by, text: fact.text });
      return;
    case 'answer.started': {
      const { turn, question } = fact;
      const unsaid = { text: '', sources: [], failure: null, feedback: null };
      draft.items.push({ kind: 'answer', seq, at, turn, question, state: 'pending', ...unsaid });
      draft.pendingTurn = turn;
      return;
    }
    case 'answer.ended': {
      const { turn, outcome: state, text, sources, failure } = fact;
      changeAnswer(draft, turn, { state, text, sources, failure });
      if (draft.pendingTurn === turn) draft.pendingTurn = null;
      return;
    }
    case 'feedback.given': {
      const { turn, verdict, reasons, comment } = fact;
      changeAnswer(draft, turn, { feedback: verdict === 'none' ? null : { verdict, reasons, comment } });
      return;
    }
    default:
      draft.items.push({ kind: 'event', seq, at, fact });
      changeState(draft, fact);
  }
}

function changeState(draft: Draft, fact: EventFact): void {
  switch (fact.type) {
    case 'handoff.requested':
      enter(draft, 'waiting', fact.at);
      draft.reason = fact.reason;
      return;
    case 'handoff.accepted':
      enter(draft, 'human', fact.at, fact.agent);
      return;
    case 'handoff.transferred':
      if (fact.to.kind === 'agent') {
        enter(draft, 'human', fact.at, fact.to.agent);
      } else {
        enter(draft, 'waiting', fact.at);
        draft.reason = 'customer_asked';
      }
      return;
    case 'handoff.cancelled':
    case 'handoff.returned':
      enter(draft, 'bot', fact.at);
      return;
    case 'conversation.reopened':
      if (fact.to === 'agent' && draft.lastAgent !== null) enter(draft, 'human', fact.at, draft.lastAgent);
      else enter(draft, 'bot', fact.at);
      return;
    case 'conversation.resolved':
      enter(draft, 'resolved', fact.at);
      return;
    case 'conversation.rated':
      draft.rating = { rating: fact.rating, comment: fact.comment };
      return;
    case 'handoff.offered':
    case 'handoff.offer_expired':
      return;
  }
}

/** Every state starts clean: a field stays set only in the state where it means something. */
function enter(draft: Draft, status: ConversationStatus, at: number, agent: AgentRef | null = null): void {
  draft.status = status;
  draft.agent = agent;
  draft.joinedAt = agent && at;
  draft.lastAgent = agent ?? draft.lastAgent;
  draft.waitingSince = status === 'waiting' ? at : null;
  draft.reason = null;
}

function changeAnswer(draft: Draft, turn: number, change: Partial<AnswerItem>): void {
  const at = indexOfTurn(draft.items, turn);
  const answer = draft.items[at];
  if (answer?.kind === 'answer') draft.items[at] = { ...answer, ...change };
}

/** From the end, because it is nearly always the last answer that is meant. -1 if there is none. */
const indexOfTurn = (items: readonly TranscriptItem[], turn: number) =>
  items.findLastIndex((item) => item.kind === 'answer' && item.turn === turn);
