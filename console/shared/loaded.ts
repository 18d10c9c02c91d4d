import { type ReadonlySignal, signal } from '@preact/signals';
import { ApiError } from '../api.ts';

export interface Loaded<T> {
  /** `found` is null before it has come; what has come stays when it cannot be read again. */
  readonly state: ReadonlySignal<{ readonly found: T | null; readonly hasFailed: boolean }>;
  load(): Promise<void>;
}

/** Something that is read as a whole. Nothing here throws but faults of ours. */
export function createLoaded<T>(read: () => Promise<T>): Loaded<T> {
  const state = signal<{ readonly found: T | null; readonly hasFailed: boolean }>({
    found: null,
    hasFailed: false,
  });
  return {
    state,
    async load() {
      try {
        state.value = { found: await read(), hasFailed: false };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        state.value = { ...state.peek(), hasFailed: true };
      }
    },
  };
}
