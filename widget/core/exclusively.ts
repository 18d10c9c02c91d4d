import type { Surroundings } from './surroundings.ts';

/** Runs the work while no other tab of this browser runs work of this name. An abort ends the wait, with a rejection. */
export type Exclusively = <T>(name: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** @param scope what sets the names of this chat apart: the server and the site */
export function createExclusively(surroundings: Surroundings, scope: string): Exclusively {
  return async (name, work, signal) => {
    const locks = surroundings.locks();
    // Two tabs may then do the same, which the server's rules make harmless (D1).
    if (!locks) return work();
    let isGranted = false;
    const granted = () => {
      isGranted = true;
      return work();
    };
    try {
      return await locks.request(`${scope}/${name}`, { signal }, granted);
    } catch (error) {
      // Refused altogether, as in a sandboxed frame.
      if (isGranted || signal.aborted) throw error;
      return work();
    }
  };
}
