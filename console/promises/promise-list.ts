import { type ReadonlySignal, signal } from '@preact/signals';
import type { DeskPromise, PromiseRate } from '../../protocol/promise.ts';
import { type Api, ApiError } from '../api.ts';

/** What is looked at: the own open ones, those of all, and what became of them. */
export type PromiseView = 'mine' | 'team' | 'ended';

export interface PromiseListState {
  readonly promises: readonly DeskPromise[];
  readonly next: string | null;
  readonly rate: PromiseRate | null;
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
}

/** Promises page by page, and which share of them was kept. */
export interface PromiseList {
  readonly state: ReadonlySignal<PromiseListState>;
  /** Begins anew; an answer to an earlier look no longer counts. */
  load(view: PromiseView): Promise<void>;
  loadMore(): Promise<void>;
  /** The same again, without taking what is shown away meanwhile. */
  refresh(): Promise<void>;
  close(): void;
}

const queries: Readonly<Record<PromiseView, string>> = {
  mine: 'view=mine&state=open',
  team: 'view=team&state=open',
  ended: 'view=team&state=ended',
};
/** The rate is that of the promises made in this time. */
const rateOfMs = 30 * 24 * 60 * 60_000;

export function createPromiseList(api: Pick<Api, 'promises' | 'promiseRate'>): PromiseList {
  const empty = { promises: [], next: null, rate: null, isLoading: true, hasFailed: false };
  const state = signal<PromiseListState>(empty);
  let current = new AbortController();
  let view: PromiseView = 'mine';

  const fetchPage = async (after: string | null, atLeast = 0) => {
    const { signal: aborted } = current;
    const query = new URLSearchParams(queries[view]);
    if (after !== null) query.set('after', after);
    if (atLeast > 50) query.set('limit', String(Math.min(100, atLeast)));
    const since = new URLSearchParams({ from: String(Date.now() - rateOfMs) });
    state.value = { ...state.peek(), isLoading: true, hasFailed: false };
    try {
      const [page, rate] = await Promise.all([api.promises(query, aborted), api.promiseRate(since, aborted)]);
      if (aborted.aborted) return;
      const before = after === null ? [] : state.peek().promises;
      const promises = [...before, ...page.promises];
      state.value = { promises, next: page.next, rate, isLoading: false, hasFailed: false };
    } catch (error) {
      if (aborted.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      state.value = { ...state.peek(), isLoading: false, hasFailed: true };
    }
  };
  const anew = () => {
    current.abort();
    current = new AbortController();
  };

  return {
    state,
    load(next) {
      anew();
      view = next;
      state.value = { ...empty, rate: state.peek().rate };
      return fetchPage(null);
    },
    async loadMore() {
      const { next, isLoading } = state.peek();
      if (next !== null && !isLoading) await fetchPage(next);
    },
    refresh() {
      anew();
      return fetchPage(null, state.peek().promises.length);
    },
    close: () => current.abort(),
  };
}
