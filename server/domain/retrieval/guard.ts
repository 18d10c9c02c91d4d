import { plainWordsOf } from './terms.ts';

/** What turns the meaning of a sentence round though all other words stay: nothing else here sees it. */
const negators = new Set(
  (
    'not no never none neither nor without cannot cant dont doesnt didnt wont wouldnt couldnt shouldnt isnt arent wasnt ' +
    'werent hasnt havent hadnt aint stop undo ' +
    'nicht kein keine keinen keinem keiner nie niemals ohne ' +
    'pas jamais aucun aucune sans ' +
    'nunca sin ningun ninguna tampoco ' +
    'non mai senza nessun nessuna ' +
    'nao nem sem nenhum nenhuma'
  ).split(' '),
);
const contracted = /([a-z])n['’`´]t(?![a-z])/giu;
/** Words that say nothing of the matter. */
const small = new Set(
  'i a an the to my me is it do does did can could would will please you of for in on and or that this be am are'.split(
    ' ',
  ),
);

export interface Guarded {
  readonly isNegated: boolean;
  readonly numbers: ReadonlySet<string>;
  /** What it is about: the other words that carry meaning. */
  readonly matter: ReadonlySet<string>;
}

export function guardedOf(text: string): Guarded {
  const words = plainWordsOf(text.replace(contracted, '$1nt'));
  const numbers = new Set(words.filter((word) => /\p{N}/u.test(word)));
  const matter = words.filter((word) => !negators.has(word) && !numbers.has(word) && !small.has(word));
  return { isNegated: words.some((word) => negators.has(word)), numbers, matter: new Set(matter) };
}

/** From here on two texts say the same of the same, but for negation and numbers. */
const sameMatter = 0.5;

/**
 * Whether the question contradicts the examples that speak of the same matter: "do not cancel it" where all say "cancel
 * it", "24 hours" where all say "48 hours". Examples that speak of it in other words say nothing about that.
 */
export function contradicts(question: Guarded, examples: readonly Guarded[]): boolean {
  const alike = examples.filter(({ matter }) => overlap(question.matter, matter) >= sameMatter);
  return alike.length > 0 && alike.every((example) => differs(question, example));
}

const differs = (one: Guarded, other: Guarded): boolean =>
  one.isNegated !== other.isNegated ||
  (one.numbers.size > 0 &&
    other.numbers.size > 0 &&
    !(
      one.numbers.size === other.numbers.size && [...one.numbers].every((number) => other.numbers.has(number))
    ));

/** The share of the shorter one's words that both have. */
function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const least = Math.min(one.size, other.size);
  return least === 0 ? 0 : [...one].filter((word) => other.has(word)).length / least;
}
