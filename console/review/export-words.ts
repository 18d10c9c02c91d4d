import type { Export, ExportFormat, ExportSchedule } from '../../protocol/exports.ts';
import type { ApiError } from '../api.ts';
import { problemWords as commonWords } from '../shared/problem-words.ts';
import { count } from '../shared/words.ts';
import type { Filters } from './filters.ts';

interface FormatWords {
  readonly name: string;
  readonly use: string;
}

/** Every format with one line of what it is for; the first is the one most people want. */
export const formatWords: Readonly<Record<ExportFormat, FormatWords>> = {
  csv: { name: 'CSV', use: 'For spreadsheets: one row each, with the transcript.' },
  jsonl: { name: 'JSONL', use: 'For scripts: one JSON object a line, with everything there is.' },
  parquet: { name: 'Parquet', use: 'For DuckDB, pandas and Spark: typed columns, packed.' },
  'openai-supervised': {
    name: 'OpenAI, supervised',
    use: "For fine-tuning: the question, and the agent's better answer.",
  },
  'openai-preference': {
    name: 'OpenAI, preference',
    use: "For fine-tuning by preference: the agent's better answer against the bot's.",
  },
  'trl-preference': {
    name: 'TRL, preference',
    use: 'For training of your own with TRL: prompt, chosen and rejected.',
  },
  'promptfoo-yaml': {
    name: 'promptfoo, YAML',
    use: 'Tests for promptfoo: each question must be answered well.',
  },
  'promptfoo-csv': { name: 'promptfoo, CSV', use: 'The same tests as a table.' },
  'promptfoo-jsonl': { name: 'promptfoo, JSONL', use: 'The same tests, one a line.' },
  'langfuse-scores': {
    name: 'Langfuse, scores',
    use: 'Thumbs and ratings as scores of the traces of your bot.',
  },
  'langfuse-items': {
    name: 'Langfuse, dataset items',
    use: 'Questions with the expected answers, for experiments.',
  },
  argilla: { name: 'Argilla', use: 'Records to annotate, better answers as suggestions.' },
};
export const formatNames = Object.keys(formatWords) as readonly ExportFormat[];

/** What is exported, as the filters say it. */
export function filterWords(filters: Filters): string {
  const said = Object.entries(filters).map(
    ([name, value]) => `${name} ${String(value).replaceAll('_', ' ')}`,
  );
  return said.length === 0 ? 'everything' : said.join(', ');
}

export function stateWords({ state, rows, total, written, leftOut }: Export): string {
  if (state === 'failed') return 'Not made; begin it again';
  if (state === 'running')
    return rows === 0 ? 'Starting…' : `${rows.toLocaleString()} of ${count(total, 'row')}`;
  const left = Object.values(leftOut).reduce((sum, one) => sum + one, 0);
  return count(written, 'row') + (left === 0 ? '' : `, ${left.toLocaleString()} left out`);
}

const leftOutWords: Readonly<Record<string, string>> = {
  do_not_train: 'not to be used for training',
  no_question: 'without a question',
  no_better_answer: 'without a better answer',
};

/** "12 without a better answer", for the title of what is left out. */
export const leftOutOf = ({ leftOut }: Export): string =>
  Object.entries(leftOut)
    .map(([why, number]) => `${number.toLocaleString()} ${leftOutWords[why] ?? why}`)
    .join(', ');

export const everyWords: Readonly<Record<ExportSchedule, string>> = {
  daily: 'every day',
  weekly: 'every Monday',
};

/** "3.4 MB" */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function problemWords(code: ApiError['code']): string {
  switch (code) {
    case 'unreachable':
      return 'That did not get through. Try again in a moment.';
    case 'limit_reached':
      return 'There are as many exports as there may be. Delete one first.';
    case 'forbidden':
      return 'You may not do this any more.';
    case 'not_found':
      return 'It is not there any more.';
    default:
      return commonWords(code);
  }
}
