import { type Static, type TProperties, Type } from 'typebox';
import {
  FeedbackAbout,
  FeedbackReasons,
  Rating,
  ReviewStatus,
  ReviewWord,
  RightAnswer,
  Verdict,
} from './feedback.ts';
import { AttachedFiles } from './files.ts';
import { AppliedGuidance } from './guidance.ts';
import {
  FailureCause,
  HandoffReason,
  Harm,
  Outcome,
  Priority,
  SuggestionReason,
  Team,
  WaitRange,
} from './handoff.ts';
import { CommandId, exact, Seq, Time, Turn } from './ids.ts';
import {
  Actor,
  AgentRef,
  AnswerText,
  Comment,
  CustomerContext,
  Email,
  Mentions,
  MessageText,
  maxQuickReplies,
  QuickReply,
  SharedLines,
  Source,
} from './message.ts';
import { PromiseKind, PromiseNumber, PromiseWhy } from './promise.ts';

/** Why an answer did not come. */
export const AnswerFailure = Type.Union([
  Type.Literal('timeout'),
  Type.Literal('unreachable'),
  Type.Literal('rejected'),
  Type.Literal('malformed'),
  Type.Literal('too_large'),
  Type.Literal('interrupted'),
]);
export type AnswerFailure = Static<typeof AnswerFailure>;

/**
 * How a bot turn ended. `stopped`: the customer moved on or a person took over; what had been said until then
 * stays. `failed`: nothing usable came, `failure` says why.
 */
export const AnswerOutcome = Type.Union([
  Type.Literal('answered'),
  Type.Literal('unknown'),
  Type.Literal('stopped'),
  Type.Literal('failed'),
]);
export type AnswerOutcome = Static<typeof AnswerOutcome>;

/**
 * Whether a person was to be offered at this point, and why. An offer that was made is a `handoff.suggested` behind it;
 * without one it was left out, as the same had been offered a moment ago or a person had been asked for.
 */
export const Judged = exact({
  decision: Type.Union([Type.Literal('offer'), Type.Literal('not')]),
  reason: Type.Union([SuggestionReason, Type.Null()]),
});
export type Judged = Static<typeof Judged>;

export const TransferTarget = Type.Union([
  exact({ kind: Type.Literal('agent'), agent: AgentRef }),
  exact({ kind: Type.Literal('queue'), team: Team }),
]);
export type TransferTarget = Static<typeof TransferTarget>;

/** Nothing may learn from this feedback: by the customer's choice, or by what their site has settled. */
const doNotTrain = Type.Optional(Type.Literal(true));

/**
 * A fact: something that has happened in a conversation, in order, forever. Messages, state changes, feedback:
 * the transcript, resume, audit and exports all read these (D2, D4).
 */
const fact = <T extends string, P extends TProperties>(type: T, properties: P) =>
  exact({ type: Type.Literal(type), seq: Seq, at: Time, by: Actor, ...properties });

