import { performance } from 'node:perf_hooks';
import { questionKey } from '../server/domain/insights/weak-answers.ts';
import { gather } from '../server/domain/weak/gathering.ts';
import { inSlices } from '../server/retrieval/slices.ts';
import { numbersFrom, type Question, type QuestionSet, readQuestionSets, shuffled } from './guidance-data.ts';
import { type Benchmark, UsageError } from './options.ts';
import { rounded, table } from './statistics.ts';

const about = `weak-questions: how many wordings of one question are gathered in one row, and how many of two.

Needs --data DIR with clinc150 and banking77, as they are published. No server, no database. 40 intents fail: 480 of
their questions, from the test split, come in one by one; 1,500 of the training split are the site's past questions.
rows: of 100 wordings. gathered: of 100 wordings, those that came to a row that was there. wrong: of these, those whose
row was founded by another intent. same words: the same, had only wordings with exactly the same content words been
gathered, as insights do. The seed alone chooses intents, questions and their order.`;

const [intentsFailing, wordings, background] = [40, 480, 1_500];

interface Figures {
  readonly rows: number;
  readonly gathered: number;
  readonly wrong: number;
}

export const weakQuestions: Benchmark = {
  about,
  options: {
    data: { type: 'string', about: 'folder with the data sets' },
    seeds: { type: 'string', default: '1,2,3,4,5', about: 'the draws, each a whole number' },
  },
  defaults: { runs: 1, seconds: 1 },
  async run({ print, text }) {
    const folder = text('data');
    if (folder === undefined) throw new UsageError('--data names the folder with the data sets.');
    const seeds = (text('seeds') ?? '').split(',').map(Number);
    if (seeds.some((seed) => !Number.isInteger(seed)))
      throw new UsageError('--seeds are whole numbers: 1,2,3');
    const result: Record<string, { alike: Figures; sameWords: Figures; ms: number }> = {};
    for (const set of readQuestionSets(folder)) {
      const alike: Figures[] = [];
      const sameWords: Figures[] = [];
      let ms = 0;
      for (const seed of seeds) {
        const { asked, past } = drawn(set, seed);
        const begunAt = performance.now();
        const placements = await inSlices(gather(asked.map(textOf), [], past.map(textOf)));
        ms += (performance.now() - begunAt) / seeds.length;
        alike.push(
          figuresOf(
            asked,
            placements.map((placement) => ('founder' in placement ? placement.founder : -1)),
          ),
        );
        sameWords.push(figuresOf(asked, foundersBySameWords(asked)));
      }
      result[set.name] = { alike: meanOf(alike), sameWords: meanOf(sameWords), ms: Math.round(ms) };
    }
    const rows = Object.entries(result).flatMap(([name, { alike, sameWords, ms }]) => [
      [name, rounded(alike.rows), rounded(alike.gathered), rounded(alike.wrong), String(ms)],
      [
        `${name}, same words`,
        rounded(sameWords.rows),
        rounded(sameWords.gathered),
        rounded(sameWords.wrong),
        '',
      ],
    ]);
    print(table(['of 100 wordings', 'rows', 'gathered', 'wrong of 100 gathered', 'ms for all'], rows));
    return { problems: [], result };
  },
};

const textOf = ({ text }: Question) => text;

function drawn({ train, test }: QuestionSet, seed: number) {
  const next = numbersFrom(seed);
  const intents = [...new Set(test.map(({ intent }) => intent))].filter((intent) => intent !== null).sort();
  const failing = new Set(shuffled(intents, next).slice(0, intentsFailing));
  const own = test.filter(({ intent }) => intent !== null && failing.has(intent));
  return { asked: shuffled(own, next).slice(0, wordings), past: shuffled(train, next).slice(0, background) };
}

/** @param founders for each wording the number of the one that its row was founded by */
function figuresOf(asked: readonly Question[], founders: readonly number[]): Figures {
  const members = founders.flatMap((founder, at) => (founder === at ? [] : [{ founder, at }]));
  const wrong = members.filter(({ founder, at }) => asked[founder]?.intent !== asked[at]?.intent).length;
  const of = (count: number, all: number) => (all === 0 ? 0 : (100 * count) / all);
  return {
    rows: of(asked.length - members.length, asked.length),
    gathered: of(members.length, asked.length),
    wrong: of(wrong, members.length),
  };
}

function foundersBySameWords(asked: readonly Question[]): number[] {
  const first = new Map<string, number>();
  return asked.map(({ text }, at) => {
    const words = questionKey(text);
    const founder = first.get(words) ?? at;
    first.set(words, founder);
    return founder;
  });
}

const meanOf = (figures: readonly Figures[]): Figures => {
  const mean = (of: (one: Figures) => number) =>
    Number((figures.reduce((sum, one) => sum + of(one), 0) / figures.length).toFixed(2));
  return {
    rows: mean(({ rows }) => rows),
    gathered: mean(({ gathered }) => gathered),
    wrong: mean(({ wrong }) => wrong),
  };
};
