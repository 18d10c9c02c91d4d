import { plainOf } from './words.ts';

/** Words that say nothing of what a question is about, in the six languages. */
const idle = new Set(
  (
    'a an the i me my we our you your he she it its they this that these those is are was were be been am do does did have has had can could will would should may might must to of in on at for from with by as and or but if so not no yes ok okay what which who whom when where why how there here any some about into up out get got want need like know tell hi hello hey thanks thank im ive id dont cant whats still just also too sorry help ' +
    'der die das den dem des ein eine einen einem einer ich du sie er es wir ihr mich mir dich ihnen mein meine meinen ist sind war bin habe hat haben kann konnen will mochte wie was wer wo wann warum und oder aber nicht kein zu in an auf fur von mit bei im am zum zur ja nein bitte noch ' +
    'le la les un une des du de d l j je tu il elle nous vous mon ma mes votre est sont suis ai a au aux en dans sur pour par avec et ou mais ne pas que qui quoi quand comment pourquoi ce cette oui non c s m n qu ' +
    'el los las una unos yo tu mi mis su es son soy estoy esta tengo tiene puedo puede quiero en por para con y o pero no si que quien cuando como donde se lo me te al del ' +
    'o os as um uma eu meu minha seu voce e sao sou estou tenho tem posso pode quero em no na do da dos das por para com ou mas nao sim que quem quando como onde se ' +
    'il lo gli uno io mio mia suo sono ho ha posso puo voglio di in su per con ma non si che chi quando come dove perche del della al alla nel nella'
  ).split(' '),
);

const wordsOf = (text: string) => plainOf(text).split(' ').filter(Boolean);
/** Inflections of one word count as one: "transfers", "transferred". */
const stem = (word: string) => (word.length > 5 ? word.slice(0, 5) : word);

/** The words that carry the sense of a question, each once. */
export const contentOf = (text: string): ReadonlySet<string> =>
  new Set(
    wordsOf(text)
      .filter((word) => !idle.has(word))
      .map(stem),
  );

function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0;
  for (const word of one) if (other.has(word)) count += 1;
  return count;
}

/** An answer shorter than this may be said twice: "Okay.", "You are welcome." Words. */
const shortAnswer = 5;
/** What a bot asks after every answer is no repetition. */
const closing =
  / (?:anything else|something else|sonst noch|noch etwas|autre chose|algo mas|algo mais|qualcos altro|altro|how (?:may|can) i help|welcome|enter your|choose|select) /;

/** Share of words, 0 to 1, that two answers of a bot have in common; 0 for what may well be said twice. */
export function likenessOfAnswers(one: string, other: string): number {
  const [a, b] = [new Set(wordsOf(one)), new Set(wordsOf(other))];
  if (a.size < shortAnswer || b.size < shortAnswer) return 0;
  if (a.size < 15 && closing.test(plainOf(one))) return 0;
  const common = shared(a, b);
  return common / (a.size + b.size - common);
}

/**
 * How much a question asks what another one asked, 0 to 1: the share of the shorter one's content words. 0 if there are
 * too few to tell: "yes", "and my card?".
 */
export function likenessOfQuestions(one: string, other: string): number {
  return likenessOfContents(contentOf(one), contentOf(other));
}

/** The same of content words. */
export function likenessOfContents(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [fewer, more] = [Math.min(a.size, b.size), Math.max(a.size, b.size)];
  if (fewer < 2) return 0;
  const common = shared(a, b);
  // Of two words, or where one text is much longer, all of it must agree with the longer one, too.
  return fewer < 3 || more > 3 * fewer ? common / more : common / fewer;
}
