import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { UsageError } from './options.ts';

/** A sentence of a data set with what its set says of it. */
export interface Sentence {
  readonly text: string;
  readonly intents: readonly string[];
  /** Where it stands: `<fold>:<index>`, or the split. */
  readonly place: string;
}

/** A dialogue in which people judged the bot's turns. */
export interface JudgedDialogue {
  readonly turns: readonly {
    readonly speaker: 'S' | 'U';
    readonly text: string;
    /** How many annotators saw no breakdown (O), a possible one (T), a breakdown (X). */
    readonly O?: number;
    readonly T?: number;
    readonly X?: number;
  }[];
}

export interface Labels {
  readonly subclasses: Readonly<Record<string, readonly string[]>>;
  /** The subclasses that do ask for a person in words. */
  readonly explicit: readonly string[];
  readonly asksTruly: readonly string[];
}

export const labels = JSON.parse(
  readFileSync(new URL('./handoff-policy-labels.json', import.meta.url), 'utf8'),
) as Labels;

const truly = new Set(labels.asksTruly);
/** Whether a sentence was checked by hand and does ask for a person, whatever its set says. */
export const asksTruly = (text: string) =>
  truly.has(createHash('sha256').update(text).digest('hex').slice(0, 16));

/** @throws UsageError when a set is not in the folder */
export function readData(folder: string) {
  const read = (...path: string[]) => {
    const file = join(folder, ...path);
    if (!existsSync(file))
      throw new UsageError(`${file} is not there; --data names the folder with the sets.`);
    return readFileSync(file, 'utf8');
  };
  const nlupp: Sentence[] = [];
  for (let fold = 0; fold < 20; fold += 1) {
    const rows = JSON.parse(read('nlupp-banking', `fold${fold}.json`)) as {
      text: string;
      intents?: string[];
    }[];
    nlupp.push(
      ...rows.map(({ text, intents = [] }, index) => ({ text, intents, place: `${fold}:${index}` })),
    );
  }
  const banking77 = ['train', 'test'].flatMap((split) =>
    (parse(read('banking77', `${split}.csv`), { columns: true }) as { text: string; category: string }[]).map(
      ({ text, category }): Sentence => ({ text, intents: [category], place: split }),
    ),
  );
  const splits = JSON.parse(read('clinc150', 'data_full.json')) as Record<string, [string, string][]>;
  const clinc150 = Object.entries(splits).flatMap(([place, rows]) =>
    rows.map(([text, intent]): Sentence => ({ text, intents: [intent], place })),
  );
  const dbdc3 = read('dbdc3-en-dev', 'dbdc3_revised_en_dev.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JudgedDialogue);
  return { nlupp, banking77, clinc150, dbdc3 };
}
