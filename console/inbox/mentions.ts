import { type ReadonlySignal, signal } from '@preact/signals';
import type { Mention } from '../../protocol/agent.ts';
import { type Api, ApiError } from '../api.ts';

/** Notes that name this agent, until they open the conversation. */
export interface Mentions {
  readonly all: ReadonlySignal<readonly Mention[]>;
  /** Asks the server: after a reload, and for what came while the line was away. */
  load(): Promise<void>;
  /** One that has just been written. */
  take(mention: Mention): void;
  forget(conversationId: string): void;
  /** This agent has the conversation before them. */
  seen(conversationId: string): void;
}

export function createMentions(
  api: Pick<Api, 'mentions' | 'mentionSeen'>,
  onNew: (mention: Mention) => void,
): Mentions {
  const all = signal<readonly Mention[]>([]);
  const forget = (conversationId: string) => {
    all.value = all.peek().filter((mention) => mention.conversationId !== conversationId);
  };
  /** What is lost here is asked for again at the next connection. */
  const unlessUnreached = (error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
  };
  return {
    all,
    forget,
    async load() {
      try {
        all.value = await api.mentions();
      } catch (error) {
        unlessUnreached(error);
      }
    },
    take(mention) {
      forget(mention.conversationId);
      all.value = [mention, ...all.peek()];
      onNew(mention);
    },
    seen(conversationId) {
      if (!all.peek().some((mention) => mention.conversationId === conversationId)) return;
      forget(conversationId);
      api.mentionSeen(conversationId).catch(unlessUnreached);
    },
  };
}
