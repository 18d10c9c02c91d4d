import { type ReadonlySignal, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { OutboxItem } from './model.ts';
import { admit, type Entry, fits, replaces } from './outbox-rules.ts';
import type { Kept, Storage } from './storage.ts';

/** Commands until a fact confirms them (D6). Kept in the storage, which is the truth that all tabs share. */
export interface Outbox {
  /** Of all conversations, oldest first. */
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** Reads the storage again. */
  refresh(): readonly Entry[];
  /** @returns the cid */
  add<N extends CustomerCommandName>(conversationId: string, name: N, body: OutboxItem<N>['body']): string;
  /** Puts back one that failed, under a new cid if the server has seen another command under the old one. */
  retry(cid: string): void;
  /** Changes an entry that is still there; null takes it out. */
  change(cid: string, next: (entry: Entry) => Entry | null): void;
}

export const keyOf = (cid: string) => `outbox/${cid}` as const;
export const isEntryKey = (key: string): key is `outbox/${string}` => key.startsWith('outbox/');

export function createOutbox(storage: Storage): Outbox {
  const entries = signal<readonly Entry[]>([]);

  const refresh = () => {
    const keys = storage.keys().filter(isEntryKey).sort();
    // Gone since the keys were read, or not readable.
    entries.value = keys
      .map((key) => storage.get(key))
      .filter((entry: Kept[`outbox/${string}`] | null) => entry !== null);
    return entries.value;
  };

  const write = (entry: Entry) => {
    const others = refresh().filter(({ cid }) => cid !== entry.cid);
    for (const other of others) if (replaces(entry, other)) storage.delete(keyOf(other.cid));
    const admitted = admit(entry, others);
    // What does not fit is shown, so that nothing is lost, but must not fill the storage.
    if (fits(admitted, others)) storage.set(keyOf(entry.cid), admitted);
    else storage.hold(keyOf(entry.cid), admitted);
    refresh();
  };

  const change: Outbox['change'] = (cid, next) => {
    const key = keyOf(cid);
    const entry = storage.get(key);
    if (entry === null) return;
    const changed = next(entry);
    if (changed === null) storage.delete(key);
    else storage.set(key, changed);
    refresh();
  };

  refresh();
  return {
    entries,
    refresh,
    change,
    add(conversationId, name, body) {
      const cid = uuidv7();
      const unsent = { state: 'queued', code: null, tries: 0, losses: 0, ackedSeq: null } as const;
      write({ cid, conversationId, at: Date.now(), name, body, ...unsent });
      return cid;
    },
    retry(cid) {
      const entry = storage.get(keyOf(cid));
      if (entry?.state !== 'failed') return;
      storage.delete(keyOf(cid));
      const isReused = entry.code === 'cid_reused';
      write({ ...entry, cid: isReused ? uuidv7() : cid, at: Date.now() });
    },
  };
}
