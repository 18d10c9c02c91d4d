import { type ReadonlySignal, signal } from '@preact/signals';
import type { FeedbackItem } from '../../protocol/feedback.ts';
import { type Api, ApiError } from '../api.ts';

export interface FeedbackListState {
  readonly items: readonly FeedbackItem[];
  readonly total: number;
  readonly next: string | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Feedback under the filters, page by page. */
export interface FeedbackList {
  readonly state: ReadonlySignal<FeedbackListState>;
  /** Begins anew with these conditions; an answer to earlier ones no longer counts. */
  load(asked: URLSearchParams): Promise<void>;
  loadMore(): Promise<void>;
  /** What has become of a row, as it was saved just now. */
  change(id: string, now: Pick<FeedbackItem, 'status' | 'word'>): void;
  close(): void;
}

export function createFeedbackList(api: Pick<Api, 'feedback'>): FeedbackList {
  const empty = { items: [], total: 0, next: null, isLoading: true, hasFailed: false };
  const state = signal<FeedbackListState>(empty);
  let current = new AbortController();
  let conditions = new URLSearchParams();

  const fetchPage = async (cursor: string | null) => {
    const { signal: aborted } = current;
    const query = new URLSearchParams(conditions);
    if (cursor !== null) query.set('cursor', cursor);
    state.value = { ...state.peek(), isLoading: true, hasFailed: false };
    try {
      const page = await api.feedback(query, aborted);
      if (aborted.aborted) return;
      const before = cursor === null ? [] : state.peek().items;
      state.value = { ...page, items: [...before, ...page.items], isLoading: false, hasFailed: false };
    } catch (error) {
      if (aborted.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      state.value = { ...state.peek(), isLoading: false, hasFailed: true };
    }
  };

  return {
    state,
    load(asked) {
      current.abort();
      current = new AbortController();
      conditions = asked;
      return fetchPage(null);
    },
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next !== null && !isLoading) await fetchPage(next);
    },
    change(id, now) {
      const { items, ...same } = state.peek();
      state.value = { ...same, items: items.map((item) => (item.id === id ? { ...item, ...now } : item)) };
    },
    close: () => current.abort(),
  };
}