export const Fact = Type.Union([
  fact('conversation.started', { context: CustomerContext }),
  /** One without words has its files' names as its text: whoever reads text alone misses nothing. */
  fact('message.sent', { cid: CommandId, text: MessageText, files: Type.Optional(AttachedFiles) }),
  /** What was said before in the page's own chat, as the customer's page told it. */
  fact('transcript.shared', { lines: SharedLines }),
  /** `judged`: the message that it answers; none for a turn without one of its own (tried again, unasked). */
  fact('answer.started', {
    turn: Turn,
    question: Seq,
    judged: Type.Optional(Judged),
    guidance: Type.Optional(AppliedGuidance),
    /** The words of a hint, for a bot in the page. */
    hint: Type.Optional(Type.String({ maxLength: 4_000 })),
  }),
  fact('answer.ended', {
    turn: Turn,
    outcome: AnswerOutcome,
    text: AnswerText,
    sources: Type.Array(Source, { maxItems: 10 }),
    failure: Type.Union([AnswerFailure, Type.Null()]),
    replies: Type.Optional(Type.Array(QuickReply, { maxItems: maxQuickReplies })),
    /** What it follows: given word for word, or told to the bot. */
    guidance: Type.Optional(AppliedGuidance),
    /** None where nothing was to be decided: stopped, promised, or a person asked for. */
    judged: Type.Optional(Judged),
  }),
  /** The bot said what nobody will do; the customer is told so. `quote` is what it said. */
  fact('answer.corrected', { turn: Turn, quote: Comment }),
  fact('handoff.requested', {
    reason: HandoffReason,
    detail: Comment,
    priority: Priority,
    team: Team,
    /** Of a priority above the normal one. */
    because: Type.Optional(Harm),
  }),
  /** Said while they waited: they go before others from now on. */
  fact('handoff.raised', { priority: Priority, because: Harm }),
  /** Nobody asked, but a person would help: the customer is offered one. `evidence` is what led to it. */
  fact('handoff.suggested', { reason: SuggestionReason, evidence: Comment }),
  /** What the waiting customer was told: where they stand, whether anyone is there, how long it usually takes. */
  fact('queue.told', {
    place: Type.Integer({ minimum: 1 }),
    isAnyoneOnline: Type.Boolean(),
    wait: Type.Union([WaitRange, Type.Null()]),
    /** What arithmetic expected; kept beside the range, so that both are measured against what came. */
    expectedMs: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  /** The customer need not stay: the answer comes by e-mail. */
  fact('followup.asked', { email: Email }),
  /** What people have written up to this seq went to that address. */
  fact('followup.sent', { email: Email, through: Seq }),
  /**
   * Something is promised to the customer; its seq is its number. `text` is empty where the kind says it all. The range
   * of a `queue.told` is a promise as well, without a fact of its own: docs/promises.md.
   */
  fact('promise.made', {
    kind: PromiseKind,
    text: Type.String({ maxLength: 500 }),
    dueAt: Time,
    /** null: the team's. */
    owner: Type.Union([AgentRef, Type.Null()]),
  }),
  fact('promise.kept', { promise: PromiseNumber }),
  /** The deadline has passed: this is what the customer reads as an apology. */
  fact('promise.missed', { promise: PromiseNumber }),
  fact('promise.cancelled', { promise: PromiseNumber, why: PromiseWhy }),
  fact('handoff.cancelled', {}),
  fact('handoff.offered', { agent: AgentRef, expiresAt: Time }),
  fact('handoff.offer_expired', { agent: AgentRef }),
  /** The agent said so; the next one is asked at once. */
  fact('handoff.declined', { agent: AgentRef }),
  fact('handoff.accepted', { agent: AgentRef }),
  /** By the agent who has it, by a colleague who takes it over (`to` is then the one who did it), or by the system. */
  fact('handoff.transferred', {
    from: AgentRef,
    to: TransferTarget,
    /** Given where the agent vanished before a word: the customer's old place in the queue. */
    place: Type.Optional(exact({ since: Time, priority: Priority })),
  }),
  /** `cause`: for agents only, here as below. */
  fact('handoff.returned', { agent: AgentRef, decision: Comment, cause: Type.Optional(FailureCause) }),
  /** For agents only. */
  fact('note.added', { text: MessageText, mentions: Type.Optional(Mentions) }),
  /** What the bot should have said, in an agent's words; the latest of a turn counts. For agents only. */
  fact('answer.improved', { turn: Turn, text: MessageText }),
  fact('feedback.given', {
    turn: Turn,
    verdict: Verdict,
    reasons: FeedbackReasons,
    comment: Comment,
    rightAnswer: Type.Optional(RightAnswer),
    doNotTrain,
    /** Of a thumb down, while the bot has the conversation. */
    judged: Type.Optional(Judged),
  }),
  fact('conversation.rated', { rating: Rating, comment: Comment, doNotTrain }),
  /** What the customer thinks of how they came to a person; what is left out was not said. */
  fact('handoff.rated', {
    hadToRepeat: Type.Optional(Type.Boolean()),
    wasWaitAsSaid: Type.Optional(Type.Boolean()),
    doNotTrain,
  }),
  /** What became of a feedback, for the customer; who says so is for agents only. */
  fact('feedback.reviewed', { about: FeedbackAbout, status: ReviewStatus, word: ReviewWord }),
  fact('conversation.resolved', { outcome: Outcome, cause: Type.Optional(FailureCause) }),
  fact('conversation.reopened', { to: Type.Union([Type.Literal('bot'), Type.Literal('agent')]) }),
]);
export type Fact = Static<typeof Fact>;
export type FactType = Fact['type'];
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;
