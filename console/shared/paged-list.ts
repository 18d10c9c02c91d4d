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
  /** What was read elsewhere under the same conditions, in the place of all that is shown. */
  put(shown: Pick<PagedState<P, I>, 'items' | 'page' | 'next'>): void;
  close(): void;
}

/**
 * @param fetchPage one page; `cursor` in the query says behind which
 * @param keyOf what an item is known by, where one may have moved behind the page meanwhile: it is shown once
 */
export function createPagedList<P extends { readonly next: string | null }, I>(
  fetchPage: (query: URLSearchParams, signal: AbortSignal) => Promise<P>,
  itemsOf: (page: P) => readonly I[],
  keyOf?: (item: I) => string,
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
      const before = cursor === null ? [] : state.peek().items;
      const known = new Set(keyOf === undefined ? [] : before.map(keyOf));
      const items = [
        ...before,
        ...itemsOf(page).filter((item) => keyOf === undefined || !known.has(keyOf(item))),
      ];
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
    put(shown) {
      current.abort();
      current = new AbortController();
      state.value = { ...shown, isLoading: false, hasFailed: false };
    },
    close: () => current.abort(),
  };
}
