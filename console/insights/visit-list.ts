import { type ReadonlySignal, signal } from '@preact/signals';
import type { InsightsVisits } from '../../protocol/insights.ts';
import { type Api, ApiError } from '../api.ts';

export interface VisitListState extends InsightsVisits {
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** The conversations behind a figure, page by page. */
export interface VisitList {
  readonly state: ReadonlySignal<VisitListState>;
  load(asked: URLSearchParams): Promise<void>;
  loadMore(): Promise<void>;
  close(): void;
}

export function createVisitList(api: Pick<Api, 'insightsVisits'>): VisitList {
  const empty: VisitListState = { visits: [], next: null, isLoading: true, hasFailed: false };
  const state = signal(empty);
  let current = new AbortController();
  let conditions = new URLSearchParams();

  const fetchPage = async (cursor: string | null) => {
    const { signal: aborted } = current;
    const query = new URLSearchParams(conditions);
    if (cursor !== null) query.set('cursor', cursor);
    state.value = { ...state.peek(), isLoading: true, hasFailed: false };
    try {
      const { visits, next } = await api.insightsVisits(query, aborted);
      if (aborted.aborted) return;
      const before = cursor === null ? [] : state.peek().visits;
      state.value = { visits: [...before, ...visits], next, isLoading: false, hasFailed: false };
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
      state.value = empty;
      return fetchPage(null);
    },
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next !== null && !isLoading) await fetchPage(next);
    },
    close: () => current.abort(),
  };
}
