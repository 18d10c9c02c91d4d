/** Scripts that put no space between words: each sign is a word, and what is asked for a phrase of them. */
const spaceless = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const wordPattern = new RegExp(
  String.raw`[${spaceless}]\p{M}*|(?:(?![${spaceless}])[\p{L}\p{N}\p{M}])+`,
  'gu',
);
/** Longer ones are cut, in lines and in what is asked alike. */
const longestWord = 60;
/** Of one line; an answer of the bot may be 20,000 characters long. */
const mostWords = 4_000;

export interface Word {
  /** Without accents and capitals; letters and digits only, so that it needs no quoting anywhere. */
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/** What folding leaves as it is but for capitals: most words of most languages here, ten times as quick. */
const unaccented = /^[A-Za-z0-9]+$/;

function fold(word: string): string {
  if (unaccented.test(word)) return word.slice(0, longestWord).toLowerCase();
  const plain = word.normalize('NFKD').toLowerCase().replaceAll('ß', 'ss');
  return [...plain.replace(/[^\p{L}\p{N}]/gu, '')].slice(0, longestWord).join('');
}

/** The words of a text in any script, in order. Total, and the same wherever words are compared. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(wordPattern)) {
    const folded = fold(match[0]);
    if (folded !== '') words.push({ folded, start: match.index, end: match.index + match[0].length });
    if (words.length === mostWords) break;
  }
  return words;
}
