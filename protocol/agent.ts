import { type Static, Type } from 'typebox';
import { VerifiedCustomer } from './customer.ts';
import { HandoffReason, Harm, Priority } from './handoff.ts';
import { AgentId, ConversationId, exact, Seq, Time } from './ids.ts';
import { AgentRef, CustomerContext } from './message.ts';

/** Whether an agent takes new handoffs. An agent without an open console counts as offline, whatever they set. */
export const Availability = Type.Union([Type.Literal('online'), Type.Literal('away')]);
export type Availability = Static<typeof Availability>;

/** Where an agent is: `on_phone` is one whose phone was put away with the console on it, and wakes them by Web Push. */
export const Presence = Type.Union([Availability, Type.Literal('on_phone'), Type.Literal('offline')]);
export type Presence = Static<typeof Presence>;

/** What somebody of the company is here for; what they may do follows from it (docs/roles.md). */
export const Role = Type.Union([
  Type.Literal('agent'),
  Type.Literal('lead'),
  Type.Literal('product'),
  Type.Literal('admin'),
]);
export type Role = Static<typeof Role>;

/** All that can be allowed or not. Everything else is open to whoever is signed in, or to nobody. */
export const Permission = Type.Union([
  Type.Literal('conversations:read'),
  /** Be offered customers, accept, write, note, pass on, hand back, resolve. */
  Type.Literal('conversations:work'),
  /** Step into a colleague's conversation. */
  Type.Literal('conversations:supervise'),
  Type.Literal('feedback:read'),
  /** Take feedback along, with transcripts. */
  Type.Literal('feedback:export'),
  Type.Literal('feedback:review'),
  /** Leave personal data in what is taken along. */
  Type.Literal('personal-data:export'),
  Type.Literal('insights:read'),
  Type.Literal('guidance:read'),
  /** Write guidance, which waits for somebody to approve it. */
  Type.Literal('guidance:propose'),
  /** Approve, send back, retire and roll back guidance. */
  Type.Literal('guidance:approve'),
  /** The own password and devices. */
  Type.Literal('settings:own'),
  Type.Literal('people:manage'),
  /** Erase a customer with everything they said. */
  Type.Literal('customers:erase'),
  Type.Literal('site:manage'),
  Type.Literal('webhooks:manage'),
  Type.Literal('audit-log:read'),
]);
export type Permission = Static<typeof Permission>;
/** What a colleague does in a conversation that both have open. Ephemeral; `gone`: no longer open. */
export const Doing = Type.Union([
  Type.Literal('reading'),
  Type.Literal('replying'),
  Type.Literal('noting'),
  Type.Literal('gone'),
]);
export type Doing = Static<typeof Doing>;

/** An agent of the same site, as somebody who may be passed a conversation or named in a note. */
export const Colleague = exact({
  ...AgentRef.properties,
  presence: Presence,
  load: Type.Integer({ minimum: 0, description: 'customers whom they have or are offered now' }),
  capacity: Type.Integer({ minimum: 0 }),
  teams: Type.Array(Type.String()),
});
export type Colleague = Static<typeof Colleague>;

/** Who works at the site of a conversation. */
export const Colleagues = exact({
  site: exact({ key: Type.String(), name: Type.String() }),
  agents: Type.Array(Colleague),
  teams: Type.Array(Type.String()),
});
export type Colleagues = Static<typeof Colleagues>;

/** A note that names the reading agent, until they open its conversation. */
export const Mention = exact({
  conversationId: ConversationId,
  by: Type.String({ description: 'name of the agent who wrote it' }),
  text: Type.String({ description: 'how the note begins' }),
  at: Time,
});
export type Mention = Static<typeof Mention>;

/** The signed-in agent, as their own console knows them. */
export const Me = exact({
  id: AgentId,
  name: Type.String(),
  email: Type.String(),
  role: Role,
  may: Type.Array(Permission, { description: 'what this role allows; the server checks it each time' }),
  availability: Availability,
  hasPassword: Type.Boolean(),
  twoFactor: Type.Union([Type.Literal('on'), Type.Literal('off'), Type.Literal('required')], {
    description: '`required`: it is off, and only settings can be reached until it is on',
  }),
  sites: Type.Array(exact({ key: Type.String(), name: Type.String() })),
});
export type Me = Static<typeof Me>;

export const ConversationStatus = Type.Union([
  Type.Literal('bot'),
  Type.Literal('waiting'),
  Type.Literal('human'),
  Type.Literal('resolved'),
]);
export type ConversationStatus = Static<typeof ConversationStatus>;

/** A conversation as one row of the desk. A newer `seq` replaces an older row. */
export const ConversationSummary = exact({
  id: ConversationId,
  seq: Seq,
  status: ConversationStatus,
  site: Type.String({ description: 'name of the site' }),
  topic: Type.String({ description: "the customer's last question before they asked for a person" }),
  lastText: Type.String({ description: 'the last words said, without markdown' }),
  lastAuthor: Type.Union([Type.Literal('customer'), Type.Literal('bot'), Type.Literal('agent')]),
  lastAt: Time,
  waitingSince: Type.Union([Time, Type.Null()]),
  reason: Type.Union([HandoffReason, Type.Null()]),
  priority: Priority,
  because: Type.Optional(Harm),
  queuedFrom: Type.Optional(
    Type.Integer({ description: 'only of one who waits: the queue goes by it, the smallest first' }),
  ),
  agent: Type.Union([AgentRef, Type.Null()]),
  offer: Type.Optional(
    exact(
      { agent: AgentRef, expiresAt: Time },
      { description: 'who is being asked to take it, and until when' },
    ),
  ),
  downvotes: Type.Integer({ minimum: 0, description: 'bot answers marked bad in this conversation' }),
  context: CustomerContext,
  customer: Type.Optional(VerifiedCustomer),
});
export type ConversationSummary = Static<typeof ConversationSummary>;

/** A page of conversations, the one that was begun last first. */
export const ConversationPage = exact({
  conversations: Type.Array(ConversationSummary),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
  total: Type.Optional(
    exact(
      { count: Type.Integer({ minimum: 0 }), isMore: Type.Boolean() },
      { description: 'with the first page: how many there are, or that there are more than that' },
    ),
  ),
});
export type ConversationPage = Static<typeof ConversationPage>;

/** An agent on the live board: as the routing sees them. */
export const BoardAgent = exact({
  agent: AgentRef,
  presence: Presence,
  load: Type.Integer({ minimum: 0, description: 'customers with this agent, at all sites' }),
  capacity: Type.Integer({ minimum: 0 }),
});
export type BoardAgent = Static<typeof BoardAgent>;

const count = (description: string) => Type.Integer({ minimum: 0, description });

/** How things stand now, and what today has brought; `since` is the beginning of that day. */
export const Board = exact({
  at: Time,
  waiting: count('customers who wait'),
  longestSince: Type.Union([Time, Type.Null()]),
  withPeople: count('conversations that are with an agent'),
  agents: Type.Array(BoardAgent),
  today: exact({
    since: Time,
    asked: count('waits that began'),
    answered: count('waits that ended with a person'),
    left: count('waits that the customer ended'),
    resolved: count('conversations that were resolved'),
    timeToPersonMs: Type.Union([
      exact({ p50: count('median'), p90: count('of ten, nine were sooner') }),
      Type.Null(),
    ]),
  }),
});
export type Board = Static<typeof Board>;
