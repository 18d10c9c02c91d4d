import { type Static, Type } from 'typebox';
import { ConversationSummary } from './agent.ts';
import { FeedbackReason } from './feedback.ts';
import { GuidanceId } from './guidance.ts';
import { FailureCause, HandoffReason, SuggestionReason } from './handoff.ts';
import { exact, SiteKey, Time } from './ids.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** A day of a site's own calendar, `2026-11-03`. */
export const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
export type Day = Static<typeof Day>;

/** Which visits are counted: those that began on these days, both included. docs/insights.md defines every figure. */
export const InsightsFilter = exact({
  from: Day,
  to: Day,
  site: Type.Optional(SiteKey),
  language: Type.Optional(
    Type.String({ maxLength: 8, description: 'primary tag, such as `de`; empty: not known' }),
  ),
  topic: Type.Optional(Type.String({ maxLength: 60, description: "a topic's team; empty: none recognised" })),
});
export type InsightsFilter = Static<typeof InsightsFilter>;

const Reasons = <T extends string>(of: { readonly anyOf: readonly { readonly const: T }[] }) =>
  Type.Array(
    exact({
      key: Type.Unsafe<T>({ type: 'string', enum: of.anyOf.map((one) => one.const) }),
      count: count('1 or more'),
    }),
    { description: 'the most frequent first' },
  );

/** How often each number of stars was given, from 1 to 5. */
const Stars = Type.Array(count('1 star first'), { minItems: 5, maxItems: 5 });

/** What came of the visits of some days. */
export const Figures = exact({
  visits: count('all of them'),
  contained: count('ended, or silent for a day, without a person asked for or promised'),
  handed: count('a person was asked for or promised'),
  open: count('neither yet'),
  falselyContained: exact({
    all: count('contained, yet one of the two below'),
    down: count('with a thumb down'),
    back: count('the same customer asked the same again within 72 hours'),
  }),
  handoffs: exact({ all: count('times that a person was asked for'), reasons: Reasons(HandoffReason) }),
  person: count('visits that a person was in'),
  offered: count('visits in which a person was offered'),
  left: count('waits that the customer ended'),
  waits: exact({
    all: count('waits that a person ended'),
    p50Ms: Type.Union([count('median, within 5 %'), Type.Null()]),
    p90Ms: Type.Union([count('of ten, nine were sooner; within 5 %'), Type.Null()]),
  }),
  missed: exact({
    all: count('visits in which the bot showed that it failed, and nobody was offered or asked for'),
    reasons: Reasons(SuggestionReason),
  }),
  answers: exact({
    all: count('answers that ended by themselves'),
    unknown: count('the bot had none'),
    failed: count('none came'),
    up: count('thumbs up'),
    down: count('thumbs down'),
    downReasons: Reasons(FeedbackReason),
  }),
  causes: Reasons(FailureCause),
  ratings: exact({ bot: Stars, people: Stars }),
});
export type Figures = Static<typeof Figures>;

/** The same of a part of the visits: a language, or a topic. */
export const InsightsSlice = exact({
  key: Type.String({ description: 'language or topic; empty: not known' }),
  visits: count('all of them'),
  contained: count(''),
  falselyContained: count(''),
  handed: count(''),
  handoffs: count(''),
  missed: count(''),
});
export type InsightsSlice = Static<typeof InsightsSlice>;

const KeptShare = exact({
  kept: count('promises made in the range that were kept'),
  missed: count(''),
});

export const Insights = exact({
  /** Whether past conversations are still being read: the figures are too small then. */
  isReading: Type.Boolean(),
  before: exact({ from: Day, to: Day }),
  now: Figures,
  earlier: Figures,
  promises: Type.Union([exact({ now: KeptShare, earlier: KeptShare }), Type.Null()], {
    description: 'null where narrowed by language or topic, as promises have neither',
  }),
  /** The range in pieces of a day, a week or more, in order. */
  pieces: exact({
    days: Type.Integer({ minimum: 1, description: 'length of each' }),
    counts: Type.Array(
      exact({
        from: Day,
        visits: count(''),
        contained: count(''),
        falselyContained: count(''),
        handed: count(''),
        missed: count(''),
      }),
    ),
  }),
  languages: Type.Array(InsightsSlice, { description: 'most visits first' }),
  topics: Type.Array(InsightsSlice, { description: 'most visits first' }),
  sites: Type.Array(exact({ key: SiteKey, title: Type.String(), zone: Type.String() })),
});
export type Insights = Static<typeof Insights>;

/** Answers to one question, in whatever words: how often they were weak, and how. */
export const WeakQuestion = exact({
  key: Type.String({ maxLength: 120 }),
  question: Type.String({ description: 'as it was asked last' }),
  count: count('weak answers'),
  down: count('with a thumb down'),
  ledToPerson: count('the customer asked for a person next'),
  unknown: count('the bot had none'),
});
export type WeakQuestion = Static<typeof WeakQuestion>;

export const WeakQuestions = exact({
  questions: Type.Array(WeakQuestion, { description: 'most harm first' }),
});
export type WeakQuestions = Static<typeof WeakQuestions>;

/**
 * The visits behind a figure, by its key in docs/insights.md; of `weak`, those of one question; of `proof`, the cases of
 * one stretch of a guidance, whatever days are asked for.
 */
export const InsightsVisitsQuery = exact({
  ...InsightsFilter.properties,
  figure: Type.String({ pattern: '^[a-z_]{1,30}(\\.[a-z_0-9]{1,30}){0,2}$' }),
  question: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
  guidance: Type.Optional(GuidanceId),
  stretch: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  cursor: Type.Optional(Type.String({ maxLength: 160 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
export type InsightsVisitsQuery = Static<typeof InsightsVisitsQuery>;

export const InsightsVisits = exact({
  visits: Type.Array(exact({ at: Time, conversation: ConversationSummary }), {
    description: 'the one that began last first; a conversation may come up several times',
  }),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type InsightsVisits = Static<typeof InsightsVisits>;
