import type { ConversationStatus } from '../protocol/agent.ts';
import type { AnswerFailure, AnswerOutcome, FactOf, Judged } from '../protocol/conversation.ts';
import type { FeedbackReason, Verdict } from '../protocol/feedback.ts';
import type { AttachedFile } from '../protocol/files.ts';
import type { AppliedGuidance } from '../protocol/guidance.ts';
import type { HandoffReason, WaitRange } from '../protocol/handoff.ts';
import type { Actor, AgentRef, CustomerContext, Source } from '../protocol/message.ts';

/** What the customer thinks of an answer now. A verdict that was taken back leaves `null` in its place. */
export interface Feedback {
  readonly verdict: Verdict;
  readonly reasons: FeedbackReason[];
  readonly comment: string;
  /** What would have been right, in the customer's words. */
  readonly rightAnswer?: string | undefined;
  readonly doNotTrain?: boolean | undefined;
}

/** The facts that a transcript shows as a line of its own. */
export type EventFact = FactOf<
  | 'transcript.shared'
  | 'answer.corrected'
  | 'handoff.suggested'
  | 'handoff.requested'
  | 'queue.told'
  | 'followup.asked'
  | 'followup.sent'
  | 'handoff.cancelled'
  | 'handoff.offered'
  | 'handoff.offer_expired'
  | 'handoff.declined'
  | 'handoff.raised'
  | 'handoff.accepted'
  | 'handoff.transferred'
  | 'handoff.returned'
  | 'conversation.resolved'
  | 'conversation.reopened'
  | 'conversation.rated'
  | 'handoff.rated'
  | 'feedback.reviewed'
>;

/** What becomes of promises (docs/promises.md). */
export type PromiseFact = FactOf<'promise.made' | 'promise.kept' | 'promise.missed' | 'promise.cancelled'>;

/** Something said, by the customer or by a person. `cid` finds the outbox's own bubble, which this replaces. */
export interface MessageItem {
  readonly kind: 'message';
  readonly seq: number;
  readonly at: number;
  readonly by: Actor;
  readonly text: string;
  readonly files?: readonly AttachedFile[] | undefined;
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
  /** Ready answers that the bot proposes. */
  readonly replies: readonly string[];
  readonly feedback: Feedback | null;
  /** What people have approved for the question, and was followed. */
  readonly guidance?: AppliedGuidance | undefined;
  /** The words of a hint, for a bot in the page. */
  readonly hint?: string | undefined;
  /** What became of that feedback; none: it was received. */
  readonly review?: FactOf<'feedback.reviewed'> | undefined;
  /** Whether a person was to be offered at this answer, and why; agents see it. */
  readonly judged?: Judged | undefined;
  /** What the bot should have said, in an agent's words. The server never sends one to a customer. */
  readonly better?: FactOf<'answer.improved'>;
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

export interface PromiseItem {
  readonly kind: 'promise';
  readonly seq: number;
  readonly at: number;
  readonly fact: PromiseFact;
}

export type TranscriptItem = MessageItem | AnswerItem | EventItem | NoteItem | PromiseItem;

export interface Told {
  /** 1 = next. */
  readonly place: number;
  readonly isAnyoneOnline: boolean;
  readonly wait: WaitRange | null;
}

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
  /** What the waiting customer was told last; null before the first time, and when nobody waits. */
  readonly told: Told | null;
  readonly rating: { readonly rating: number; readonly comment: string } | null;
  /** Whether the customer may be asked for a rating: a person has been here, or it is resolved; and nobody is in. */
  readonly canRate: boolean;
}

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
    told: null,
    rating: null,
    canRate: false,
  };
}
