/** A text and how alike it is. */
export interface Near {
  readonly text: number;
  readonly likeness: number;
}

/** The `most` texts that are most alike among those offered, best first; those alike in nothing never. */
export interface Nearest {
  offer(text: number, likeness: number): void;
  found(): Near[];
}

export function createNearest(most: number): Nearest {
  const texts: number[] = [];
  const likenesses: number[] = [];
  let least = 0;
  return {
    offer(text, likeness) {
      if (likeness <= least) return;
      let place = likenesses.length;
      while (place > 0 && (likenesses[place - 1] ?? 0) < likeness) place -= 1;
      likenesses.splice(place, 0, likeness);
      texts.splice(place, 0, text);
      if (likenesses.length > most) {
        likenesses.pop();
        texts.pop();
      }
      if (likenesses.length === most) least = likenesses[most - 1] ?? 0;
    },
    found: () => texts.map((text, at) => ({ text, likeness: likenesses[at] ?? 0 })),
  };
}

const nobody = () => false;

/** The `most` texts that are most alike, best first, of `from` up to `to`; those that are left out never. */
export function nearest(
  likenesses: Float32Array,
  most: number,
  { from = 0, to = likenesses.length }: { readonly from?: number; readonly to?: number } = {},
  isLeftOut: (text: number) => boolean = nobody,
): Near[] {
  const best = createNearest(most);
  for (let text = from; text < to; text += 1) {
    const likeness = likenesses[text] ?? 0;
    if (likeness > 0 && !isLeftOut(text)) best.offer(text, likeness);
  }
  return best.found();
}
