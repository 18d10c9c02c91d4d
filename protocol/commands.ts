import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { Availability, Doing } from './agent.ts';
import { BotOutcome } from './bot.ts';
import { AnswerFailure, TransferTarget } from './conversation.ts';
import type { Refusal } from './errors.ts';
import {
  FeedbackAbout,
  FeedbackReasons,
  Rating,
  ReviewStatus,
  ReviewWord,
  RightAnswer,
  Verdict,
} from './feedback.ts';
import { FileIds } from './files.ts';
import { FailureCause, Outcome } from './handoff.ts';
import { AgentId, CommandId, ConversationId, exact, Seq, Time, Turn } from './ids.ts';
import {
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
import { AgentPromiseKind, PromiseNumber, PromiseText, PromiseWhy } from './promise.ts';

/** Every command names itself (`cid`, D1) and the conversation it is about. */
const command = <P extends TProperties>(properties: P) =>
  exact({ cid: CommandId, conversationId: ConversationId, ...properties });

/** The customer's choice, where their site lets them choose; left out: as chosen before, else as the site has it. */
const doNotTrain = Type.Optional(Type.Boolean());
const opinion = {
  verdict: Verdict,
  reasons: FeedbackReasons,
  comment: Comment,
  rightAnswer: Type.Optional(RightAnswer),
  doNotTrain,
};

/**
 * What a customer may do. The first `message:send`, `handoff:request`, `transcript:share` or `feedback:share` with a new
 * conversationId starts the conversation: asking for a person needs no other step before it.
 * The same bodies go over the socket (the name is the event) and over `POST /v1/commands/<name>` (D8).
 */
export const customerCommands = {
  /** Files only while a person is waited for, or there. */
  'message:send': command({
    text: MessageText,
    files: Type.Optional(FileIds),
    context: Type.Optional(CustomerContext),
  }),
  'handoff:request': command({ context: Type.Optional(CustomerContext) }),
  /** What was said in the page's own chat before a person was asked for; with its limits it fits one packet of 64 KiB. */
  'transcript:share': command({ lines: SharedLines, context: Type.Optional(CustomerContext) }),
  'handoff:cancel': command({}),
  /** Nobody has to wait in front of a screen: the answer may come by e-mail, too. Only while a person is waited for. */
  'followup:ask': command({ email: Email }),
  'answer:retry': command({ turn: Turn }),
  /** Only for sites whose bot is a function in the page: how that function's turn ended. */
  'answer:end': command({
    turn: Turn,
    outcome: Type.Union([BotOutcome, Type.Literal('failed')]),
    text: AnswerText,
    sources: Type.Array(Source, { maxItems: 10 }),
    failure: Type.Union([AnswerFailure, Type.Null()]),
    handoff: Type.Union([Type.String({ maxLength: 500 }), Type.Null()]),
    replies: Type.Optional(Type.Array(QuickReply, { maxItems: maxQuickReplies })),
  }),
  'feedback:give': command({ turn: Turn, ...opinion }),
  /**
   * Feedback on an answer of the page's own chat, which becomes a turn of this conversation; only for sites whose bot
   * is in the page. Lengths such that it fits one packet of 64 KiB in any script.
   */
  'feedback:share': command({
    question: Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' }),
    answer: Type.String({ minLength: 1, maxLength: 14_000, pattern: '\\S' }),
    ...opinion,
    context: Type.Optional(CustomerContext),
  }),
  'conversation:rate': command({ rating: Rating, comment: Comment, doNotTrain }),
  /** Whether the way to a person was as it should be; once one has been there. */
  'handoff:rate': command({
    hadToRepeat: Type.Optional(Type.Boolean()),
    wasWaitAsSaid: Type.Optional(Type.Boolean()),
    doNotTrain,
  }),
  'conversation:resolve': command({ outcome: Outcome }),
} as const;

/** What an agent may do, beyond reading. Each is checked against the agent's sites and the conversation's state. */
export const agentCommands = {
  'handoff:accept': command({}),
  /** Passes on an offer that was made to this agent. */
  'handoff:decline': command({}),
  'message:send': command({ text: MessageText, files: Type.Optional(FileIds) }),
  'note:add': command({ text: MessageText, mentions: Type.Optional(Mentions) }),
  /** The note is for whoever takes it next; the customer never sees it. */
  'handoff:transfer': command({ to: TransferTarget, note: Type.Optional(MessageText) }),
  /** `from` is whose it was when the agent decided to: nobody takes it from the one who has just taken it over. */
  'handoff:take_over': command({ from: AgentId }),
  'handoff:return': command({ decision: Comment, cause: Type.Optional(FailureCause) }),
  'promise:make': command({ kind: AgentPromiseKind, text: PromiseText, dueAt: Time }),
  'promise:keep': command({ promise: PromiseNumber }),
  'promise:cancel': command({ promise: PromiseNumber, why: PromiseWhy }),
  'conversation:resolve': command({ outcome: Outcome, cause: Type.Optional(FailureCause) }),
  /** What the bot should have said in this turn. */
  'answer:improve': command({ turn: Turn, text: MessageText }),
  /** What became of a feedback. The customer is told, with the word why. */
  'feedback:review': command({ about: FeedbackAbout, status: ReviewStatus, word: ReviewWord }),
} as const;

/** The answer to a command that was carried out, sent only after COMMIT (D3). `seq` is the last fact it made. */
export const Accepted = exact({
  ok: Type.Literal(true),
  seq: Seq,
  isRepeat: Type.Boolean({
    description: 'true if this cid had been carried out before; nothing was done twice',
  }),
});
export type Accepted = Static<typeof Accepted>;
export type CommandReply = Accepted | Refusal;

/** Reads over the socket: both sides use the same pages, so that a gap is closed the same way everywhere (D5). */
export const FactsAfter = exact({ conversationId: ConversationId, after: Seq });
export type FactsAfter = Static<typeof FactsAfter>;

/** Ephemeral things from a browser: no seq, no answer, may be dropped (D4). */
export const customerSignals = {
  typing: exact({ conversationId: ConversationId, isTyping: Type.Boolean() }),
  /** Partial text of a bot in the page: the text from character `offset` on. */
  'answer:chunk': exact({
    conversationId: ConversationId,
    turn: Turn,
    offset: Type.Integer({ minimum: 0, maximum: 20_000 }),
    text: Type.String({ maxLength: 4_000 }),
  }),
} as const;

export const agentSignals = {
  typing: customerSignals.typing,
  'availability:set': exact({ availability: Availability }),
  /**
   * This console is on a phone on which its agent is woken by Web Push: `in_hand` while it is looked at, `put_away` once
   * the screen is locked or something else is in front.
   */
  'device:set': exact({
    phone: Type.Union([Type.Literal('none'), Type.Literal('in_hand'), Type.Literal('put_away')]),
  }),
  /** What this agent does in a conversation that they watch, for the colleagues who watch it as well. */
  'conversation:look': exact({ conversationId: ConversationId, doing: Doing }),
  /** Ends what `conversation:watch` began. */
  'conversation:unwatch': exact({ conversationId: ConversationId }),
} as const;

export const customerReads = { 'facts:pull': FactsAfter } as const;
/** `conversation:watch` is a pull that also subscribes; an agent watches what is open on their desk. */
export const agentReads = {
  'facts:pull': FactsAfter,
  'conversation:watch': FactsAfter,
} as const;

type Bodies<R extends Record<string, TSchema>> = { [N in keyof R]: Static<R[N]> };
export type CustomerCommands = Bodies<typeof customerCommands>;
export type AgentCommands = Bodies<typeof agentCommands>;
export type CustomerCommandName = keyof CustomerCommands;
export type AgentCommandName = keyof AgentCommands;
export type CustomerSignals = Bodies<typeof customerSignals>;
export type AgentSignals = Bodies<typeof agentSignals>;
export type CustomerReads = Bodies<typeof customerReads>;
export type AgentReads = Bodies<typeof agentReads>;
