import { setImmediate } from 'node:timers/promises';

/** Longest stretch in which nothing else of this process gets its turn, ms. */
const sliceMs = 10;

/** Does long work in slices, so that everything else in this process goes on. @throws the signal's reason */
export async function inSlices<Result>(work: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  let since = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (performance.now() - since < sliceMs) continue;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  }
}
