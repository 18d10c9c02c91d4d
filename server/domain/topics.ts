import type { Team } from '../../protocol/handoff.ts';
import type { PolicyTurn } from './policy/judge.ts';
import { wordsOf } from './words.ts';

/** A team, and the words by which its customers are known. */
export interface Topic {
  readonly team: string;
  /** Words or phrases, each at its start: "refund" finds "refunds" and "refunded". */
  readonly words: readonly string[];
}

/** The team of the topic that the customer spoke of last; null where no topic is recognised. */
export function teamFor(turns: readonly PolicyTurn[], topics: readonly Topic[]): Team {
  if (topics.length === 0) return null;
  const said = turns.filter(({ author }) => author === 'customer').map(({ text }) => plainOf(text));
  for (const text of said.reverse()) {
    const found = topics.find(({ words }) => words.some((word) => isSaid(text, word)));
    if (found !== undefined) return found.team;
  }
  return null;
}

/** Words of any script, each behind a blank. */
const plainOf = (text: string): string =>
  wordsOf(text)
    .map(({ folded }) => ` ${folded}`)
    .join('');

const isSaid = (text: string, word: string): boolean => {
  const plain = plainOf(word);
  // What has no word in it would be said by everybody.
  return plain !== '' && text.includes(plain);
};
