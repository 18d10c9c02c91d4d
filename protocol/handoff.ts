import { type Static, Type } from 'typebox';
import { ConversationId, exact, Time } from './ids.ts';

/**
 * Why a person was asked for: by the button, in words, by the bot, because the bot or a person had promised, or because
 * the topic goes to people by guidance.
 */
export const HandoffReason = Type.Union([
  Type.Literal('customer_asked'),
  Type.Literal('customer_said'),
  Type.Literal('bot_asked'),
  Type.Literal('bot_promised'),
  Type.Literal('promise_missed'),
  Type.Literal('guidance'),
]);
export type HandoffReason = Static<typeof HandoffReason>;

/** Why a person was suggested without anybody having asked for one. */
export const SuggestionReason = Type.Union([
  Type.Literal('bot_failed'),
  Type.Literal('bot_unsure'),
  Type.Literal('bot_repeated'),
  Type.Literal('bot_promised'),
  Type.Literal('customer_rephrased'),
  Type.Literal('downvotes'),
  Type.Literal('anger'),
  Type.Literal('asked_if_bot'),
]);
export type SuggestionReason = Static<typeof SuggestionReason>;

/** `high`: harm was done, or it cannot wait. `first`: had a person already, and lost them. */
export const Priority = Type.Union([Type.Literal('normal'), Type.Literal('high'), Type.Literal('first')]);
export type Priority = Static<typeof Priority>;

/**
 * Why a customer goes before others: the bot failed again and again, its answer was acted on, it cannot wait, or their
 * site wants them to.
 */
export const Harm = Type.Union([
  Type.Literal('repeat_failure'),
  Type.Literal('acted_on_answer'),
  Type.Literal('urgent'),
  Type.Literal('vip'),
]);
export type Harm = Static<typeof Harm>;

export const Team = Type.Union([Type.String({ minLength: 1, maxLength: 60 }), Type.Null()]);
export type Team = Static<typeof Team>;

/** How long it usually takes from here, as an honest range, ms. */
export const WaitRange = exact({ fromMs: Type.Integer({ minimum: 0 }), toMs: Type.Integer({ minimum: 0 }) });
export type WaitRange = Static<typeof WaitRange>;

/** Where a waiting customer stands. Ephemeral: sent when it changes, never part of the transcript. */
export const QueuePlace = exact({
  conversationId: ConversationId,
  place: Type.Integer({ minimum: 1, description: '1 = next' }),
  isAnyoneOnline: Type.Boolean({ description: 'whether an agent is online and available now' }),
  wait: Type.Union([WaitRange, Type.Null()], { description: 'null while too little is known to say' }),
});
export type QueuePlace = Static<typeof QueuePlace>;

/** Whether a person can be reached at a site now, so that a customer knows before they ask for one. */
export const Reachability = exact({
  isOpen: Type.Boolean({
    description: 'whether people are there by the hours that are set; true without any',
  }),
  isAnyoneOnline: Type.Boolean({ description: 'whether an agent of the site is online and available now' }),
  opensAt: Type.Union([Time, Type.Null()], {
    description: 'when people are there next; null while it is open, or when that is more than 60 days away',
  }),
  wait: Type.Union([WaitRange, Type.Null()], {
    description: 'null while it is closed, nobody is online, or too little is known to say',
  }),
  keptShare: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description:
        'promises kept of those kept or missed lately; where the site shows it, and there are enough',
    }),
  ),
});
export type Reachability = Static<typeof Reachability>;

/**
 * For whom it is asked: a team may have hours of its own. `conversation` is one of the customer who asks, and means the
 * team that it would go to.
 */
export const ReachabilityQuery = exact({
  team: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  conversation: Type.Optional(ConversationId),
});
export type ReachabilityQuery = Static<typeof ReachabilityQuery>;

/**
 * Why the bot failed, in the words of the agent who ended the customer's wait. Saying so is never required, and the
 * customer does not read it.
 */
export const FailureCause = Type.Union([
  Type.Literal('missing_knowledge'),
  Type.Literal('wrong_knowledge'),
  Type.Literal('misunderstood'),
  Type.Literal('could_not_act'),
  Type.Literal('tone'),
  Type.Literal('preferred_person'),
  Type.Literal('other'),
]);
export type FailureCause = Static<typeof FailureCause>;

/** How a conversation ended, in the resolver's words. */
export const Outcome = Type.Union([Type.Literal('solved'), Type.Literal('unsolved')]);
export type Outcome = Static<typeof Outcome>;
