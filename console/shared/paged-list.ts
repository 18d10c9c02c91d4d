import { type ReadonlySignal, signal } from '@preact/signals';
import { ApiError } from '../api.ts';

export interface PagedState<P, I> {
  readonly items: readonly I[];
  /** The last page that came, for what it says beside its items; null before the first. */
  readonly page: P | null;
  readonly next: string | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** A list that is read page by page under some conditions. */
export interface PagedList<P, I> {
  readonly state: ReadonlySignal<PagedState<P, I>>;
  /** Begins anew with these conditions; an answer to earlier ones no longer counts. */
  load(asked: URLSearchParams): Promise<void>;
  loadMore(): Promise<void>;
  /** What is known of the items changed without asking again. */
  change(update: (item: I) => I): void;
  close(): void;
}

/** @param fetchPage one page; `cursor` in the query says behind which */
export function createPagedList<P extends { readonly next: string | null }, I>(
  fetchPage: (query: URLSearchParams, signal: AbortSignal) => Promise<P>,
  itemsOf: (page: P) => readonly I[],
): PagedList<P, I> {
  const empty = { items: [], page: null, next: null, isLoading: true, hasFailed: false };
  const state = signal<PagedState<P, I>>(empty);
  let current = new AbortController();
  let conditions = new URLSearchParams();

  const read = async (cursor: string | null) => {
    const { signal: aborted } = current;
    const query = new URLSearchParams(conditions);
    if (cursor !== null) query.set('cursor', cursor);
    state.value = { ...state.peek(), isLoading: true, hasFailed: false };
    try {
      const page = await fetchPage(query, aborted);
      if (aborted.aborted) return;
      const items = [...(cursor === null ? [] : state.peek().items), ...itemsOf(page)];
      state.value = { items, page, next: page.next, isLoading: false, hasFailed: false };
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
      return read(null);
    },
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next !== null && !isLoading) await read(next);
    },
    change(update) {
      state.value = { ...state.peek(), items: state.peek().items.map(update) };
    },
    close: () => current.abort(),
  };
}
