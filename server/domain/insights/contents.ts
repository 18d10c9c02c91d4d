import { contentOf } from '../policy/same.ts';
import { wordsOf } from '../words.ts';

/** The words that a question is about; in scripts whose idle words the policy does not know, all of them. */
export function contentsOf(text: string): readonly string[] {
  const words = contentOf(text);
  return words.size > 0 ? [...words] : [...new Set(wordsOf(text).map(({ folded }) => folded))];
}
