import type { DiffPart } from '../../../protocol/replay.ts';

/** Comparing takes the product of both: beyond that what differs is shown as one piece. */
const mostCells = 1_000_000;

/**
 * What two answers share and where they differ, word by word. The parts that are not only in the one give the other,
 * letter by letter.
 */
export function wordDiff(without: string, given: string): DiffPart[] {
  const [left, right] = [wordsIn(without), wordsIn(given)];
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  const least = Math.min(left.length, right.length) - start;
  while (end < least && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  const parts: DiffPart[] = [];
  const add = (where: DiffPart['in'], words: readonly string[]) => {
    const text = words.join('');
    const last = parts.at(-1);
    if (text === '') return;
    if (last?.in === where) last.text += text;
    else parts.push({ in: where, text });
  };
  add('both', left.slice(0, start));
  between(left.slice(start, left.length - end), right.slice(start, right.length - end), add);
  add('both', left.slice(left.length - end));
  return parts;
}

/** Words, and signs, each with the blanks before it: put together again they are the text. */
const wordsIn = (text: string): string[] =>
  text.match(/\s*[\p{L}\p{N}\p{M}]+|\s*[^\s\p{L}\p{N}\p{M}]+|\s+/gu) ?? [];

function between(
  left: readonly string[],
  right: readonly string[],
  add: (where: DiffPart['in'], words: readonly string[]) => void,
) {
  if (left.length * right.length > mostCells) {
    add('without', left);
    add('with', right);
    return;
  }
  // Longest common run of words from each pair of places on to the ends.
  const width = right.length + 1;
  const longest = new Uint16Array((left.length + 1) * width);
  for (let one = left.length - 1; one >= 0; one -= 1) {
    for (let other = right.length - 1; other >= 0; other -= 1) {
      const here = one * width + other;
      longest[here] =
        left[one] === right[other]
          ? (longest[here + width + 1] ?? 0) + 1
          : Math.max(longest[here + width] ?? 0, longest[here + 1] ?? 0);
    }
  }
  let [one, other] = [0, 0];
  while (one < left.length && other < right.length) {
    const here = one * width + other;
    const word = left[one] ?? '';
    if (word === right[other]) {
      add('both', [word]);
      one += 1;
      other += 1;
    } else if ((longest[here + width] ?? 0) >= (longest[here + 1] ?? 0)) {
      add('without', [word]);
      one += 1;
    } else {
      add('with', [right[other] ?? '']);
      other += 1;
    }
  }
  add('without', left.slice(one));
  add('with', right.slice(other));
}
