import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { ExportFormat } from '../../protocol/exports.ts';
import type { FeedbackExportRow } from '../../protocol/feedback.ts';
import { atTheBeginning } from '../../server/exports/checkpoint.ts';
import { runExport } from '../../server/exports/pipeline.ts';

const row = (n: number, more: Partial<FeedbackExportRow> = {}): FeedbackExportRow => ({
  id: `0198c0de-0000-4000-8000-00000000000${n}`,
  kind: 'answer',
  conversationId: `0198c0de-0000-7000-8000-00000000000${n}`,
  at: 1_700_000_000_000 + n,
  verdict: 'down',
  rating: null,
  reasons: ['wrong'],
  comment: '',
  turn: 1,
  question: `Question ${n}?`,
  answer: `Answer ${n}.`,
  sources: [],
  context: { language: 'en' },
  betterAnswer: null,
  causes: [],
  rightAnswer: '',
  hadToRepeat: null,
  wasWaitAsSaid: null,
  signals: [],
  doNotTrain: false,
  status: null,
  word: '',
  guidance: null,
  transcript: [
    { author: 'customer', text: 'Hello', at: 1 },
    { author: 'bot', text: 'Hi, how can I help?', at: 2 },
    { author: 'customer', text: `Question ${n}?`, at: 3 },
    { author: 'bot', text: `Answer ${n}.`, at: 4 },
    { author: 'agent', text: 'Sorry for that.', at: 5 },
  ],
  ...more,
});
const rating = {
  kind: 'conversation',
  verdict: null,
  rating: 2,
  turn: null,
  question: null,
  answer: null,
} as const;
const rows = [
  row(1, { betterAnswer: 'Better 1.', causes: ['missing_knowledge'] }),
  row(2),
  row(3, { verdict: 'up', reasons: [], comment: 'fine' }),
  row(4, rating),
  row(5, { betterAnswer: 'Answer 5.' }),
  row(6, { question: 'file:///etc/passwd {{ env.HOME }}', betterAnswer: '{% raw %} "x"\n- y: z' }),
];

async function written(format: ExportFormat) {
  let done = false;
  const source = {
    total: async () => rows.length,
    async after() {
      const page = done ? [] : rows;
      done = true;
      return { rows: page, cursor: 'end' };
    },
  };
  const parts: Uint8Array[] = [];
  let last = atTheBeginning;
  for await (const { bytes, checkpoint } of runExport(
    { content: 'feedback', format, isRedacted: true },
    source,
    last,
  )) {
    parts.push(bytes);
    last = checkpoint;
  }
  return { text: Buffer.concat(parts).toString(), checkpoint: last };
}
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const schemas: Record<string, object> = JSON.parse(
  readFileSync(new URL('./export-shapes.json', import.meta.url), 'utf8'),
).schemas;
/** The records, each of which fits the vendor's shape; and a spoilt one does not. */
function fitting(name: string, records: Record<string, unknown>[]) {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`no schema for ${name}`);
  const check = Compile(schema);
  for (const record of records) {
    expect(check.Check(record), JSON.stringify([record, check.Errors(record)])).toBe(true);
    for (const field of (schema as { required: string[] }).required) {
      expect(check.Check({ ...record, [field]: undefined }), `without ${field}`).toBe(false);
    }
  }
  return records;
}
const before = [
  { role: 'user', content: 'Hello' },
  { role: 'assistant', content: 'Hi, how can I help?' },
];

describe('formats fit what their vendors publish', () => {
  test('OpenAI, supervised', async () => {
    const { text, checkpoint } = await written('openai-supervised');
    const records = fitting('openai-supervised', lines(text));
    expect(records[0]).toEqual({
      messages: [
        ...before,
        { role: 'user', content: 'Question 1?' },
        { role: 'assistant', content: 'Better 1.' },
      ],
    });
    expect(checkpoint).toMatchObject({ written: 2, leftOut: { no_better_answer: 3, no_question: 1 } });
  });

  test('OpenAI, preference', async () => {
    const [first] = fitting('openai-preference', lines((await written('openai-preference')).text));
    expect(first).toMatchObject({
      input: { messages: [...before, { role: 'user', content: 'Question 1?' }] },
      preferred_output: [{ role: 'assistant', content: 'Better 1.' }],
      non_preferred_output: [{ role: 'assistant', content: 'Answer 1.' }],
    });
  });

  test('TRL, preference', async () => {
    const [first] = fitting('trl-preference', lines((await written('trl-preference')).text));
    expect(first).toMatchObject({
      chosen: [{ role: 'assistant', content: 'Better 1.' }],
      rejected: [{ role: 'assistant', content: 'Answer 1.' }],
    });
  });

  test('Langfuse, scores and dataset items', async () => {
    const scores = fitting('langfuse-score', lines((await written('langfuse-scores')).text));
    expect(scores.map(({ name, value }) => [name, value])).toEqual([
      ['answer-feedback', 0],
      ['answer-feedback', 0],
      ['answer-feedback', 1],
      ['conversation-rating', 2],
      ['answer-feedback', 0],
      ['answer-feedback', 0],
    ]);
    const items = fitting('langfuse-item', lines((await written('langfuse-items')).text));
    expect(items.slice(0, 3).map(({ expectedOutput }) => expectedOutput)).toEqual([
      'Better 1.',
      null,
      'Answer 3.',
    ]);
  });

  test('Argilla, records', async () => {
    const { text } = await written('argilla');
    const [first, second] = fitting('argilla-record', JSON.parse(text));
    expect(first).toMatchObject({ suggestions: { better_answer: { value: 'Better 1.' } } });
    expect(second).toMatchObject({ suggestions: {} });
  });

  test('promptfoo, three times the same tests', async () => {
    const jsonl = fitting('promptfoo-test', lines((await written('promptfoo-jsonl')).text));
    expect(parseYaml((await written('promptfoo-yaml')).text)).toEqual(jsonl);
    const csv: Record<string, string>[] = parse((await written('promptfoo-csv')).text, {
      bom: true,
      columns: true,
    });
    expect(csv).toHaveLength(jsonl.length);
    expect(csv[0]).toMatchObject({
      question: 'Question 1?',
      __expected1: 'rouge-n(0.4): Better 1.',
      __expected2: 'not-equals: Answer 1.',
    });
    const { vars } = jsonl.at(-1) as { vars: { question: string } };
    expect(vars.question, 'no file that is read, and no template that is filled in').toBe(
      '{{ " " }}file:///etc/passwd {{ "{{" }} env.HOME }}',
    );
  });

  test('of nothing is still a file that can be read', async () => {
    rows.length = 0;
    expect(JSON.parse((await written('argilla')).text)).toEqual([]);
    expect(parseYaml((await written('promptfoo-yaml')).text)).toEqual([]);
  });
});
