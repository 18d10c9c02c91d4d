/** A text and how alike it is. */
export interface Near {
  readonly text: number;
  readonly likeness: number;
}

const nobody = () => false;

/** The `most` texts that are most alike, best first, from `from` on; those left out and those alike in nothing never. */
export function nearest(
  likenesses: Float32Array,
  most: number,
  from = 0,
  isLeftOut: (text: number) => boolean = nobody,
): Near[] {
  const texts: number[] = [];
  const found: number[] = [];
  let least = 0;
  for (let text = from; text < likenesses.length; text += 1) {
    const likeness = likenesses[text] ?? 0;
    if (likeness <= least || isLeftOut(text)) continue;
    let place = found.length;
    while (place > 0 && (found[place - 1] ?? 0) < likeness) place -= 1;
    found.splice(place, 0, likeness);
    texts.splice(place, 0, text);
    if (found.length > most) {
      found.pop();
      texts.pop();
      least = found[most - 1] ?? 0;
    }
  }
  return texts.map((text, at) => ({ text, likeness: found[at] ?? 0 }));
}
