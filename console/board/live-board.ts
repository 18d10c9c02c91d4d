import { type ReadonlySignal, signal } from '@preact/signals';
import type { Board } from '../../protocol/agent.ts';
import { type Api, ApiError } from '../api.ts';
import { startOfDay } from '../shared/time.ts';

export interface LiveBoard {
  /** As it was read last; null before the first time. */
  readonly board: ReadonlySignal<Board | null>;
  /** Whether the last look failed: what is shown is older than it says. */
  readonly hasFailed: ReadonlySignal<boolean>;
  close(): void;
}

const lookEveryMs = 5_000;

/** Looks again every few seconds, as long as somebody sees it. */
export function createLiveBoard(api: Pick<Api, 'board'>): LiveBoard {
  const board = signal<Board | null>(null);
  const hasFailed = signal(false);
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;

  const look = async () => {
    clearTimeout(timer);
    if (isLooking || ended.signal.aborted || document.visibilityState !== 'visible') return;
    isLooking = true;
    try {
      const found = await api.board(startOfDay(Date.now()), ended.signal);
      board.value = found;
      hasFailed.value = false;
    } catch (error) {
      if (!ended.signal.aborted && !(error instanceof ApiError)) throw error;
      hasFailed.value = !ended.signal.aborted;
    } finally {
      isLooking = false;
      if (!ended.signal.aborted) timer = setTimeout(() => void look(), lookEveryMs);
    }
  };
  document.addEventListener('visibilitychange', () => void look(), { signal: ended.signal });
  void look();

  return {
    board,
    hasFailed,
    close() {
      clearTimeout(timer);
      ended.abort();
    },
  };
}
