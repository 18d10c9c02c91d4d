import { type ReadonlySignal, signal } from '@preact/signals';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { SearchHit } from '../../protocol/search.ts';
import { type Api, ApiError } from '../api.ts';

export interface SearchState {
  /** What the hits are the answer to; empty before anything was asked. */
  readonly asked: string;
  readonly hits: readonly SearchHit[];
  readonly next: string | null;
  readonly isLoading: boolean;
  readonly problem: RefusalCode | 'unreachable' | null;
}

/** What a search has found, page by page. Only the answer to the last question counts. */
export interface SearchList {
  readonly state: ReadonlySignal<SearchState>;
  /** An empty query asks nothing. What was asked before is given up. */
  ask(query: URLSearchParams): Promise<void>;
  again(): Promise<void>;
  loadMore(): Promise<void>;
  close(): void;
}

const nothing: SearchState = { asked: '', hits: [], next: null, isLoading: false, problem: null };

export function createSearchList(api: Pick<Api, 'search'>): SearchList {
  const state = signal<SearchState>(nothing);
  let current = new AbortController();
  let last = new URLSearchParams();

  const fetchPage = async (cursor: string | null) => {
    const { signal: aborted } = current;
    const query = new URLSearchParams(last);
    if (cursor !== null) query.set('cursor', cursor);
    state.value = { ...state.peek(), isLoading: true, problem: null };
    try {
      const page = await api.search(query, aborted);
      if (aborted.aborted) return;
      const before = cursor === null ? [] : state.peek().hits;
      const asked = last.get('q') ?? '';
      state.value = { ...page, asked, hits: [...before, ...page.hits], isLoading: false, problem: null };
    } catch (error) {
      if (aborted.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      state.value = { ...state.peek(), isLoading: false, problem: error.code };
    }
  };

  return {
    state,
    async ask(query) {
      current.abort();
      current = new AbortController();
      last = query;
      if ((query.get('q') ?? '').trim() === '') state.value = nothing;
      else await fetchPage(null);
    },
    again: () => fetchPage(null),
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next !== null && !isLoading) await fetchPage(next);
    },
    close: () => current.abort(),
  };
}
