import { type PromisePhrases, promisePhrases } from './languages/promise-phrases.ts';
import { sentencesOf } from './words.ts';

const rules = promisePhrases.map(({ who, person, followUp, unless }: PromisePhrases) => {
  const compiled = (patterns: readonly string[]) =>
    new RegExp(
      ` (?:${patterns.map((pattern) => pattern.replace(/^\^/, '').replaceAll('WHO', who)).join('|')})(?= |$)`,
    );
  return {
    person: compiled(person),
    followUp: compiled(followUp),
    unless: new RegExp(` (?:${unless}) `),
  };
});

/** "Don't worry", "do not hesitate", "as soon as we can": they take nothing back. */
const harmless =
  / (?:(?:dont|do not) (?:worry|hesitate|close|leave|go|hang up|refresh|close)|no problem|not to worry|no worries|no need to worry|as soon as (?:we|they|i) can|keine sorge|ne vous inquietez pas|pas de (?:souci|probleme)|no te preocupes|no se preocupe|sin problema|nao se preocupe|sem problema|non ti preoccupare|non si preoccupi|nessun problema) /g;

/** "Contact us and we will get back to you": it hangs on what the customer does first. */
const instruction =
  /^ (?:contact|call|write|send|fill|leave|email|submit|press|click|type|ask|say|choose|select|enter|give|tell|visit) (?:[a-z0-9]+ ){1,12}(?:and|so|then) /;

/**
 * Reads a text that grows. Each sentence is looked at once, when its end has come: half of one may still turn into a
 * question or a condition.
 * @returns takes the next piece of text, and tells the first promise in what it completes
 */
export function createPromiseReader(): (piece: string) => ReturnType<typeof findPromise> {
  let unread = '';
  return (piece) => {
    const end = Math.max(...sentenceEnds.map((mark) => piece.lastIndexOf(mark))) + 1;
    if (end === 0) {
      unread += piece;
      return null;
    }
    const complete = unread + piece.slice(0, end);
    unread = piece.slice(end);
    return findPromise(complete);
  };
}
const sentenceEnds = ['.', '!', '?', '…', '\n'];

/**
 * Whether a bot's message promises a person, or that somebody comes back to the customer. Offers, questions,
 * conditions, denials and what others do (the courier will call) are none.
 *
 * @param text at most 20,000 characters
 * @returns what is promised, and the sentence that does, at most 200 characters
 */
export function findPromise(
  text: string,
): { readonly kind: 'person' | 'follow_up'; readonly quote: string } | null {
  for (const { plain, words, isQuestion } of sentencesOf(text)) {
    const told = plain.replace(harmless, ' ');
    if (isQuestion || instruction.test(told)) continue;
    for (const { person, followUp, unless } of rules) {
      const kind = person.test(told) ? 'person' : followUp.test(told) ? 'follow_up' : null;
      if (kind !== null && !unless.test(told)) return { kind, quote: words };
    }
  }
  return null;
}
