import { createRecogniser } from './grammar.ts';
import { asksIfBot } from './identity.ts';
import { english } from './languages/english-requests.ts';
import { french } from './languages/french-requests.ts';
import { german } from './languages/german-requests.ts';
import { italian } from './languages/italian-requests.ts';
import { portuguese } from './languages/portuguese-requests.ts';
import { spanish } from './languages/spanish-requests.ts';
import { clausesOf } from './words.ts';

export { asksIfBot };

/** All languages are tried on every text: customers change between them, and mix them. */
const recognisers = [english, german, french, spanish, portuguese, italian].map(createRecogniser);

/** @returns the words that ask for a person, at most 200 characters; null if the text does not ask */
export function asksForPerson(text: string): string | null {
  const isBareEnough = asksIfBot(text) === null;
  for (const clause of clausesOf(text)) {
    if (recognisers.some(({ asks }) => asks(clause, isBareEnough))) return clause.words;
  }
  return null;
}
