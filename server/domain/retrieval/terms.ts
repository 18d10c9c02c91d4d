import { wordsOf } from '../words.ts';

/** Longer questions are read up to here: nobody asks one thing in more, and no text may be expensive. */
const mostChars = 1_000;
const gramLengths = [3, 4, 5] as const;

/** The words and the character n-grams of a question, each as often as it occurs. Grams stay within their word. */
export function termsOf(text: string): string[] {
  const words = wordsOf(text.slice(0, mostChars)).map(({ folded }) => folded);
  const terms = words.map((word) => `w ${word}`);
  for (let at = 0; at + 1 < words.length; at += 1) terms.push(`b ${words[at]} ${words[at + 1]}`);
  for (const word of words) {
    const padded = ` ${word} `;
    for (const length of gramLengths) {
      for (let at = 0; at + length <= padded.length; at += 1) terms.push(padded.slice(at, at + length));
    }
  }
  return terms;
}
