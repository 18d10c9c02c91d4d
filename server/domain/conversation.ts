import type { AnswerOutcome } from '../../protocol/conversation.ts';
import type { AppliedGuidance } from '../../protocol/guidance.ts';
import type {
  HandoffReason,
  Harm,
  Outcome,
  Priority,
  SuggestionReason,
  Team,
} from '../../protocol/handoff.ts';
import type { Actor, AgentRef } from '../../protocol/message.ts';
import type { PolicyTurn } from './policy/judge.ts';
import type { OpenPromise } from './promises.ts';
import type { Receipt } from './receipts.ts';

/** A bot turn that has not ended: which question (its seq) is being answered. */
export interface PendingTurn {
  readonly turn: number;
  readonly question: number;
  readonly guidance?: AppliedGuidance;
  /** What it has promised so far was made true or taken back while it ran. */
  readonly hasCaughtPromise?: true;
}

interface Common {
  /** Seq of the last fact; 0 before the first. */
  readonly seq: number;
  /** Number of bot turns so far. */
  readonly turn: number;
  /** The turn that the bot is answering now. Never set while a person is in, nor when resolved: one voice. */
  readonly pending: PendingTurn | null;
  /** How the last ended turn ended; what `answer:retry` looks at. */
  readonly lastAnswer: {
    readonly turn: number;
    readonly question: number;
    readonly outcome: AnswerOutcome;
  } | null;
  /** The last person who was in this conversation. */
  readonly lastAgent: AgentRef | null;
  /** When a person left it last, epoch ms; null: none has. */
  readonly leftAt: number | null;
  readonly rating: number | null;
  /** What was said last between customer and bot, as far as the handoff policy looks; empty once a person has come. */
  readonly recent: readonly RecentTurn[];
  /** Where answers of people go, too, and up to which seq they have gone there; null: nobody has said. */
  readonly followUp: { readonly email: string; readonly through: number } | null;
  /** What the customer has been promised and has not ended, in the order in which it was made. */
  readonly promises: readonly OpenPromise[];
  /** What has become of the feedback on this conversation. */
  readonly receipts: readonly Receipt[];
  /** The last suggestion of a person, and the turn after which it came: nobody is asked twice for the same. */
  readonly suggested: { readonly reason: SuggestionReason; readonly turn: number } | null;
}

export interface Offer {
  readonly agent: AgentRef;
  readonly expiresAt: number;
}

/** What was said, cut short, with the turn that it was said in. */
export interface RecentTurn extends PolicyTurn {
  readonly turn: number;
}

export interface Told {
  readonly isAnyoneOnline: boolean;
}

/** A field exists only in the states where it means something. */
export type Conversation = Common &
  (
    | { readonly status: 'bot' }
    | {
        readonly status: 'waiting';
        /** Since when they are in the queue: their place comes from it. */
        readonly since: number;
        /** When this wait began: later than `since` for one who is back because their agent vanished. */
        readonly begunAt: number;
        readonly reason: HandoffReason;
        readonly priority: Priority;
        /** Why they go before others. */
        readonly because?: Harm;
        readonly team: Team;
        readonly offer: Offer | null;
        /** Agents who let an offer of this wait pass. */
        readonly passedBy: readonly string[];
        /** What the customer was told last about the queue; null before the first time. */
        readonly told: Told | null;
      }
    | {
        readonly status: 'human';
        readonly agent: AgentRef;
        readonly since: number;
        /** Where the customer stood in the queue before; null for one who has come back after the end. */
        readonly waited: { readonly since: number; readonly priority: Priority; readonly team: Team } | null;
        readonly firstReplyAt: number | null;
      }
    | { readonly status: 'resolved'; readonly by: Actor; readonly at: number; readonly outcome: Outcome }
  );

/** How long after the end a returning customer gets the same person, if that person is online. */
export const stickyWindowMs = 15 * 60_000;

/** What a conversation is before its first fact. */
export const unstarted: Conversation = {
  status: 'bot',
  seq: 0,
  turn: 0,
  pending: null,
  lastAnswer: null,
  lastAgent: null,
  leftAt: null,
  rating: null,
  recent: [],
  suggested: null,
  followUp: null,
  promises: [],
  receipts: [],
};

/** Whether a state differs from the one before in its seq alone. Parts that nothing has changed are the same objects. */
export function isSameButSeq(before: Conversation, after: Conversation): boolean {
  const names = Object.keys(after) as (keyof Conversation)[];
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => name === 'seq' || before[name] === after[name])
  );
}
