import { wordsOf } from '../words.ts';

/** Longer questions are read up to here: nobody asks one thing in more, and no text may be expensive. */
const mostChars = 1_000;
const gramLengths = [3, 4, 5] as const;

export interface Terms {
  /** Words, and pairs of words that follow one another. */
  readonly words: readonly string[];
  /** Character n-grams, each within its word with a blank around it: typos and endings cost little. */
  readonly grams: readonly string[];
}

export const plainWordsOf = (text: string): string[] =>
  wordsOf(text.slice(0, mostChars)).map(({ folded }) => folded);

export function termsOf(text: string): Terms {
  const plain = plainWordsOf(text);
  const words = [...plain];
  for (let at = 0; at + 1 < plain.length; at += 1) words.push(`${plain[at]} ${plain[at + 1]}`);
  const grams: string[] = [];
  for (const word of plain) {
    const padded = ` ${word} `;
    for (const length of gramLengths) {
      for (let at = 0; at + length <= padded.length; at += 1) grams.push(padded.slice(at, at + length));
    }
  }
  return { words, grams };
}
