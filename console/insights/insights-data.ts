import { type ReadonlySignal, signal } from '@preact/signals';
import type { Insights, WeakQuestion } from '../../protocol/insights.ts';
import type { GuidanceEffect } from '../../protocol/proof.ts';
import { type Api, ApiError } from '../api.ts';

export interface InsightsState {
  /** What was read last; null before the first time. */
  readonly told: Insights | null;
  readonly weak: readonly WeakQuestion[];
  /** null where narrowed by language or topic, as guidance has neither. */
  readonly effects: readonly GuidanceEffect[] | null;
  /** When it was read. */
  readonly at: number;
  readonly isLoading: boolean;
  readonly problem: ApiError['code'] | null;
}

/** Figures of one look at a time: an answer to an earlier one no longer counts. */
export interface InsightsData {
  readonly state: ReadonlySignal<InsightsState>;
  load(asked: URLSearchParams): Promise<void>;
  close(): void;
}

export function createInsightsData(
  api: Pick<Api, 'insights' | 'weakQuestions' | 'guidanceEffects'>,
): InsightsData {
  const state = signal<InsightsState>({
    told: null,
    weak: [],
    effects: null,
    at: 0,
    isLoading: true,
    problem: null,
  });
  let current = new AbortController();
  return {
    state,
    async load(asked) {
      current.abort();
      current = new AbortController();
      const { signal: aborted } = current;
      state.value = { ...state.peek(), isLoading: true, problem: null };
      try {
        const isWhole = !asked.has('language') && !asked.has('topic');
        const [told, weak, guidance] = await Promise.all([
          api.insights(asked, aborted),
          api.weakQuestions(asked, aborted),
          isWhole ? api.guidanceEffects(asked, aborted) : null,
        ]);
        if (aborted.aborted) return;
        const effects = guidance?.effects ?? null;
        state.value = {
          told,
          weak: weak.questions,
          effects,
          at: Date.now(),
          isLoading: false,
          problem: null,
        };
      } catch (error) {
        if (aborted.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        state.value = { ...state.peek(), isLoading: false, problem: error.code };
      }
    },
    close: () => current.abort(),
  };
}
