import type * as live from '../live/live.ts';
import { type Pace, pace } from './pace.ts';

/**
 * Where the chat keeps things. Any method may throw: storage can be blocked or full. A store that loads slowly
 * tells what it has found through `watch`, as if another tab had written it.
 */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
  keys(): string[];
  /** @param listener called with the key that another tab changed; null: anything may have changed */
  watch(listener: (key: string | null) => void): () => void;
}

/** `left`: the page goes away and perhaps into the back-forward cache, from which it is `restored`. */
export type PageEvent = 'online' | 'offline' | 'visible' | 'hidden' | 'left' | 'restored';

/** Everything of the browser that the chat touches. */
export interface Surroundings {
  readonly store: KeyValueStore;
  readonly pace: Pace;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** May throw, or give databases that never answer: they can be forbidden. */
  databases(): IDBFactory;
  /** Web Locks. Absent on pages without TLS. */
  locks(): Pick<LockManager, 'request'> | undefined;
  isOnline(): boolean;
  isVisible(): boolean;
  listen(listener: (event: PageEvent) => void): () => void;
  loadLive(): Promise<Pick<typeof live, 'createLive'>>;
  /** A fault of our own: nothing that a customer could do anything about. */
  report(error: unknown): void;
}

export function browserSurroundings(): Surroundings {
  return {
    store: browserStore,
    pace,
    fetch: (url, init) => fetch(url, init),
    databases: () => indexedDB,
    locks: () => navigator.locks,
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState !== 'hidden',
    listen(listener) {
      const ended = new AbortController();
      const { signal } = ended;
      addEventListener('online', () => listener('online'), { signal });
      addEventListener('offline', () => listener('offline'), { signal });
      addEventListener('pagehide', () => listener('left'), { signal });
      addEventListener('pageshow', ({ persisted }) => persisted && listener('restored'), { signal });
      document.addEventListener('visibilitychange', () => listener(document.visibilityState), { signal });
      return () => ended.abort();
    },
    loadLive: () => import('../live/live.ts'),
    report: (error) => reportError(error),
  };
}

const browserStore: KeyValueStore = {
  get: (key) => localStorage.getItem(key),
  set: (key, value) => localStorage.setItem(key, value),
  delete: (key) => localStorage.removeItem(key),
  keys: () => Object.keys(localStorage),
  watch(listener) {
    const onStorage = ({ key, storageArea }: StorageEvent) => {
      if (storageArea === null || storageArea === localStorage) listener(key);
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  },
};
