import type { ExportFormat, LeftOutReason } from '../../../protocol/exports.ts';
import type { FeedbackExportRow } from '../../../protocol/feedback.ts';
import type { FactExportRow } from './columns.ts';
import { betterThan, type Exchange, exchangeOf } from './dialogue.ts';
import { promptfooTest } from './promptfoo.ts';

/** What a row is in a format, or why it is not there. */
export type Recorded = { readonly record: object } | { readonly leftOut: LeftOutReason };

type Recorder = (row: FeedbackExportRow, iso: (ms: number) => string) => Recorded;

/** A fact as the API gives it, with the conversation that it belongs to. */
export const factRecord = ({ conversationId, body }: FactExportRow): object => ({ conversationId, ...body });

/** Formats whose rows are objects of their own; what is not here is a table of columns. */
export const recorders: Readonly<Partial<Record<ExportFormat, Recorder>>> = {
  jsonl: (row, iso) => ({ record: { ...row, at: iso(row.at) } }),

  'openai-supervised': (row) =>
    corrected(row, ({ prompt }, better) => ({
      messages: [...prompt, { role: 'assistant', content: better }],
    })),

  'openai-preference': (row) =>
    corrected(row, ({ prompt, answer }, better) => ({
      input: { messages: prompt, tools: [], parallel_tool_calls: true },
      preferred_output: [{ role: 'assistant', content: better }],
      non_preferred_output: [{ role: 'assistant', content: answer }],
    })),

  'trl-preference': (row) =>
    corrected(row, ({ prompt, answer }, better) => ({
      prompt,
      chosen: [{ role: 'assistant', content: better }],
      rejected: [{ role: 'assistant', content: answer }],
    })),

  'promptfoo-yaml': (row) => asked(row, (exchange) => promptfooTest(row, exchange)),
  'promptfoo-jsonl': (row) => asked(row, (exchange) => promptfooTest(row, exchange)),
  'promptfoo-csv': (row) => asked(row, (exchange) => promptfooTest(row, exchange)),

  /** `traceId` is the conversation's id: whoever traces the bot under it finds the score at its trace. */
  'langfuse-scores': (row, iso) => ({
    record: {
      id: row.id,
      traceId: row.conversationId,
      ...(row.kind === 'answer'
        ? { name: 'answer-feedback', dataType: 'BOOLEAN', value: row.verdict === 'up' ? 1 : 0 }
        : { name: 'conversation-rating', dataType: 'NUMERIC', value: row.rating ?? 0 }),
      ...(row.comment === '' ? {} : { comment: row.comment }),
      metadata: { ...facets(row), at: iso(row.at) },
    },
  }),

  'langfuse-items': (row, iso) =>
    asked(row, (exchange) => ({
      datasetName: 'handrail-feedback',
      id: row.id,
      input: { messages: exchange.prompt },
      expectedOutput: betterThan(exchange, row) ?? (row.verdict === 'up' ? exchange.answer : null),
      metadata: { ...facets(row), answer: exchange.answer, comment: row.comment, at: iso(row.at) },
      status: 'ACTIVE',
    })),

  argilla: (row) =>
    asked(row, (exchange) => {
      const better = betterThan(exchange, row);
      return {
        id: row.id,
        fields: { question: exchange.question, answer: exchange.answer, comment: row.comment },
        metadata: { ...facets(row), reasons: row.reasons, causes: row.causes },
        suggestions:
          better === null ? {} : { better_answer: { value: better, score: null, agent: 'support agent' } },
        responses: {},
        vectors: {},
      };
    }),
};

const facets = (row: FeedbackExportRow) => ({
  kind: row.kind,
  conversation: row.conversationId,
  ...(row.turn === null ? {} : { turn: row.turn }),
  ...(row.verdict === null ? {} : { verdict: row.verdict }),
  ...(row.context.language === undefined ? {} : { language: row.context.language }),
  reasons: row.reasons,
  causes: row.causes,
});

function asked(row: FeedbackExportRow, record: (exchange: Exchange) => object): Recorded {
  const exchange = exchangeOf(row);
  return exchange === null ? { leftOut: 'no_question' } : { record: record(exchange) };
}

function corrected(row: FeedbackExportRow, record: (exchange: Exchange, better: string) => object): Recorded {
  const exchange = exchangeOf(row);
  if (exchange === null) return { leftOut: 'no_question' };
  const better = betterThan(exchange, row);
  return better === null ? { leftOut: 'no_better_answer' } : { record: record(exchange, better) };
}
