import { type Static, Type } from 'typebox';
import { GuidanceId, Version } from './guidance.ts';
import { ConversationId, CustomerId, exact, SiteKey, Time, Turn } from './ids.ts';
import { Comment, CustomerContext, maxQuickReplies, QuickReply, Source, TranscriptLine } from './message.ts';

/**
 * What a person decided before the conversation went back to the bot: the bot must not contradict it. Sent with every
 * turn from then on.
 */
export const Handback = exact({
  agent: Type.String({ description: 'name of the person' }),
  decision: Comment,
  at: Time,
});
export type Handback = Static<typeof Handback>;

/** What people have approved for questions like this one: what is true, for the bot to say in its own words. */
export const Hint = exact({ guidance: GuidanceId, version: Version, text: Type.String() });
export type Hint = Static<typeof Hint>;

/** What a bot is asked: the body of the `http` adapter's request and the argument of a bot in the page. */
export const BotTurn = exact({
  version: Type.Literal(1),
  site: SiteKey,
  conversation: ConversationId,
  turn: Turn,
  text: Type.String({ description: "the customer's question" }),
  history: Type.Array(TranscriptLine, {
    description: 'what was said before, oldest first, at most 40 lines',
  }),
  customer: exact({ id: CustomerId, ...CustomerContext.properties }),
  handback: Type.Optional(Handback),
  hint: Type.Optional(Hint),
  replay: Type.Optional(
    Type.Literal(true, { description: 'nobody asks: guidance is tried against the bot' }),
  ),
});
export type BotTurn = Static<typeof BotTurn>;

/** Whether the bot could help. `unknown` is an honest "I don't know": a person is offered beside it. */
export const BotOutcome = Type.Union([Type.Literal('answered'), Type.Literal('unknown')]);
export type BotOutcome = Static<typeof BotOutcome>;

/** One piece of a bot's reply. A reply is any number of pieces, closed by one `end`. */
export const BotChunk = Type.Union([
  exact({ type: Type.Literal('text'), text: Type.String() }),
  exact({ type: Type.Literal('source'), source: Source }),
  exact({
    type: Type.Literal('quick_replies'),
    replies: Type.Array(QuickReply, { maxItems: maxQuickReplies }),
  }),
  exact({ type: Type.Literal('handoff'), reason: Type.String({ maxLength: 500 }) }),
  exact({ type: Type.Literal('end'), outcome: BotOutcome }),
]);
export type BotChunk = Static<typeof BotChunk>;

/** What became of a handoff, for bots that want to know. */
export interface HandoffNews {
  readonly conversation: string;
  readonly status: 'requested' | 'accepted' | 'cancelled' | 'returned' | 'resolved';
  /** Name of the person, where one is concerned. */
  readonly agent: string | null;
  readonly decision: string;
}

/** The port behind which every bot stands. The signal aborts when the customer moves on or a person joins. */
export interface Bot {
  reply(turn: BotTurn, signal: AbortSignal): AsyncIterable<BotChunk>;
  /** Hears of handoffs; at most once, best effort. What a bot must know comes with the next turn (`handback`). */
  tell?(news: HandoffNews, signal: AbortSignal): Promise<void>;
}
