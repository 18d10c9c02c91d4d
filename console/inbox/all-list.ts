import { type ReadonlySignal, signal } from '@preact/signals';
import type { ConversationPage, ConversationSummary } from '../../protocol/agent.ts';
import { type Api, ApiError } from '../api.ts';

interface AllState {
  readonly rows: readonly ConversationSummary[];
  /** More are to come: a cursor, or that nothing has been asked yet. */
  readonly next: string | null | 'first';
  /** As the first page told it. */
  readonly total: ConversationPage['total'];
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** All conversations, page by page, as somebody scrolls. */
export interface AllList {
  readonly state: ReadonlySignal<AllState>;
  loadMore(): Promise<void>;
  close(): void;
}

export function createAllList(api: Pick<Api, 'all'>): AllList {
  const state = signal<AllState>({
    rows: [],
    next: 'first',
    total: undefined,
    isLoading: false,
    hasFailed: false,
  });
  const ended = new AbortController();
  return {
    state,
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next === null || isLoading) return;
      state.value = { ...state.peek(), isLoading: true, hasFailed: false };
      try {
        const page = await api.all(next === 'first' ? null : next, ended.signal);
        state.value = {
          rows: [...state.peek().rows, ...page.conversations],
          next: page.next,
          total: page.total ?? state.peek().total,
          isLoading: false,
          hasFailed: false,
        };
      } catch (error) {
        if (ended.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        state.value = { ...state.peek(), isLoading: false, hasFailed: true };
      }
    },
    close: () => ended.abort(),
  };
}
