/** A stretch of a text between punctuation marks, as it was written and as the rules read it. */
export interface Clause {
  /** As written, at most 200 characters. */
  readonly words: string;
  /** Lower case, without accents, apostrophes and politeness, one space between words and around them. */
  readonly plain: string;
  readonly isQuestion: boolean;
}

/** Long texts say what they want first or last; what is between is not read, so that no text is expensive. */
const headChars = 800;
const tailChars = 200;
const maxSentence = 600;

const shortened = (text: string) =>
  text.length <= headChars + tailChars ? text : `${text.slice(0, headChars)}\n${text.slice(-tailChars)}`;

/** Words without which a sentence asks the same: they only stand in the way of the rules. */
const fillers = new Set(
  (
    'please pls plz plss plis pleas pleaz just simply kindly already really now immediately asap directly tbh again actually ' +
    'bitte einfach mal jetzt sofort doch endlich dringend lieber gerne gern ' +
    'svp stp maintenant immediatement directement vraiment absolument ' +
    'porfa porfavor ahora ya mismo ahorita inmediatamente directamente realmente urgentemente ' +
    'pfv agora logo imediatamente diretamente mesmo urgentemente ' +
    'perfavore subito adesso ora direttamente urgentemente davvero'
  ).split(' '),
);
const fillerPhrases =
  / (?:right (?:now|away)|straight away|at once|s il (?:vous|te) plait|je vous prie|tout de suite|por favor|de una vez|per (?:favore|cortesia)|se possibile) /g;

/** Words on which a rule hangs, in which one slip of the finger is forgiven. */
const forgiven = new Map<string, string>();
for (const word of (
  'person human agent representative operator advisor supervisor someone somebody customer speak transfer connect ' +
  'mitarbeiter menschen sprechen verbinden conseiller personne parler persona hablar asesor agente atendente pessoa ' +
  'operatore parlare consulente'
).split(' ')) {
  for (let at = 1; at < word.length - 1; at += 1) {
    forgiven.set(word.slice(0, at) + word.slice(at + 1), word);
    const swapped = word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
    if (swapped !== word) forgiven.set(swapped, word);
  }
}
// Words of their own, one letter away.
for (const word of ['peron', 'spak', 'sprechn', 'trasfer', 'pesona', 'paler', 'agete']) forgiven.delete(word);

const lettersOf = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('ß', 'ss')
    // don't -> dont, but d'un -> d un
    .replace(/([a-z])['’`´](t|s|d|m|ll|re|ve)(?![a-z])/g, '$1$2')
    .replace(/([a-z])\1{2,}/g, '$1')
    .replace(/[^a-z0-9]+/g, ' ');

/** All words of a text, as `plain` but with the small ones kept; one space between them and around them. */
export const foldedOf = (text: string): string => ` ${lettersOf(shortened(text)).trim()} `;

export const plainOf = (text: string): string => {
  const words: string[] = [];
  for (const word of ` ${lettersOf(text)} `.replace(fillerPhrases, ' ').split(' ')) {
    if (word !== '' && !fillers.has(word)) words.push(forgiven.get(word) ?? word);
  }
  return words.length === 0 ? '' : ` ${words.join(' ')} `;
};

/** The clauses of a text, in order; those without a word in our letters are left out. */
export function clausesOf(text: string): readonly Clause[] {
  const clauses: { words: string; plain: string; isQuestion: boolean }[] = [];
  let ofSentence = 0;
  for (const [, piece = '', mark = ''] of shortened(text).matchAll(
    /([^.!?;:,…()"¿¡\n]+)([.!?;:,…()"¿¡\n]?)/g,
  )) {
    const plain = plainOf(piece);
    if (plain !== '') clauses.push({ words: piece.trim().slice(0, 200), plain, isQuestion: false });
    if (mark === ',') continue;
    if (mark === '?') for (const clause of clauses.slice(ofSentence)) clause.isQuestion = true;
    ofSentence = clauses.length;
  }
  return clauses;
}

/** A sentence of a text, commas included. */
export interface Sentence {
  /** As written, at most 200 characters. */
  readonly words: string;
  readonly plain: string;
  readonly isQuestion: boolean;
}

/** The sentences of a text, in order; those without a word in our letters are left out. */
export function* sentencesOf(text: string): Generator<Sentence> {
  for (const [, piece = '', mark = ''] of text.matchAll(/([^.!?…\n]+)([.!?…\n]?)/g)) {
    // No sentence is that long; a text without an end would cost too much in one piece.
    for (let from = 0; from < piece.length; from += maxSentence) {
      const part = piece.slice(from, from + maxSentence);
      const plain = plainOf(part);
      if (plain !== '') yield { words: part.trim().slice(0, 200), plain, isQuestion: mark === '?' };
    }
  }
}
