import type { Near } from './nearest.ts';

/** What belongs to a guidance spreads from its examples to questions alike to them, and on to those alike to these. */
export interface Graph {
  /**
   * The share that texts have in what starts at `seeds`; what is left out takes and gives nothing.
   * @param leastShare texts with a smaller one are not told
   */
  spread(seeds: readonly number[], leastShare: number, isLeftOut: (text: number) => boolean): Share[];
}

export interface Share {
  readonly text: number;
  readonly share: number;
}

/** Of what a text has, this share goes on to its neighbours. */
const passedOn = 0.9;
const steps = 12;
/** Less is not followed any further: a guidance stays in its part of the graph. */
const least = 1e-4;

/** Half as alike carries a quarter: far neighbours count little. */
export const weightOf = (likeness: number): number => likeness * likeness;

/** @param neighbours of each text the texts most like it */
export function* createGraph(neighbours: readonly (readonly Near[])[]): Generator<void, Graph> {
  const edges = neighbours.map(() => new Map<number, number>());
  for (const [from, near] of neighbours.entries()) {
    for (const { text, likeness } of near) {
      // Both ways: who is near to nobody may still be the nearest of somebody.
      edges[from]?.set(text, weightOf(likeness));
      edges[text]?.set(from, weightOf(likeness));
    }
    yield;
  }
  const degrees = edges.map((out) => Math.sqrt([...out.values()].reduce((sum, weight) => sum + weight, 0)));
  const lists: { readonly to: Int32Array; readonly weights: Float32Array }[] = [];
  for (const [from, out] of edges.entries()) {
    // A text that many are alike to passes on little to each.
    const shareOf = ([to, weight]: [number, number]) =>
      weight / ((degrees[from] ?? 0) * (degrees[to] ?? 0) || 1);
    lists.push({ to: Int32Array.from(out.keys()), weights: Float32Array.from(out, shareOf) });
    yield;
  }
  // By number and not by key, as this is done thousands of times over thousands of texts; all 0 between two calls.
  let mass = new Float64Array(neighbours.length);
  let next = new Float64Array(neighbours.length);
  const total = new Float64Array(neighbours.length);
  return {
    spread(seeds, leastShare, isLeftOut) {
      const reached: number[] = [];
      let front = [...seeds];
      for (const seed of seeds) mass[seed] = 1 / seeds.length;
      for (let step = 0; step <= steps; step += 1) {
        const nextFront: number[] = [];
        for (const from of front) {
          const own = mass[from] ?? 0;
          mass[from] = 0;
          if (total[from] === 0) reached.push(from);
          total[from] = (total[from] ?? 0) + own * (1 - passedOn);
          const out = lists[from];
          if (own < least || out === undefined || step === steps) continue;
          for (let at = 0; at < out.to.length; at += 1) {
            const to = out.to[at] ?? 0;
            if (isLeftOut(to)) continue;
            if (next[to] === 0) nextFront.push(to);
            next[to] = (next[to] ?? 0) + passedOn * own * (out.weights[at] ?? 0);
          }
        }
        front = nextFront;
        [mass, next] = [next, mass];
      }
      const shares: Share[] = [];
      for (const text of reached) {
        const share = total[text] ?? 0;
        total[text] = 0;
        if (share >= leastShare) shares.push({ text, share });
      }
      return shares;
    },
  };
}
