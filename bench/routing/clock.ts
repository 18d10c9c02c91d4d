/** A clock that jumps from one planned moment to the next; among equals, in the order in which they were planned. */
export function createClock() {
  const heap: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  let order = 0;
  let now = 0;
  const isBefore = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  };
  const swap = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = one;
  };
  return {
    now: () => now,
    at(at: number, run: () => void) {
      heap.push({ at: Math.max(at, now), order: order++, run });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(child, parent)) break;
        swap(child, parent);
        child = parent;
      }
    },
    /** Runs until nothing is planned before `until`. */
    run(until: number) {
      for (;;) {
        const first = heap[0];
        if (first === undefined || first.at > until) return;
        swap(0, heap.length - 1);
        heap.pop();
        for (let parent = 0; ; ) {
          const [left, right] = [2 * parent + 1, 2 * parent + 2];
          const least = isBefore(right, left) ? right : left;
          if (!isBefore(least, parent)) break;
          swap(least, parent);
          parent = least;
        }
        now = first.at;
        first.run();
      }
    },
  };
}

/** Numbers of [0, 1) that are the same for the same seed (mulberry32, public domain, T. Ettinger 2017). */
export function randomOf(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    exponential: (mean: number) => -mean * Math.log(1 - next()),
    /** @param spread standard deviation of the logarithm */
    lognormal: (mean: number, spread: number) => mean * Math.exp(spread * normal() - (spread * spread) / 2),
    pick: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)] as T,
  };
}
export type Random = ReturnType<typeof randomOf>;
