import { type Static, Type } from 'typebox';
import { ConversationId, exact, Seq, Time } from './ids.ts';
import { AgentRef } from './message.ts';

/**
 * What was promised to a customer: something that a person will see to (`follow_up`), a call (`call_back`), an answer
 * to a question that was asked while nobody was there (`answer`), a person within the time that was told (`wait`).
 */
export const PromiseKind = Type.Union([
  Type.Literal('follow_up'),
  Type.Literal('call_back'),
  Type.Literal('answer'),
  Type.Literal('wait'),
]);
export type PromiseKind = Static<typeof PromiseKind>;

/** What agents promise; the other kinds are the server's. */
export const AgentPromiseKind = Type.Union([Type.Literal('follow_up'), Type.Literal('call_back')]);
export type AgentPromiseKind = Static<typeof AgentPromiseKind>;

/** What will be done, in words for the customer. */
export const PromiseText = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });

/** Why a promise will not be kept. */
export const PromiseWhy = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' });

/** Which promise of a conversation: the seq of the fact that made it. */
export const PromiseNumber = Seq;

/** `open` until it ends, and it ends once: `missed` with an apology, `cancelled` with a word. */
export const PromiseState = Type.Union([
  Type.Literal('open'),
  Type.Literal('kept'),
  Type.Literal('missed'),
  Type.Literal('cancelled'),
]);
export type PromiseState = Static<typeof PromiseState>;

/** A promise as a row of the ledger. */
export const DeskPromise = exact({
  conversationId: ConversationId,
  promise: PromiseNumber,
  kind: PromiseKind,
  text: Type.String({ description: 'empty where the kind says it all' }),
  owner: Type.Union([AgentRef, Type.Null()], { description: "null: the team's" }),
  madeAt: Time,
  dueAt: Time,
  state: PromiseState,
  endedAt: Type.Union([Time, Type.Null()]),
  why: Type.String({ description: 'of a cancelled one' }),
  site: Type.String({ description: 'name of the site' }),
  topic: Type.String({ description: 'what the conversation is about' }),
});
export type DeskPromise = Static<typeof DeskPromise>;

/** `mine`: the agent's own. `team`: all of the agent's sites. Open ones by deadline, ended ones newest first. */
export const PromiseQuery = exact({
  view: Type.Union([Type.Literal('mine'), Type.Literal('team')]),
  state: Type.Union([Type.Literal('open'), Type.Literal('ended')]),
  after: Type.Optional(Type.String({ maxLength: 120, description: '`next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
export type PromiseQuery = Static<typeof PromiseQuery>;

export const PromisePage = exact({
  promises: Type.Array(DeskPromise),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type PromisePage = Static<typeof PromisePage>;

const count = Type.Integer({ minimum: 0 });
const counts = { open: count, kept: count, missed: count, cancelled: count };

/** Of the promises made in a time; who cancelled with a word neither kept nor missed. */
export const PromiseRate = exact({
  ...counts,
  keptShare: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'kept of kept and missed; null while there are none',
  }),
  kinds: Type.Array(exact({ kind: PromiseKind, ...counts })),
});
export type PromiseRate = Static<typeof PromiseRate>;

export const PromiseRateQuery = exact({
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  site: Type.Optional(Type.String({ minLength: 1, maxLength: 63, description: 'key of one site' })),
});
export type PromiseRateQuery = Static<typeof PromiseRateQuery>;

/** To consoles: a promise comes due or was missed. Ephemeral: the ledger has it all. */
export const PromiseNews = exact({
  conversationId: ConversationId,
  promise: PromiseNumber,
  text: Type.String(),
  dueAt: Time,
  isMissed: Type.Boolean(),
});
export type PromiseNews = Static<typeof PromiseNews>;
