import { expect } from 'vitest';
import type { KeyValueStore, Surroundings } from '../../../widget/core/surroundings.ts';

/** Nothing reaches the server, and the part with the socket is not there. */
export const noWay: Partial<Surroundings> = {
  fetch: () => Promise.reject(new TypeError('Failed to fetch')),
  loadLive: () => Promise.reject(new TypeError('Failed to fetch')),
};

export const throwing = (name: string) => () => {
  throw new DOMException('not here', name);
};
/** Privacy settings, or a sandboxed frame. */
export const blocked: KeyValueStore = {
  get: throwing('SecurityError'),
  set: throwing('SecurityError'),
  delete: throwing('SecurityError'),
  keys: throwing('SecurityError'),
  watch: throwing('SecurityError'),
};
/** The page around the chat has used it all up. */
export const full = (store: KeyValueStore): KeyValueStore => ({
  ...store,
  set: throwing('QuotaExceededError'),
});

/** What the database holds, once it is so. */
export const kept = (databases: IDBFactory, isSo: (copies: Map<string, unknown>) => boolean) =>
  expect
    .poll(async () => isSo((await copiesIn(databases)) ?? new Map()), { timeout: 10_000, interval: 20 })
    .toBe(true);
export const keysOf = (copies: Map<string, unknown>) =>
  [...copies.keys()].filter((key) => key.startsWith('outbox/'));

/** What the chat's database holds, by key; null when there is none. */
export async function copiesIn(databases: IDBFactory): Promise<Map<string, unknown> | null> {
  const [known] = await databases.databases();
  if (known?.name === undefined) return null;
  const database = await answered(databases.open(known.name));
  const rows: { key: string; text: string }[] = await answered(
    database.transaction('kept').objectStore('kept').getAll(),
  );
  database.close();
  return new Map(rows.map(({ key, text }) => [key, JSON.parse(text)]));
}

/** Writes a copy as a page would have that died right behind it. */
export async function putCopy(databases: IDBFactory, key: string, value: unknown): Promise<void> {
  const [known] = await databases.databases();
  const database = await answered(databases.open(known?.name ?? ''));
  const shelf = database.transaction('kept', 'readwrite').objectStore('kept');
  await answered(shelf.put({ key, text: JSON.stringify(value) }));
  database.close();
}

export const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
