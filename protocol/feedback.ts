import { type Static, Type } from 'typebox';
import { ToldGuidance } from './guidance.ts';
import { FailureCause } from './handoff.ts';
import { ConversationId, exact, Time, Turn } from './ids.ts';
import { Comment, CustomerContext, Source, TranscriptLine } from './message.ts';

/** What the customer thinks of one bot answer. `none` takes an earlier verdict back. */
export const Verdict = Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('none')]);
export type Verdict = Static<typeof Verdict>;

/** Why an answer was bad. Choosing one is never required. */
export const FeedbackReason = Type.Union([
  Type.Literal('wrong'),
  Type.Literal('outdated'),
  Type.Literal('did_not_understand'),
  Type.Literal('not_what_i_asked'),
  Type.Literal('unkind_or_unfair'),
  Type.Literal('other'),
]);
export type FeedbackReason = Static<typeof FeedbackReason>;

export const FeedbackReasons = Type.Array(FeedbackReason, { maxItems: 6, uniqueItems: true });

/** Conversation rating: 1 (very bad) to 5 (very good). */
export const Rating = Type.Integer({ minimum: 1, maximum: 5 });
export type Rating = Static<typeof Rating>;

/** What would have been right, in the customer's words. */
export const RightAnswer = Type.String({ maxLength: 2_000 });

/**
 * Which feedback of a conversation: that on the answer of this turn, on the conversation as a whole, or on the handoff.
 * There is one of each at most; given again, it is the same one.
 */
export const FeedbackAbout = Type.Union([Turn, Type.Literal('conversation'), Type.Literal('handoff')]);
export type FeedbackAbout = Static<typeof FeedbackAbout>;

/** What has become of a feedback; see `server/domain/receipts.ts`. */
export const ReceiptStatus = Type.Union([
  Type.Literal('received'),
  Type.Literal('looked_at'),
  Type.Literal('changed'),
  Type.Literal('not_changed'),
]);
export type ReceiptStatus = Static<typeof ReceiptStatus>;

/** What a reviewer says of a feedback. */
export const ReviewStatus = Type.Exclude(ReceiptStatus, Type.Literal('received'));
export type ReviewStatus = Static<typeof ReviewStatus>;

/** A word why, for the customer. */
export const ReviewWord = Type.String({ maxLength: 500 });

/** What a customer did that speaks against an answer, without a word about it; see `server/domain/signals.ts`. */
export const Signal = Type.Union([
  Type.Literal('rephrased'),
  Type.Literal('asked_again'),
  Type.Literal('asked_for_person'),
  Type.Literal('came_back'),
]);
export type Signal = Static<typeof Signal>;

/** What a site says beside feedback, and what becomes of it. Public: the widget shows it. */
export const FeedbackRules = exact({
  consent: Type.String({ maxLength: 300, description: "empty: the widget's own words" }),
  doNotTrain: Type.Boolean({ description: 'holds unless the customer may choose, and has chosen' }),
  mayChoose: Type.Boolean(),
});
export type FeedbackRules = Static<typeof FeedbackRules>;

/**
 * One row of the Feedback view and of the exports: an answer feedback, a conversation rating, a feedback on the handoff,
 * or (`signal`, only where signals are asked for) an answer of which nothing was said, but that something speaks against.
 */
export const FeedbackItem = exact({
  id: Type.String(),
  kind: Type.Union([
    Type.Literal('answer'),
    Type.Literal('conversation'),
    Type.Literal('handoff'),
    Type.Literal('signal'),
  ]),
  conversationId: ConversationId,
  at: Time,
  verdict: Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Null()]),
  rating: Type.Union([Rating, Type.Null()]),
  reasons: Type.Array(FeedbackReason),
  comment: Comment,
  rightAnswer: RightAnswer,
  hadToRepeat: Type.Union([Type.Boolean(), Type.Null()], { description: 'on the handoff; null: not said' }),
  wasWaitAsSaid: Type.Union([Type.Boolean(), Type.Null()], { description: 'on the handoff; null: not said' }),
  signals: Type.Array(Signal),
  doNotTrain: Type.Boolean({ description: 'nothing may learn from this row or its transcript' }),
  status: Type.Union([ReceiptStatus, Type.Null()], { description: 'null where there is nobody to be told' }),
  word: ReviewWord,
  guidance: Type.Union([ToldGuidance, Type.Null()], {
    description: 'what people had approved was given to the customer or told to the bot; null: nothing was',
  }),
  turn: Type.Union([Turn, Type.Null()]),
  question: Type.Union([Type.String(), Type.Null()]),
  answer: Type.Union([Type.String(), Type.Null()]),
  sources: Type.Array(Source),
  context: CustomerContext,
});
export type FeedbackItem = Static<typeof FeedbackItem>;

/** A row of an export: the item, what agents said of it, and the whole conversation as the customer saw it. */
export const FeedbackExportRow = exact({
  ...FeedbackItem.properties,
  betterAnswer: Type.Union([Type.String(), Type.Null()], {
    description: 'what the bot should have said in this turn, in the words of an agent',
  }),
  causes: Type.Array(FailureCause, {
    description: 'why the bot failed in this conversation, as agents said when they ended their part',
  }),
  transcript: Type.Array(TranscriptLine),
});
export type FeedbackExportRow = Static<typeof FeedbackExportRow>;

/** What the Feedback view can be narrowed to. All given conditions hold together; times are epoch ms. */
export const FeedbackFilter = exact({
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  kind: Type.Optional(FeedbackItem.properties.kind),
  verdict: Type.Optional(Type.Union([Type.Literal('up'), Type.Literal('down')])),
  reason: Type.Optional(FeedbackReason),
  rating: Type.Optional(Rating),
  status: Type.Optional(ReceiptStatus),
  signal: Type.Optional(
    Type.Union([Signal, Type.Literal('any')], {
      description: 'answers with this signal, those included of which nothing was said',
    }),
  ),
  training: Type.Optional(
    Type.Union([Type.Literal('allowed'), Type.Literal('refused')], {
      description: '`allowed`: only what may be learnt from',
    }),
  ),
  text: Type.Optional(
    Type.String({ maxLength: 200, description: 'found in question, answer, comment or right answer' }),
  ),
});
export type FeedbackFilter = Static<typeof FeedbackFilter>;

export const FeedbackPage = exact({
  items: Type.Array(FeedbackItem),
  total: Type.Integer({ minimum: 0 }),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
});
export type FeedbackPage = Static<typeof FeedbackPage>;

const receipts = Type.Integer({ minimum: 0 });

/** What has become of the feedback that was received in a time. */
export const ReceiptFigures = exact({
  received: receipts,
  lookedAt: Type.Integer({ minimum: 0, description: 'looked at, whatever came of it' }),
  changed: receipts,
  notChanged: receipts,
  medianToLookedAtMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: 'from received to looked at, of those looked at; null while there are none',
  }),
  changedShare: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'changed of changed and not changed; null while there are none',
  }),
});
export type ReceiptFigures = Static<typeof ReceiptFigures>;

export const ReceiptQuery = exact({ from: Type.Optional(Time), until: Type.Optional(Time) });
export type ReceiptQuery = Static<typeof ReceiptQuery>;
