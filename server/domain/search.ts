import type { SaidBy } from '../../protocol/search.ts';
import { type Word, wordsOf } from './words.ts';

/** What a line of a transcript is searched by, and what is asked for: the same words for both, so that they meet. */

/** PostgreSQL keeps no more places of a word. */
const mostPlaces = 200;

/** Signs of a line that no word of a text can be: they begin with a slash. */
const siteSign = (siteId: string) => `'/${siteId}'`;
const authorSign = (author: SaidBy) => `'/${author}'`;

/** The line as PostgreSQL's `tsvector`: its words with their places, whose site it is, and who said it. */
export function searchVector(text: string, author: SaidBy, siteId: string): string {
  const places = new Map<string, number[]>();
  for (const [index, { folded }] of wordsOf(text).entries()) {
    const known = places.get(folded);
    if (known === undefined) places.set(folded, [index + 1]);
    else if (known.length < mostPlaces) known.push(index + 1);
  }
  const words = [...places].map(([word, at]) => `'${word}':${at.join()}`);
  return [siteSign(siteId), authorSign(author), ...words].join(' ');
}

interface Phrase {
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly isOpen: boolean;
}

/** Any of the groups; of a group all that is wanted, and nothing that is unwanted. */
export type SearchQuery = readonly {
  readonly wanted: readonly Phrase[];
  readonly unwanted: readonly Phrase[];
}[];

const mostPhrases = 16;

/**
 * What somebody typed: words that all must be there, "phrases", -without, OR between alternatives. The last word may be
 * unfinished. Every text is a query, however odd; null if it names nothing to look for.
 */
export function parseSearch(typed: string): SearchQuery | null {
  const parts = [...typed.matchAll(/(?<minus>-?)(?:"(?<quoted>[^"]*)"?|(?<plain>[^\s"]+))/gu)].slice(
    0,
    mostPhrases,
  );
  const groups: { wanted: Phrase[]; unwanted: Phrase[] }[] = [{ wanted: [], unwanted: [] }];
  for (const [index, { groups: part }] of parts.entries()) {
    const isPlain = part?.plain !== undefined;
    if (isPlain && part.minus === '' && part.plain === 'OR') {
      groups.push({ wanted: [], unwanted: [] });
      continue;
    }
    const words = wordsOf(part?.plain ?? part?.quoted ?? '').map(({ folded }) => folded);
    if (words.length === 0) continue;
    const isUnwanted = part?.minus === '-';
    const phrase = { words, isOpen: isPlain && !isUnwanted && index === parts.length - 1 };
    groups.at(-1)?.[isUnwanted ? 'unwanted' : 'wanted'].push(phrase);
  }
  // What only says what it does not want is nearly everything: nobody looks for that.
  const useful = groups.filter(({ wanted }) => wanted.length > 0);
  return useful.length === 0 ? null : useful;
}

const phraseText = ({ words, isOpen }: Phrase) =>
  `(${words.map((word, index) => `'${word}'${isOpen && index === words.length - 1 ? ':*' : ''}`).join('<->')})`;

/** As PostgreSQL's `tsquery`, within these sites. Made of quoted letters and digits: there is nothing to break out of. */
export function searchCondition(
  query: SearchQuery,
  within: { readonly siteIds: readonly string[]; readonly by?: SaidBy | undefined },
): string {
  const groups = query.map(({ wanted, unwanted }) =>
    [...wanted.map(phraseText), ...unwanted.map((phrase) => `!${phraseText(phrase)}`)].join('&'),
  );
  const said = groups.map((group) => `(${group})`).join('|');
  const by = within.by === undefined ? '' : `&${authorSign(within.by)}`;
  return `(${within.siteIds.map(siteSign).join('|')})${by}&(${said})`;
}

export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Characters that are shown of a line, and how many of them before the first word that was found. */
const shownChars = 180;
const charsBefore = 50;

/** The part of a line in which the words were found, with these words marked. */
export function markedLine(text: string, query: SearchQuery): Piece[] {
  const line = text.replace(/\s+/g, ' ').trim();
  const words = wordsOf(line);
  const marked = new Set<number>();
  for (const { wanted } of query) {
    for (const { words: phrase, isOpen } of wanted) {
      for (let at = 0; at + phrase.length <= words.length; at += 1) {
        const fits = phrase.every((word, index) => {
          const found = words[at + index]?.folded ?? '';
          return isOpen && index === phrase.length - 1 ? found.startsWith(word) : found === word;
        });
        if (fits) for (let index = 0; index < phrase.length; index += 1) marked.add(at + index);
      }
    }
  }
  const spans = words.filter((_, index) => marked.has(index));
  const first = spans[0]?.start ?? 0;
  const from = first <= charsBefore ? 0 : wordStart(words, first - charsBefore);
  const until = Math.max(spans[0]?.end ?? 0, Math.min(line.length, from + shownChars));
  const pieces: Piece[] = [];
  const add = (piece: string, isMarked: boolean) => {
    if (piece !== '') pieces.push({ text: piece, isMarked });
  };
  let at = from;
  if (from > 0) add('… ', false);
  for (const { start, end } of spans) {
    if (end > until) break;
    add(line.slice(at, start), false);
    add(line.slice(start, end), true);
    at = end;
  }
  add(line.slice(at, until).toWellFormed(), false);
  if (until < line.length) add('…', false);
  return joined(pieces);
}

const wordStart = (words: readonly Word[], from: number) =>
  words.find(({ start }) => start >= from)?.start ?? from;

/** Words of a phrase, and the space between them, as one mark. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const [index, piece] of pieces.entries()) {
    const last = result.at(-1);
    const isGap =
      !piece.isMarked && /^[\s\p{P}]{0,2}$/u.test(piece.text) && pieces[index + 1]?.isMarked === true;
    if (last?.isMarked === true && (piece.isMarked || isGap)) {
      result[result.length - 1] = { text: last.text + piece.text, isMarked: true };
    } else result.push(piece);
  }
  return result;
}
