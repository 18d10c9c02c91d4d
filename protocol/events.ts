import { type Static, type TSchema, Type } from 'typebox';
import { Availability, ConversationSummary, Doing, Mention } from './agent.ts';
import type {
  AgentCommands,
  AgentReads,
  AgentSignals,
  CommandReply,
  CustomerCommands,
  CustomerReads,
  CustomerSignals,
} from './commands.ts';
import { Fact } from './conversation.ts';
import type { Refusal } from './errors.ts';
import { QueuePlace } from './handoff.ts';
import { ConversationId, exact, Seq, SiteKey, Turn, uuidPattern } from './ids.ts';
import { AgentRef } from './message.ts';
import { PromiseNews } from './promise.ts';
import { WeakQuestionId } from './weak-questions.ts';

/**
 * Facts of one conversation, in order, covering every seq in (after, through]. Facts the reader may not see are
 * left out but covered, so a note leaves no gap and no trace. A client whose last seq is below `after` has a gap
 * and pulls; one that is at or past `through` ignores it (D5).
 */
export const FactsEvent = exact({
  conversationId: ConversationId,
  after: Seq,
  through: Seq,
  facts: Type.Array(Fact),
});
export type FactsEvent = Static<typeof FactsEvent>;

/** The page of a pull: as `facts`, and whether more follow behind `through`. */
export const FactsPage = exact({ ok: Type.Literal(true), ...FactsEvent.properties, hasMore: Type.Boolean() });
export type FactsPage = Static<typeof FactsPage>;

/** Streaming text of a bot answer, from character `offset` on. Ephemeral: `answer.ended` has the whole. */
export const AnswerChunk = exact({
  conversationId: ConversationId,
  turn: Turn,
  offset: Type.Integer({ minimum: 0 }),
  text: Type.String(),
});
export type AnswerChunk = Static<typeof AnswerChunk>;

const head = exact({ conversationId: ConversationId, seq: Seq });
const serverBye = exact({ retryAfterMs: Type.Integer({ minimum: 0 }) });

/** Server -> customer. */
export const customerEvents = {
  facts: FactsEvent,
  head,
  'answer:chunk': AnswerChunk,
  typing: exact({ conversationId: ConversationId, agent: AgentRef, isTyping: Type.Boolean() }),
  'queue:place': QueuePlace,
  'server:bye': serverBye,
} as const;

/** Server -> agent. `desk` is the whole list at connect, `summaries` are changed rows of it. */
export const agentEvents = {
  facts: FactsEvent,
  head,
  'answer:chunk': AnswerChunk,
  typing: exact({ conversationId: ConversationId, isTyping: Type.Boolean() }),
  desk: exact({ conversations: Type.Array(ConversationSummary) }),
  summaries: exact({ conversations: Type.Array(ConversationSummary) }),
  /** These are gone, with everything in them: their customer was erased. */
  erased: exact({ conversationIds: Type.Array(ConversationId) }),
  'promise:due': PromiseNews,
  /** To those who review: these weak questions read otherwise now. None named: more than can be. */
  'questions:changed': exact({ ids: Type.Array(WeakQuestionId, { maxItems: 200 }) }),
  /** What a colleague does in a conversation that this console watches. Sent again while it lasts. */
  colleague: exact({ conversationId: ConversationId, agent: AgentRef, doing: Doing }),
  /** A note names this agent. */
  mentioned: Mention,
  /** This agent has opened it, maybe in another tab. */
  'mention:seen': exact({ conversationId: ConversationId }),
  /** The agent's own availability, also when another tab of theirs changed it. */
  availability: exact({
    availability: Availability,
    because: Type.Optional(
      Type.Literal('missed_offers', { description: 'set by the server: offers passed without a word' }),
    ),
  }),
  'server:bye': serverBye,
} as const;

const ProtocolVersion = Type.Integer({ minimum: 1, maximum: 1_000_000 });

/** What a customer's socket says at connect: who it is and how far it has read each of its conversations. */
export const CustomerHandshake = exact({
  version: ProtocolVersion,
  site: SiteKey,
  token: Type.String({ maxLength: 200 }),
  conversations: Type.Record(Type.String({ pattern: uuidPattern }), Seq, {
    maxProperties: 10,
    additionalProperties: false,
  }),
});
export type CustomerHandshake = Static<typeof CustomerHandshake>;

/** An agent is known by the session cookie; only the version is said. */
export const AgentHandshake = exact({ version: ProtocolVersion });
export type AgentHandshake = Static<typeof AgentHandshake>;

type Emits<R extends Record<string, TSchema>> = { [N in keyof R]: (body: Static<R[N]>) => void };
type Asks<B, Reply> = { [N in keyof B]: (body: B[N], reply: (answer: Reply) => void) => void };
type Signals<B> = { [N in keyof B]: (body: B[N]) => void };

/** Typed for both sides of socket.io: `Server<CustomerToServer, ServerToCustomer>`, `Socket<…>` in the browser. */
export type CustomerToServer = Asks<CustomerCommands, CommandReply> &
  Asks<CustomerReads, FactsPage | Refusal> &
  Signals<CustomerSignals>;
export type ServerToCustomer = Emits<typeof customerEvents>;
export type AgentToServer = Asks<AgentCommands, CommandReply> &
  Asks<AgentReads, FactsPage | Refusal> &
  Signals<AgentSignals>;
export type ServerToAgent = Emits<typeof agentEvents>;
