/** Where something stands in a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Digits as people group them, with at most a bracket, a sign and two spaces between two groups. */
const run = /(?:\+ ?)?\(?\+?\d+(?:\)? ?[./-]? ?\(?\d+)*/g;
const group = /\d+/g;

/** Card numbers: of the length and beginning that a network gives, with the right check digit (Luhn). */
export function findCards(text: string): Span[] {
  const found: Span[] = [];
  for (const groups of groupsOf(text, /^[ -]$/)) {
    for (let first = 0; first < groups.length; ) {
      const length = cardFrom(text, groups, first);
      const from = groups[first]?.from;
      const to = groups[first + length - 1]?.to;
      if (length > 0 && from !== undefined && to !== undefined) found.push({ from, to });
      first += Math.max(1, length);
    }
  }
  return found;
}

/** How many groups from this one on are a card; 0 if none. */
function cardFrom(text: string, groups: readonly Span[], first: number): number {
  let digits = '';
  if (!/[2-6]/.test(text[groups[first]?.from ?? 0] ?? '')) return 0;
  for (let at = first; at < groups.length && digits.length < 19; at += 1) {
    const one = groups[at];
    if (one === undefined || one.to - one.from > 19) return 0;
    digits += text.slice(one.from, one.to);
    if (isCard(digits)) return at - first + 1;
  }
  return 0;
}

const networks = [
  /^4(\d{12}|\d{15}|\d{18})$/,
  /^(5[1-5]\d{14}|2[2-7]\d{14})$/,
  /^3[47]\d{13}$/,
  /^3(0[0-5]|[689]\d)\d{11}$/,
  /^(35\d{14}|6(011|4[4-9]\d|5\d\d)\d{12})$/,
  /^(62|5[06]|6[37])\d{14,17}$/,
];

function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || !networks.some((network) => network.test(digits)))
    return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const weighted = at % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** Groups of digits that stand together: between two of them is one separator that fits. */
function groupsOf(text: string, separator: RegExp): Span[][] {
  const lists: Span[][] = [];
  let current: Span[] = [];
  for (const match of text.matchAll(group)) {
    const one = { from: match.index, to: match.index + match[0].length };
    const before = current.at(-1);
    if (before !== undefined && !separator.test(text.slice(before.to, one.from))) {
      lists.push(current);
      current = [];
    }
    current.push(one);
  }
  if (current.length > 0) lists.push(current);
  return lists;
}

const announced =
  /(?<!\[)\b(?:tel|phone|mobile|cell|call me|whatsapp|fax|telefon|handy|mobil|téléphone|teléfono|telefono|telefone)\b[^\d\n+(\]]{0,20}$/i;

/**
 * Phone numbers: with a country in front, as people write national ones (a leading 0, or the American 3-3-4), or behind a
 * word that says so. A bare number is not one: order and customer numbers look like that.
 */
export function findPhones(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(run)) {
    const parts = partsOf(match[0], match.index);
    for (let first = 0; first < parts.length; ) {
      const count = phoneFrom(text, parts, first);
      const from = parts[first]?.from;
      const to = parts[first + count - 1]?.to;
      if (count > 0 && from !== undefined && to !== undefined) found.push({ from, to });
      first += Math.max(1, count);
    }
  }
  return found;
}

interface Part extends Span {
  readonly digits: number;
}

/** What spaces divide a run into. */
const partsOf = (text: string, start: number): Part[] =>
  [...text.matchAll(/[^ ]+/g)].map(({ index, 0: part }) => {
    const word = part.replace(/[./(-]{1,3}$/, '');
    return { from: start + index, to: start + index + word.length, digits: word.replace(/\D/g, '').length };
  });

/** A country, a national number, or the American groups. */
const begins = /^(?:\(?\+|\(?0[1-9]|00[1-9]|(?:1[ .-])?\(?\d{3}\)?[ .-]?\d)/;
/** A number is said in at most so many parts. */
const mostParts = 8;

/** How many parts from this one on are a phone number; 0 if none. */
function phoneFrom(text: string, parts: readonly Part[], first: number): number {
  const from = parts[first]?.from ?? 0;
  const before = text[from - 1];
  // Part of a word, a code, an amount or an address of a computer: 4711-A, v1.2, #12, €12.
  if (before !== undefined && /[\p{L}\d#_€$£=@-]/u.test(before)) return 0;
  const isAnnounced = first === 0 && announced.test(text.slice(Math.max(0, from - 40), from));
  if (!isAnnounced && !begins.test(text.slice(from, from + 12))) return 0;
  const some = parts.slice(first, first + mostParts);
  let digits = some.reduce((sum, part) => sum + part.digits, 0);
  for (let count = some.length; count > 0; count -= 1) {
    const enough = digits >= 7 && digits <= 15;
    digits -= some[count - 1]?.digits ?? 0;
    if (!enough) continue;
    const to = parts[first + count - 1]?.to ?? from;
    const after = text[to];
    if (to - from > 32 || (after !== undefined && /[\p{L}\d_%€$£:@]/u.test(after))) continue;
    if (isPhone(text.slice(from, to), isAnnounced)) return count;
  }
  return 0;
}

const date = /(^|[^\d])\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d)/;

function isPhone(raw: string, isAnnounced: boolean): boolean {
  const digits = raw.replace(/\D/g, '');
  if (raw.startsWith('+') || raw.startsWith('(+')) return true;
  if (date.test(raw)) return false;
  if (isAnnounced) return true;
  if (digits.startsWith('00')) return digits.length >= 10 && digits[2] !== '0';
  if (digits.startsWith('0')) return digits.length >= 9 && digits.length <= 13 && digits[1] !== '0';
  return /^(1[ .-])?(\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}$/.test(raw);
}
