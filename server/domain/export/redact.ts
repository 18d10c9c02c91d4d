import type { PersonalDataKind } from '../../../protocol/exports.ts';
import { findIbans } from './iban.ts';
import { findCards, findPhones, type Span } from './numbers.ts';

/** How often each kind was replaced. */
export type Tally = Partial<Record<PersonalDataKind, number>>;

/** Nothing personal has none of these: most texts are through here at once. */
const worthALook = /[@\d]|BEGIN|bearer|pass|kenn|secret|token|key/i;

/** Bounded everywhere: a text made to be slow is read as fast as any other. */
const email = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
const knownKeys = [
  /(?<![A-Za-z0-9])(?:sk|pk|rk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abeprs]|whsec|npm|hf|AIza)[_-]?[A-Za-z0-9_-]{16,512}/g,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])/g,
  /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,4096}(?:\.[A-Za-z0-9_-]{4,4096}){1,2}/g,
];
const privateKey =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,8192}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;
/** A word that says that a secret follows, and the secret. */
const named =
  /((?<!\[)\b(?:bearer|password|passwort|passphrase|kennwort|pass(?:word|code)?|secret|access[ _-]?token|token|api[ _-]?key)\b["']?(?: is| ist|:|=) ?["']?|\bbearer )([^\s"'[\],;]{6,512})/gi;
const longWord = /[A-Za-z0-9_]{32,}/g;

/** @param tally counted up */
export function redact(text: string, tally: Tally): string {
  if (!worthALook.test(text)) return text;
  let now = text;
  // What is replaced may leave a neighbour to stand free, and be seen only then.
  for (let round = 0; round < mostRounds; round += 1) {
    const next = once(now, tally);
    if (next === now) break;
    now = next;
  }
  return now;
}
const mostRounds = 8;

function once(text: string, tally: Tally): string {
  const note = (kind: PersonalDataKind) => {
    tally[kind] = (tally[kind] ?? 0) + 1;
    return `[${kind}]`;
  };
  let now = text.replace(privateKey, () => note('key'));
  for (const pattern of knownKeys)
    now = now.replace(pattern, (word) => (/\d/.test(word) ? note('key') : word));
  now = now.replace(named, (whole, word: string, secret: string) =>
    // "My password is wrong": a plain word is no secret.
    /\d|[^\p{L}\p{N}.!?]/u.test(secret) ? `${word}${note('key')}` : whole,
  );
  now = now.replace(longWord, (word) => (looksRandom(word) ? note('key') : word));
  now = now.replace(email, () => note('email'));
  const spans: [PersonalDataKind, (text: string) => Span[]][] = [
    ['iban', findIbans],
    ['card', findCards],
    ['phone', findPhones],
  ];
  for (const [kind, find] of spans) now = without(now, find(now), () => note(kind));
  return now;
}

/** Letters and digits well mixed, as in no word and no number of an order. */
const looksRandom = (word: string) =>
  /[A-Za-z]/.test(word) &&
  (word.match(/\d/g)?.length ?? 0) >= 4 &&
  !/^(?:[A-Za-z]+_?\d+|\d+_?[A-Za-z]+)$/.test(word);

function without(text: string, spans: readonly Span[], replacement: () => string): string {
  if (spans.length === 0) return text;
  let result = '';
  let end = 0;
  for (const { from, to } of spans) {
    result += text.slice(end, from) + replacement();
    end = to;
  }
  return result + text.slice(end);
}

/** Fields that hold an id or a word of ours: random letters and digits, and nobody's secret. */
const ours = /^(?:id|cid|type|kind|\w+Id)$/;

/** The same value with every text in it redacted, however deep, except ids. What a later version adds is so, too. */
export function redactDeep<T>(value: T, tally: Tally): T {
  // Texts become texts, and objects keep their fields: the type stays.
  const of = (one: unknown): unknown => {
    if (typeof one === 'string') return redact(one, tally);
    if (Array.isArray(one)) return one.map(of);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, inner]) => [
        name,
        typeof inner === 'string' && ours.test(name) ? inner : of(inner),
      ]),
    );
  };
  return of(value) as T;
}
