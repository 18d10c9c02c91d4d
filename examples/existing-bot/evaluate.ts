/**
 * Measures how well the bot answers, with the customers' questions of banking77 (text,category) and the hand-made
 * list of acceptable articles in intents.ts:
 *
 *   node examples/existing-bot/evaluate.ts --data FOLDER [--file test.csv] [--json]
 *
 * Every question is asked alone, without history. With --json the last line is one JSON object.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { loadArticles } from './articles.ts';
import { acceptable } from './intents.ts';
import { createReplies } from './replies.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    file: { type: 'string', default: 'test.csv' },
    json: { type: 'boolean', default: false },
  },
});
if (values.data === undefined) {
  console.error('Say where the questions are: --data FOLDER (with test.csv: text,category).');
  process.exit(1);
}

const rows: { text: string; category: string }[] = parse(readFileSync(join(values.data, values.file)), {
  columns: true,
});
const replies = createReplies(loadArticles());
const results = rows.map(({ text, category }) => {
  const right = acceptable[category];
  if (right === undefined) throw new Error(`intents.ts does not know the category ${category}`);
  const { outcome, articles, handoff } = replies.replyTo(text, []);
  const isRight = right.includes(articles[0]?.slug ?? '');
  const isShown = articles.some(({ slug }) => right.includes(slug));
  return { category, outcome, isRight, isShown, isHandoff: handoff !== null };
});

const count = (keep: (result: (typeof results)[number]) => boolean) => results.filter(keep).length;
const answered = count(({ outcome }) => outcome === 'answered');
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
const summary = {
  questions: results.length,
  answered,
  unknown: count(({ outcome }) => outcome === 'unknown'),
  handoff: count(({ isHandoff }) => isHandoff),
  right: count(({ outcome, isRight }) => outcome === 'answered' && isRight),
  rightOrSecond: count(({ outcome, isShown }) => outcome === 'answered' && isShown),
};

console.log(`questions             ${summary.questions}`);
console.log(`answered              ${percent(answered, summary.questions)}`);
console.log(`  right article       ${percent(summary.right, answered)} of the answered`);
console.log(`  right or second     ${percent(summary.rightOrSecond, answered)} of the answered`);
console.log(`said "I don't know"   ${percent(summary.unknown, summary.questions)}`);
console.log(`brought in a person   ${percent(summary.handoff, summary.questions)}`);

const weakest = Object.keys(acceptable)
  .map((category) => {
    const own = results.filter((result) => result.category === category && result.outcome === 'answered');
    return { category, rate: own.filter(({ isRight }) => isRight).length / Math.max(1, own.length) };
  })
  .sort((a, b) => a.rate - b.rate)
  .slice(0, 5);
console.log('weakest intents');
for (const { category, rate } of weakest) console.log(`  ${category.padEnd(42)}${percent(rate, 1)}`);
if (values.json) console.log(JSON.stringify(summary));
