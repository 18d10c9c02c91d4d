import type { Clause } from './words.ts';

/**
 * How a language asks for a person, as fragments of regular expressions over plain words (see words.ts). No fragment
 * repeats without a bound: a long text costs its length.
 */
export interface RequestGrammar {
  /** What makes talking a wish: "I want to", "can I", "let me". */
  readonly licence: string;
  /** Talking, with its preposition: "speak to". */
  readonly talk: string;
  /** Being brought to somebody, with object and preposition: "put me through to". */
  readonly connect: string;
  /** Wanting somebody, with verb alone: "I need". */
  readonly want: string;
  /** What may stand before a person: articles, possessives, adjectives. */
  readonly before: string;
  /** Words that mean a person who answers customers: "representative". */
  readonly strong: string;
  /** Words that mean anybody; they count only after talking or being connected: "someone". */
  readonly weak: string;
  /** What makes another thing of a person that it follows: "human resources". */
  readonly notBefore: string;
  /** What may come next after wanting a person; anything if empty. "I need an operator manual" wants none. */
  readonly follow: string;
  /** What may open a request without changing it: "hello", "no", "then". */
  readonly opening: string;
  /** Words that turn the sense; never inside a request. */
  readonly not: string;
  /** What turns the request that follows it: "don't want you to". */
  readonly denied: string;
  /** What makes a question of duty out of it, if it is a question: "do I have to". */
  readonly duty: string;
  /** The machine that is talked to, with its articles. */
  readonly machine: string;
  /**
   * Whole patterns, in which `PERSON`, `ANYONE` (strong or weak) and `MACHINE` stand for the words above, `GAP` for up
   * to four words and `START` for the start of the clause. Refusing the machine is asking for a person.
   */
  readonly refusals: readonly string[];
  /** Requests in which a person is named, beside the usual ones. */
  readonly more: readonly string[];
  /** Requests that are the whole clause, beside a strong person alone. */
  readonly bare: readonly string[];
  /** Requests in which nobody is named: "call me back". */
  readonly unnamed: readonly string[];
}

export interface Recogniser {
  /** @param isBareEnough whether "human" alone asks for one: it does not in the answer to "bot or human?" */
  asks(clause: Clause, isBareEnough: boolean): boolean;
}

export function createRecogniser(grammar: RequestGrammar): Recogniser {
  const {
    licence,
    talk,
    connect,
    want,
    before,
    strong,
    weak,
    notBefore,
    opening,
    follow,
    not,
    denied,
    duty,
    machine,
  } = grammar;
  const gap = (most: number) => `(?:(?!(?:${not}) )[a-z0-9]+ ){0,${most}}?`;
  const person = `(?:(?:${before}) ){0,4}(?:${strong})(?! (?:${notBefore}) ) `;
  const anyone = `(?:(?:${before}) ){0,4}(?:${strong}|${weak})(?! (?:${notBefore}) ) `;
  const start = `^ (?:(?:${opening}) ){0,4}`;
  const compiled = (pattern: string) =>
    new RegExp(
      pattern
        .replaceAll('PERSON ', person)
        .replaceAll('ANYONE ', anyone)
        .replaceAll('MACHINE ', `(?:${machine}) `)
        .replaceAll('START ', start)
        .replaceAll('GAP ', gap(4)),
      'g',
    );
  const named = [
    ` (?:${licence}) ${gap(5)}(?:${talk}) ${gap(1)}${anyone}`,
    `${start}(?:${talk}) ${anyone}`,
    ` (?:${connect}) ${anyone}`,
    ` (?:${want}) ${person}${follow === '' ? '' : `(?=$|(?:${follow}) )`}`,
    ...grammar.more,
  ].map(compiled);
  const bare = [`${start}${person}(?:(?:${opening}|${strong}) ){0,3}$`, ...grammar.bare].map(compiled);
  const unnamed = grammar.unnamed.map(compiled);
  const refusals = grammar.refusals.map(compiled);
  const hasPerson = new RegExp(` (?:${strong}|${weak}) `);
  const hasMachine = new RegExp(` (?:${machine}) `);
  const isDenied = new RegExp(` (?:${denied}) $`);
  const isDuty = new RegExp(`${start}(?:${duty}) `);
  /** Whether it stands there and is not denied right before: "I don't want to talk to a person". */
  const holds = (pattern: RegExp, plain: string) => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(plain); match !== null; match = pattern.exec(plain)) {
      if (!isDenied.test(plain.slice(Math.max(0, match.index - 60), match.index + 1))) return true;
      pattern.lastIndex = match.index + 1;
    }
    return false;
  };
  return {
    asks({ plain, isQuestion }, isBareEnough) {
      if (hasMachine.test(plain) && refusals.some((pattern) => plain.search(pattern) >= 0)) return true;
      if (isQuestion && isDuty.test(plain)) return false;
      if (unnamed.some((pattern) => holds(pattern, plain))) return true;
      if (!hasPerson.test(plain)) return false;
      const patterns = isBareEnough ? [...named, ...bare] : named;
      return patterns.some((pattern) => holds(pattern, plain));
    },
  };
}
