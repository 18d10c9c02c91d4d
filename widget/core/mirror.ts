import { computed, effect, signal } from '@preact/signals';
import type { FactsEvent } from '../../protocol/events.ts';
import type { Life } from './life.ts';
import { isEntryKey, keyOf, type Outbox } from './outbox.ts';
import { type Entry, maxItems, maxLength } from './outbox-rules.ts';
import { move } from './sending-rules.ts';
import type { State } from './state.ts';
import type { Storage } from './storage.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * A copy, in IndexedDB, of what a customer must not lose (D6): the session, the conversation, the outbox, and what
 * has been said so far.
 *
 * Why the browser's local storage comes first, IndexedDB second and memory last: what is written to local storage
 * is there at once, also when the page dies in the next moment; IndexedDB answers later. But local storage may be
 * blocked or full, and browsers bring it to the disk only after seconds, so that their own crash, or that of the
 * machine, takes the last words with it. The copy is written through to the disk (`strict`) a few milliseconds
 * later and gives back what local storage has not. What comes back although it had been sent already is sent under
 * its first cid, which the server answers without doing it twice (D1).
 *
 * A database that is forbidden, broken, of a newer version or never answers is done without.
 */
export interface Mirror {
  /** Comes when what was kept is back in the storage; after a while also without it. */
  readonly restored: Promise<void>;
  /** The transcript has taken these facts in. */
  note(event: FactsEvent): void;
}

export interface MirrorOptions {
  readonly state: State;
  readonly storage: Storage;
  readonly outbox: Outbox;
  readonly life: Life;
  readonly surroundings: Surroundings;
  /** The storage has been given back something, as if another tab had written it. */
  onRestored(): void;
  /** Facts of the conversation that were kept; newer ones may be there already. */
  onFacts(event: FactsEvent): void;
  /** Another tab has made this browser forget the customer. */
  onForgotten(): void;
}

interface Kept {
  readonly key: string;
  readonly text: string;
}

const shelf = 'kept';

export function openMirror(options: MirrorOptions): Mirror {
  const { state, storage, outbox, life, surroundings } = options;
  /** What the database holds, by key, as JSON. */
  const copies = new Map<string, string>();
  const said = signal<FactsEvent | null>(null);
  const here = computed(() => state.transcript.value.conversationId);

  const giveBack = (kept: readonly Kept[]) => {
    for (const { key, text } of kept) copies.set(key, text);
    const copyOf = (key: string) => JSON.parse(copies.get(key) ?? 'null');
    const session = copyOf('session');
    if (storage.get('session') === null) {
      for (const key of ['session', 'conversation'] as const) {
        if (copies.has(key)) storage.set(key, copyOf(key));
      }
    }
    const isSame = session === null || session.token === storage.get('session')?.token;
    for (const key of [...copies.keys()].filter(isEntryKey)) {
      if (storage.get(key) !== null) continue;
      const entry: Entry = copyOf(key);
      // It came too late, and there is another customer by now: as if the server had forgotten the first.
      const own = isSame ? entry : move(entry, here.peek());
      if (own !== null) storage.set(key, own);
    }
    options.onRestored();
    const facts: FactsEvent | null = copyOf('facts');
    if (isSame && facts !== null) options.onFacts(facts);
  };

  const follow = (database: IDBDatabase) => {
    const write = (key: string, value: object | string | null) => {
      let text = value === null ? undefined : JSON.stringify(value);
      if (text !== undefined && text.length > maxLength) text = undefined;
      if (copies.get(key) === text) return;
      if (text === undefined) copies.delete(key);
      else copies.set(key, text);
      try {
        const copy = shelfOf(database, 'readwrite');
        if (text === undefined) copy.delete(key);
        else copy.put({ key, text });
      } catch {
        // Closed: the customer is being forgotten, or the browser's data cleared.
      }
    };
    const whenever = (act: () => void) => life.onEnd(effect(act));
    whenever(() => write('session', state.session.value));
    whenever(() => write('conversation', here.value));
    whenever(() => write('facts', said.value?.conversationId === here.value ? said.value : null));
    whenever(() => {
      const entries = outbox.entries.value.slice(0, maxItems);
      const keys = entries.map(({ cid }) => keyOf(cid) as string);
      for (const key of copies.keys()) if (isEntryKey(key) && !keys.includes(key)) write(key, null);
      for (const entry of entries) write(keyOf(entry.cid), asUnanswered(entry));
    });
  };

  const open = async () => {
    const opening = surroundings.databases().open(storage.name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(shelf, { keyPath: 'key' });
    const database = await answer(opening);
    const close = () => database.close();
    life.onEnd(close);
    // An end that has come already is told to nobody, and an open database could not be deleted.
    if (life.signal.aborted) close();
    // Stands in the way neither of a newer version nor of another tab that forgets the customer.
    database.onversionchange = ({ newVersion }) => {
      close();
      if (newVersion === null) options.onForgotten();
    };
    const kept: Kept[] = await answer(shelfOf(database, 'readonly').getAll());
    return { database, kept };
  };
  /**
   * A page that clears its local storage when somebody signs out means the chat as well: the next person at this
   * computer must not read it. Only words that never left are worth the doubt.
   */
  const isCleared = (kept: readonly Kept[]) => {
    const session = kept.find(({ key }) => key === 'session');
    if (session === undefined || storage.get('session') !== null) return false;
    if (kept.some(({ key }) => isEntryKey(key))) return false;
    try {
      surroundings.store.set(`${storage.name}/probe`, session.text);
      surroundings.store.delete(`${storage.name}/probe`);
      return true;
    } catch {
      // Blocked or full: it was never there.
      return false;
    }
  };
  const begin = async () => {
    const opened = await open().catch(() => null);
    if (opened === null || life.signal.aborted) return;
    const { database, kept } = opened;
    if (isCleared(kept)) shelfOf(database, 'readwrite').clear();
    else giveBack(kept);
    follow(database);
  };
  const restored = new Promise<void>((resolve) => {
    life.run(() => begin().finally(resolve));
    life.after(surroundings.pace.restore, resolve);
  });

  return {
    restored,
    note({ conversationId, through, facts }) {
      const before = said.peek();
      const known =
        before?.conversationId === conversationId
          ? before
          : { conversationId, after: 0, through: 0, facts: [] };
      said.value = {
        ...known,
        through,
        facts: [...known.facts, ...facts.filter(({ seq }) => seq > known.through)],
      };
    },
  };
}

const shelfOf = (database: IDBDatabase, mode: IDBTransactionMode) =>
  database.transaction(shelf, mode, { durability: 'strict' }).objectStore(shelf);

const answer = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });

/** As it stands for whoever finds it: it may have been sent, and nobody knows the answer. */
const asUnanswered = (entry: Entry): Entry => ({
  ...entry,
  state: entry.state === 'failed' ? 'failed' : 'queued',
  tries: 1,
  losses: 0,
  ackedSeq: null,
});
