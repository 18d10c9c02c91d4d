import type { NewSession, SiteInfo } from '../../protocol/session.ts';
import type { Entry } from './outbox-rules.ts';
import type { Surroundings } from './surroundings.ts';

/** What is kept in the browser, by key. Entries of the outbox have a key each: two tabs never overwrite one another. */
export interface Kept {
  session: NewSession;
  /** When the session was last made anew because the server had forgotten it. */
  renewedAt: number;
  conversation: string;
  /** The conversation that the server has, too: until then it would not be found. */
  confirmed: string;
  read: { readonly conversationId: string; readonly seq: number };
  draft: string;
  site: SiteInfo;
  [entry: `outbox/${string}`]: Entry;
}

/** The chat's own corner of the browser's storage. Never throws: what cannot be kept there stays in memory. */
export interface Storage {
  get<K extends keyof Kept>(key: K): Kept[K] | null;
  set<K extends keyof Kept>(key: K, value: Kept[K]): void;
  /** Only for this tab and visit. */
  hold<K extends keyof Kept>(key: K, value: Kept[K]): void;
  delete(key: keyof Kept): void;
  keys(): (keyof Kept)[];
  /** Forgets everything, with what the database of this name holds. */
  wipe(): void;
  /** Of the database that keeps a copy. */
  readonly name: string;
  /** Calls with a key that another tab has changed; null: anything may have. */
  watch(listener: (key: string | null) => void): () => void;
}

/** @param scope what sets this corner apart: the server and the site */
export function createStorage(
  { store, databases }: Pick<Surroundings, 'store' | 'databases'>,
  scope: string,
): Storage {
  // The number is raised when a newer version could not read what an older one has kept.
  const name = `handrail/1/${scope}`;
  const prefix = `${name}/`;
  const memory = new Map<string, string>();

  const attempt = <T>(act: () => T, otherwise: T): T => {
    try {
      return act();
    } catch {
      // Blocked (privacy settings, sandboxed frame) or full: memory serves instead.
      return otherwise;
    }
  };
  const ownKeys = () =>
    attempt(() => store.keys(), [])
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));

  const storage: Storage = {
    name,
    get(key) {
      const text = memory.get(key) ?? attempt(() => store.get(prefix + key), null);
      return text === null ? null : attempt(() => JSON.parse(text), null);
    },
    set(key, value) {
      const text = JSON.stringify(value);
      const isKept = attempt(() => {
        store.set(prefix + key, text);
        return true;
      }, false);
      if (isKept) memory.delete(key);
      else memory.set(key, text);
    },
    hold: (key, value) => void memory.set(key, JSON.stringify(value)),
    delete(key) {
      memory.delete(key);
      attempt(() => store.delete(prefix + key), undefined);
    },
    keys: () => [...new Set([...memory.keys(), ...ownKeys()])] as (keyof Kept)[],
    wipe() {
      for (const key of storage.keys()) storage.delete(key);
      attempt(() => databases().deleteDatabase(name), null);
    },
    watch: (listener) =>
      attempt(
        () =>
          store.watch((key) => {
            if (key === null) listener(null);
            else if (key.startsWith(prefix)) listener(key.slice(prefix.length));
          }),
        () => {},
      ),
  };
  return storage;
}
