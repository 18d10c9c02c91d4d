import { type Static, Type } from 'typebox';
import { FeedbackReasons, ReceiptStatus, ReviewWord, RightAnswer, Signal } from './feedback.ts';
import { GuidanceId, GuidanceState, Version } from './guidance.ts';
import { AgentId, ConversationId, exact, SiteKey, Time, Turn, uuidPattern } from './ids.ts';
import { Comment, Source } from './message.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

export const WeakQuestionId = Type.String({ pattern: uuidPattern });
export type WeakQuestionId = Static<typeof WeakQuestionId>;
export const WordingId = Type.String({ pattern: uuidPattern });
export type WordingId = Static<typeof WordingId>;

/** open -> taken -> guided or declined; open again when the same fails after that. See `server/domain/weak/standing.ts`. */
export const WeakStatus = Type.Union([
  Type.Literal('open'),
  Type.Literal('taken'),
  Type.Literal('guided'),
  Type.Literal('declined'),
]);
export type WeakStatus = Static<typeof WeakStatus>;

const Person = exact({ id: AgentId, name: Type.String() });

/** A question that the bot answers badly, in whatever words it was asked: one row of the list. */
export const WeakQuestionRow = exact({
  id: WeakQuestionId,
  site: Type.String(),
  siteName: Type.String(),
  question: Type.String({ description: 'in the words in which it was asked most' }),
  wordings: count('in how many ways it was asked'),
  answers: count('weak answers to it'),
  customers: count('who got them'),
  down: count('of the answers: with a thumb down'),
  better: count('better answers that agents have written'),
  harm: Type.Number({ minimum: 0, description: 'how many customers, how bad, halved every 30 days' }),
  firstAt: Time,
  lastAt: Time,
  status: WeakStatus,
  owner: orNull(Person),
  decidedBy: Type.String({ description: 'name of who brought it to this status; empty: nobody yet' }),
  sinceAt: Time,
  reason: Type.String({ description: 'why it was declined last; empty: never' }),
  returned: count('how often it came back after it was decided'),
  guidance: orNull(
    exact({ id: GuidanceId, state: GuidanceState, live: orNull(Version), proposed: orNull(Version) }),
  ),
});
export type WeakQuestionRow = Static<typeof WeakQuestionRow>;

/** `todo`: open and taken ones. */
export const WeakView = Type.Union([Type.Literal('todo'), Type.Literal('mine'), WeakStatus]);
export type WeakView = Static<typeof WeakView>;

export const WeakQuestionFilter = exact({
  site: Type.Optional(SiteKey),
  view: Type.Optional(WeakView),
});
export type WeakQuestionFilter = Static<typeof WeakQuestionFilter>;

/** The greatest harm first. */
export const WeakQuestionPage = exact({
  isReading: Type.Boolean({ description: 'what was before an upgrade is still being read' }),
  items: Type.Array(WeakQuestionRow),
  total: count('all that match'),
  next: orNull(Type.String({ description: 'cursor of the next page' })),
});
export type WeakQuestionPage = Static<typeof WeakQuestionPage>;

/** A way in which the question was asked. */
export const Wording = exact({
  id: WordingId,
  text: Type.String(),
  answers: count('weak answers to it in these words'),
  isByHand: Type.Boolean({ description: 'a person has put it here: it stays' }),
  mayTrain: Type.Boolean({ description: 'false: everybody who asked so does not want it learnt from' }),
});
export type Wording = Static<typeof Wording>;

/** One weak answer, with what speaks against it. */
export const WeakAnswerItem = exact({
  conversationId: ConversationId,
  turn: Turn,
  wording: WordingId,
  at: Time,
  question: Type.String(),
  answer: Type.String(),
  sources: Type.Array(Source),
  isDown: Type.Boolean(),
  isUnknown: Type.Boolean(),
  reasons: FeedbackReasons,
  comment: Comment,
  rightAnswer: RightAnswer,
  signals: Type.Array(Signal),
  doNotTrain: Type.Boolean(),
  status: orNull(ReceiptStatus),
});
export type WeakAnswerItem = Static<typeof WeakAnswerItem>;

/** What an agent wrote that the bot should have said. */
export const BetterAnswerItem = exact({
  conversationId: ConversationId,
  turn: Turn,
  text: Type.String(),
  by: Type.String(),
  at: Time,
});
export type BetterAnswerItem = Static<typeof BetterAnswerItem>;

/** A row with what is behind it: the newest weak answers, all wordings, better answers and sources, most used first. */
export const WeakQuestionDetail = exact({
  question: WeakQuestionRow,
  wordings: Type.Array(Wording),
  answers: Type.Array(WeakAnswerItem),
  better: Type.Array(BetterAnswerItem),
  sources: Type.Array(exact({ ...Source.properties, answers: count('answers that named it') })),
});
export type WeakQuestionDetail = Static<typeof WeakQuestionDetail>;

/** Others of the same site that may ask the same, most alike first. */
export const AlikeQuestions = exact({ items: Type.Array(WeakQuestionRow) });
export type AlikeQuestions = Static<typeof AlikeQuestions>;

const one = { id: WeakQuestionId };
export const WeakQuestionRef = exact(one);
export type WeakQuestionRef = Static<typeof WeakQuestionRef>;

/** `reason` is what the customers read who gave feedback on it. */
export const WeakDeclining = exact({ ...one, reason: ReviewWord });
export type WeakDeclining = Static<typeof WeakDeclining>;

/** All wordings of one become those of the other, which keeps its status. */
export const WeakMerge = exact({ ...one, into: WeakQuestionId });
export type WeakMerge = Static<typeof WeakMerge>;

/** Some wordings become a question of their own. `back`: the one that they were before they were merged. */
export const WeakSplit = exact({
  ...one,
  wordings: Type.Array(WordingId, { minItems: 1, maxItems: 500, uniqueItems: true }),
  back: Type.Optional(WeakQuestionId),
});
export type WeakSplit = Static<typeof WeakSplit>;

/** What was changed, and how to reverse it: merged and split, each is the other's reverse. */
export const WeakMoved = exact({
  question: WeakQuestionRow,
  other: WeakQuestionId,
  wordings: Type.Array(WordingId),
});
export type WeakMoved = Static<typeof WeakMoved>;
