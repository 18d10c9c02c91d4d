import { effect, type Signal, signal } from '@preact/signals';

const prefix = 'handrail.console.';
/** What the browser would not keep (storage full or forbidden) lasts at least as long as the page. */
const memory = new Map<string, string>();

/** @returns null for what is not there or is no JSON */
export function readStored(key: string): unknown {
  try {
    const text = memory.get(key) ?? localStorage.getItem(prefix + key);
    return text === null ? null : JSON.parse(text);
  } catch {
    // Forbidden, absent or damaged: as good as empty.
    return null;
  }
}

export function writeStored(key: string, value: unknown): void {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(prefix + key, text);
    memory.delete(key);
  } catch {
    memory.set(key, text);
  }
}

export function removeStored(key: string): void {
  memory.delete(key);
  try {
    localStorage.removeItem(prefix + key);
  } catch {
    // Where nothing can be removed, nothing was kept.
  }
}

/** The keys that start with `start`, in order. */
export function storedKeys(start: string): string[] {
  const keys = new Set(memory.keys());
  try {
    for (let at = 0; at < localStorage.length; at++) {
      const key = localStorage.key(at);
      if (key?.startsWith(prefix)) keys.add(key.slice(prefix.length));
    }
  } catch {
    // Storage is forbidden: what memory has is all there is.
  }
  return [...keys].filter((key) => key.startsWith(start)).sort();
}

/** A yes or no that this browser remembers. */
export function rememberedFlag(key: string, fallback: boolean): Signal<boolean> {
  const kept = readStored(key);
  const flag = signal(typeof kept === 'boolean' ? kept : fallback);
  effect(() => writeStored(key, flag.value));
  return flag;
}
