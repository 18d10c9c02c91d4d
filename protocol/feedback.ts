import { type Static, Type } from 'typebox';
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

/** One row of the Feedback view and of the exports: an answer feedback or a conversation rating. */
export const FeedbackItem = exact({
  id: Type.String(),
  kind: Type.Union([Type.Literal('answer'), Type.Literal('conversation')]),
  conversationId: ConversationId,
  at: Time,
  verdict: Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Null()]),
  rating: Type.Union([Rating, Type.Null()]),
  reasons: Type.Array(FeedbackReason),
  comment: Comment,
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
  text: Type.Optional(Type.String({ maxLength: 200, description: 'found in question, answer or comment' })),
});
export type FeedbackFilter = Static<typeof FeedbackFilter>;

export const FeedbackPage = exact({
  items: Type.Array(FeedbackItem),
  total: Type.Integer({ minimum: 0 }),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
});
export type FeedbackPage = Static<typeof FeedbackPage>;
