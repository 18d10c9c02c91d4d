import { type Signal, signal } from '@preact/signals';
import type { Storage } from './storage.ts';

/** What stands in the composer, kept a moment after each change. */
export interface Draft {
  readonly text: Signal<string>;
  /** Keeps now what would be kept in a moment. */
  keep(): void;
  /** Empties it; what is kept is not touched. */
  forget(): void;
}

/** @param afterMs how long to wait for the next key before it is kept */
export function createDraft(storage: Storage, afterMs: number): Draft {
  const text = signal(storage.get('draft') ?? '');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const keep = () => {
    if (timer === undefined) return;
    cancel();
    if (text.peek() === '') storage.delete('draft');
    else storage.set('draft', text.peek());
  };
  let isFirst = true;
  text.subscribe((words) => {
    // The first is only what was kept.
    if (!isFirst && (words !== '' || storage.get('draft') !== null)) {
      cancel();
      timer = setTimeout(keep, afterMs);
    }
    isFirst = false;
  });
  return {
    text,
    keep,
    forget() {
      text.value = '';
      cancel();
    },
  };
}
