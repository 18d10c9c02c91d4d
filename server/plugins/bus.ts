import { EventEmitter } from 'node:events';
import fp from 'fastify-plugin';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { AnswerChunk } from '../../protocol/events.ts';
import type { Conversation } from '../domain/conversation.ts';
import type { Ownership } from '../store/conversation-row.ts';

/** Facts that have been committed, with the conversation they belong to. */
export interface Committed {
  readonly conversation: Ownership;
  /** The state that the facts found. */
  readonly before: Conversation;
  readonly facts: readonly Fact[];
  readonly state: Conversation;
  readonly summary: Omit<ConversationSummary, 'site'>;
}

interface BusEvents {
  /** After COMMIT, never before (D3). */
  committed: [Committed];
  /** Streaming text of a bot answer. */
  chunk: [AnswerChunk];
  /** An agent of these sites came, went or changed availability. */
  presence: [{ siteIds: readonly string[] }];
  /** Something that another node committed was not heard here; nobody knows what. */
  missed: [];
  /** A guidance was changed here. */
  guidance: [{ id: string }];
}

declare module 'fastify' {
  interface FastifyInstance {
    /** How the parts hear of each other within this process; listeners must not throw. */
    bus: EventEmitter<BusEvents>;
  }
}

export default fp(
  async (app) => {
    // Each part that listens does so once: Node's warning of a leak at the eleventh would be a false one.
    app.decorate('bus', new EventEmitter<BusEvents>().setMaxListeners(0));
  },
  { name: 'bus' },
);
