import type { Outbound } from './outbound.ts';

/** What an adapter remembers of a conversation between its turns. */
export interface BotSession {
  read(conversationId: string): Promise<Record<string, unknown>>;
  write(conversationId: string, data: Record<string, unknown>): Promise<void>;
  /** The conversation's number, for bots that know conversations by number only; made when first asked for. */
  numberOf(conversationId: string): Promise<number>;
}

/** What adapters need of the world. */
export interface BotSurroundings {
  /** Calls the bot: the only way out, guarded against addresses that nobody meant. */
  readonly call: Outbound;
  readonly session: BotSession;
}
