import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { DeskPromise, PromiseNews } from '../../protocol/promise.ts';
import { type Api, ApiError } from '../api.ts';
import { now } from '../shared/time.ts';
import { closeness } from './deadline.ts';

/** This agent's own open promises, as far as they press. */
export interface DuePromises {
  /** How many are due within the hour or overdue. */
  readonly count: ReadonlySignal<number>;
  /** Whether one of them is overdue. */
  readonly isLate: ReadonlySignal<boolean>;
  /** Looks anew. What fails is looked at again later, with the next news or the next minute. */
  load(): Promise<void>;
  /** The server reminds, or tells that a promise was missed. */
  take(news: PromiseNews): void;
  close(): void;
}

/** What others end, or this agent on another device, shows after this time at the latest. */
const lookEveryMs = 60_000;

/** @param rings told what comes due, or was missed, of this agent's own and of the team's that they are reminded of */
export function createDuePromises(
  api: Pick<Api, 'promises'>,
  rings: (news: PromiseNews) => void,
): DuePromises {
  const open = signal<readonly DeskPromise[]>([]);
  const pressing = computed(() =>
    open.value.map(({ dueAt }) => closeness(dueAt, now.value).state).filter((state) => state !== 'calm'),
  );
  let asking = new AbortController();
  let isClosed = false;

  const load = async () => {
    asking.abort();
    if (isClosed) return;
    asking = new AbortController();
    const { signal: aborted } = asking;
    try {
      // By deadline: what presses is on the first page.
      const page = await api.promises(new URLSearchParams({ view: 'mine', state: 'open' }), aborted);
      if (!aborted.aborted) open.value = page.promises;
    } catch (error) {
      if (!aborted.aborted && !(error instanceof ApiError)) throw error;
    }
  };
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void load();
  }, lookEveryMs);

  return {
    count: computed(() => pressing.value.length),
    isLate: computed(() => pressing.value.includes('late')),
    load,
    take(news) {
      const isMine = open
        .peek()
        .some((one) => one.conversationId === news.conversationId && one.promise === news.promise);
      // A missed one is told to the whole site: it rings for whom it was. Reminders come to those they are meant for.
      if (!news.isMissed || isMine) rings(news);
      void load();
    },
    close() {
      isClosed = true;
      asking.abort();
      clearInterval(timer);
    },
  };
}
