import { IDBFactory } from 'fake-indexeddb';
import { type Pace, pace } from '../../../widget/core/pace.ts';
import type { KeyValueStore, PageEvent, Surroundings } from '../../../widget/core/surroundings.ts';
import { createLive } from '../../../widget/live/live.ts';

/** A browser without a screen: tabs that share storage, databases and locks, as the tabs of one browser do. */
export interface TestBrowser {
  readonly stored: Map<string, string>;
  readonly databases: IDBFactory;
  tab(changes?: Partial<Surroundings>): TestTab;
}

export interface TestTab extends Surroundings {
  /** Faults of our own that were reported. */
  readonly faults: unknown[];
  emit(event: PageEvent): void;
  setOnline(isOnline: boolean): void;
  setVisible(isVisible: boolean): void;
  /** The page is gone, as after a crash: it hears and writes nothing any more. */
  kill(): void;
}

/** As in production, but without the long waits. */
export const quick: Pace = {
  ...pace,
  // A busy machine must not turn a test of the socket into one of plain HTTP.
  socketGrace: 60_000,
  firstPoll: 100,
  poll: 150,
  retry: 50,
  retryMost: 400,
  ack: 3_000,
  storageSettles: 50,
  draftKept: 10,
  followTab: 50,
  followBot: 100,
};

/** For tests in which no socket comes. */
export const impatient: Pace = { ...quick, socketGrace: 200 };

export function createBrowser(): TestBrowser {
  const stored = new Map<string, string>();
  const databases = new IDBFactory();
  const watchers = new Set<{ tab: object; listener: (key: string | null) => void }>();
  const locks = createLocks();

  return {
    stored,
    databases,
    tab(changes = {}) {
      const listeners = new Set<(event: PageEvent) => void>();
      const faults: unknown[] = [];
      const tab = {};
      let isOnline = true;
      let isVisible = true;
      let isDead = false;
      const death = Promise.withResolvers<never>();
      death.promise.catch(() => {});
      /** A storage event reaches the other tabs a moment later. */
      const tell = (key: string) => {
        for (const watcher of watchers) if (watcher.tab !== tab) setTimeout(() => watcher.listener(key), 1);
      };
      const store: KeyValueStore = {
        get: (key) => stored.get(key) ?? null,
        set(key, value) {
          if (isDead || stored.get(key) === value) return;
          stored.set(key, value);
          tell(key);
        },
        delete(key) {
          if (!isDead && stored.delete(key)) tell(key);
        },
        keys: () => [...stored.keys()],
        watch(listener) {
          const watcher = { tab, listener };
          watchers.add(watcher);
          return () => watchers.delete(watcher);
        },
      };
      const emit = (event: PageEvent) => {
        for (const listener of listeners) listener(event);
      };
      return {
        store,
        pace: quick,
        fetch: (url, init) => fetch(url, init),
        databases: () => databases,
        locks: () => ({
          request: ((name: string, { signal }: { signal: AbortSignal }, work: () => Promise<unknown>) =>
            locks(name, () => Promise.race([work(), death.promise]), signal)) as LockManager['request'],
        }),
        isOnline: () => isOnline,
        isVisible: () => isVisible,
        listen(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        loadLive: async () => ({ createLive }),
        report(error) {
          if (!isDead) faults.push(error);
        },
        faults,
        emit,
        setOnline(now) {
          isOnline = now;
          emit(now ? 'online' : 'offline');
        },
        setVisible(now) {
          isVisible = now;
          emit(now ? 'visible' : 'hidden');
        },
        kill() {
          isDead = true;
          // A browser gives the locks of a dead tab away.
          death.reject(new Error('the tab is dead'));
          for (const watcher of watchers) if (watcher.tab === tab) watchers.delete(watcher);
        },
        ...changes,
      };
    },
  };
}

type Locks = <T>(name: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Web Locks of one browser: first come, first served; an abort ends the wait. */
function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, work, signal) => {
    const before = tails.get(name) ?? Promise.resolve();
    let release = () => {};
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    tails.set(
      name,
      before.then(() => mine),
    );
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => reject(new DOMException('aborted', 'AbortError'));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    });
    aborted.catch(() => {});
    try {
      await Promise.race([before, aborted]);
    } catch (error) {
      release();
      throw error;
    }
    try {
      return await work();
    } finally {
      release();
    }
  };
}
