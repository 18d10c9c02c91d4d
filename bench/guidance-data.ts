import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { UsageError } from './options.ts';

/** A question and what its data set says it wants; null: nothing that the set knows. */
export interface Question {
  readonly text: string;
  readonly intent: string | null;
}

export interface QuestionSet {
  readonly name: string;
  readonly train: readonly Question[];
  readonly test: readonly Question[];
}

/** @throws UsageError when it is not in the folder */
function read(folder: string, ...path: string[]): string {
  const file = join(folder, ...path);
  if (!existsSync(file)) throw new UsageError(`${file} is not there; --data names the folder with the sets.`);
  return readFileSync(file, 'utf8');
}

/** Questions of a bank's customers. @throws UsageError when the set is not in the folder */
export function readBanking77(folder: string): QuestionSet {
  const split = (name: string): Question[] =>
    (
      parse(read(folder, 'banking77', `${name}.csv`), { columns: true }) as {
        text: string;
        category: string;
      }[]
    ).map(({ text, category }) => ({ text, intent: category }));
  return { name: 'banking77', train: split('train'), test: split('test') };
}

/** @throws UsageError when a set is not in the folder */
export function readQuestionSets(folder: string): readonly QuestionSet[] {
  const splits = JSON.parse(read(folder, 'clinc150', 'data_full.json')) as Record<string, [string, string][]>;
  const clinc = (...names: string[]): Question[] =>
    names.flatMap((name) =>
      (splits[name] ?? []).map(([text, intent]) => ({ text, intent: intent === 'oos' ? null : intent })),
    );
  return [
    { name: 'clinc150', train: clinc('train', 'oos_train'), test: clinc('test', 'oos_test') },
    readBanking77(folder),
  ];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<Item>(items: readonly Item[], next: () => number): Item[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(next() * (at + 1));
    const [one, two] = [list[at], list[other]];
    if (one !== undefined && two !== undefined) [list[at], list[other]] = [two, one];
  }
  return list;
}

const [intentsGuided, examplesEach] = [20, 3];

export interface Drawn {
  readonly guidances: readonly { readonly id: string; readonly examples: readonly string[] }[];
  /** The other questions of the training split, in one order for all seeds. */
  readonly traffic: readonly Question[];
}

/** The seed alone chooses the intents and their examples. */
export function draw({ train }: QuestionSet, seed: number): Drawn {
  const next = numbersFrom(seed);
  const intents = [...new Set(train.map(({ intent }) => intent))].filter((intent) => intent !== null).sort();
  const taken = new Set<Question>();
  const guidances = shuffled(intents, next)
    .slice(0, intentsGuided)
    .map((id) => {
      const own = train.filter(({ intent }) => intent === id);
      const examples = shuffled(own, next).slice(0, examplesEach);
      for (const example of examples) taken.add(example);
      return { id, examples: examples.map(({ text }) => text) };
    });
  const traffic = shuffled(train, numbersFrom(0)).filter((question) => !taken.has(question));
  return { guidances, traffic };
}
