import { type ReadonlySignal, signal } from '@preact/signals';
import { ApiError } from '../api.ts';

/** A list that is looked after in the settings, as its section shows it. */
export interface ManagedState<L> {
  readonly list: L | null;
  readonly hasFailed: boolean;
  /** What the server has told this once, and of what; gone once it is put away. */
  readonly shown: { readonly id: string; readonly text: string } | null;
  /** What is being done, to one of the list or to something that is none yet. */
  readonly busy: string | null;
  /** What came of the last thing that was done, and where it is to be said. */
  readonly said: { readonly at: string; readonly isProblem: boolean; readonly text: string } | null;
}

export interface ManagedList<L> {
  readonly state: ReadonlySignal<ManagedState<L>>;
  load(): Promise<void>;
  /**
   * Does one thing, says at `at` what came of it, and shows how things are then. Nothing is thrown but faults of ours.
   * @returns whether it was done
   */
  act(at: string, work: () => Promise<string>): Promise<boolean>;
  show(shown: ManagedState<L>['shown']): void;
  /** What was shown, and what was said. */
  putAway(): void;
  set(change: Partial<ManagedState<L>>): void;
}

/** @param problemWords what a refusal is called on this screen */
export function createManagedList<L>(
  read: () => Promise<L>,
  problemWords: (code: ApiError['code']) => string,
): ManagedList<L> {
  const state = signal<ManagedState<L>>({
    list: null,
    hasFailed: false,
    shown: null,
    busy: null,
    said: null,
  });
  const set = (change: Partial<ManagedState<L>>) => {
    state.value = { ...state.peek(), ...change };
  };
  const load = async () => {
    try {
      set({ list: await read(), hasFailed: false });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      set({ hasFailed: true });
    }
  };
  return {
    state,
    load,
    set,
    show: (shown) => set({ shown }),
    putAway: () => set({ shown: null, said: null }),
    async act(at, work) {
      set({ busy: at, said: null });
      let isDone = true;
      try {
        set({ said: { at, isProblem: false, text: await work() } });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        set({ said: { at, isProblem: true, text: problemWords(error.code) } });
        isDone = false;
      }
      if (isDone) await load();
      set({ busy: null });
      return isDone;
    },
  };
}
