import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import type { AuditDetail } from '../../../protocol/audit-log.ts';
import { Problem } from '../../../protocol/errors.ts';
import {
  type FeedbackExportRow,
  FeedbackFilter,
  FeedbackPage,
  ReceiptFigures,
  ReceiptQuery,
} from '../../../protocol/feedback.ts';
import { exact } from '../../../protocol/ids.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { readCursor } from '../../reads/cursor.ts';
import { feedbackCursor } from '../../store/feedback.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];

const PageQuery = exact({
  ...FeedbackFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 120 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
const Format = Type.Union([Type.Literal('csv'), Type.Literal('jsonl')]);
const ExportQuery = exact({ ...FeedbackFilter.properties, format: Format });

/** What customers said about answers, conversations and handoffs: to look through, and to take along. */
export const feedback: FastifyPluginAsync = async (app) => {
  const { store, identity, auditLog } = app;

  app.get<{ Querystring: FeedbackFilter & { cursor?: string; limit?: number } }>(
    '/v1/feedback',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'What customers said of answers, conversations and handoffs, newest first',
        querystring: PageQuery,
        response: { 200: FeedbackPage, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'feedback:read' });
      const { cursor: text, limit = 50, ...filter } = request.query;
      const cursor = readCursor(text, feedbackCursor);
      // What was searched for says more than that somebody looked.
      const { text: words = '' } = filter;
      const look = words === '' ? 'feedback.read' : 'feedback.searched';
      const detail: AuditDetail = words === '' ? {} : { text: words };
      auditLog.noteRead({ by: actorOf(agent), action: look, siteIds: agent.siteIds, detail });
      return store.feedback.page(agent.siteIds, filter, { cursor, limit });
    },
  );

  app.get<{ Querystring: ReceiptQuery }>(
    '/v1/feedback/receipts',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'What has become of the feedback that was received in a time',
        querystring: ReceiptQuery,
        response: { 200: ReceiptFigures, ...problem },
      },
    },
    async (request) => {
      const { siteIds } = await identity.agent(request.headers, { isWrite: false, may: 'feedback:read' });
      const { from = 0, until = Number.MAX_SAFE_INTEGER } = request.query;
      return store.receipts.figures(siteIds, from, until);
    },
  );

  app.get<{ Querystring: FeedbackFilter & { format: 'csv' | 'jsonl' } }>(
    '/v1/feedback/export',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'The same as CSV or JSONL, with transcripts, streamed',
        description: 'The header `Handrail-Total-Rows` says how many rows will come.',
        querystring: ExportQuery,
      },
    },
    async (request, reply) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'feedback:export' });
      const { format, ...filter } = request.query;
      // Rows that arrive while the export runs would be more than was announced: it ends where it began.
      const bounded = { ...filter, until: Math.min(filter.until ?? Number.MAX_SAFE_INTEGER, Date.now() + 1) };
      const total = await store.feedback.count(agent.siteIds, bounded);
      // Before the first row leaves: nothing is taken along unrecorded.
      const by = actorOf(agent, request.ip);
      const detail: AuditDetail = { format, rows: total, ...filter };
      await auditLog.record({ by, action: 'feedback.exported', siteIds: agent.siteIds, detail });
      const rows = store.feedback.exportRows(agent.siteIds, bounded);
      const day = new Date().toISOString().slice(0, 10);
      reply.header('handrail-total-rows', total);
      reply.header('content-disposition', `attachment; filename="handrail-feedback-${day}.${format}"`);
      reply.header('cache-control', 'no-store');
      reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8');
      return reply.send(format === 'csv' ? csv(rows) : Readable.from(jsonl(rows), { objectMode: false }));
    },
  );
};

async function* jsonl(rows: AsyncIterable<FeedbackExportRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify({ ...row, at: new Date(row.at).toISOString() })}\n`;
}

const csvColumns = [
  'id',
  'kind',
  'at',
  'conversation_id',
  'turn',
  'verdict',
  'rating',
  'reasons',
  'comment',
  'question',
  'answer',
  'sources',
  'page_url',
  'page_title',
  'language',
  'better_answer',
  'causes',
  'right_answer',
  'had_to_repeat',
  'was_wait_as_said',
  'signals',
  'do_not_train',
  'status',
  'status_word',
  'transcript',
] as const;

/** One row a feedback. Cells that a spreadsheet would run as a formula are defused with a leading quote mark. */
function csv(rows: AsyncIterable<FeedbackExportRow>): Readable {
  const writer = stringify({
    header: true,
    columns: [...csvColumns],
    bom: true,
    record_delimiter: 'windows',
  });
  // Either side's end ends the other: a database that fails, or a reader who leaves. The reader sees it as a broken
  // download, so there is nothing to be done here.
  return pipeline(lines(rows), writer, () => undefined);
}

async function* lines(rows: AsyncIterable<FeedbackExportRow>): AsyncGenerator<string[]> {
  for await (const row of rows) yield cells(row).map(inert);
}

const cells = (row: FeedbackExportRow): string[] => [
  row.id,
  row.kind,
  new Date(row.at).toISOString(),
  row.conversationId,
  String(row.turn ?? ''),
  row.verdict ?? '',
  String(row.rating ?? ''),
  row.reasons.join(' '),
  row.comment,
  row.question ?? '',
  row.answer ?? '',
  row.sources.map((source) => `${source.title} <${source.url}>`).join('\n'),
  row.context.page?.url ?? '',
  row.context.page?.title ?? '',
  row.context.language ?? '',
  row.betterAnswer ?? '',
  row.causes.join(' '),
  row.rightAnswer,
  String(row.hadToRepeat ?? ''),
  String(row.wasWaitAsSaid ?? ''),
  row.signals.join(' '),
  String(row.doNotTrain),
  row.status ?? '',
  row.word,
  row.transcript.map((line) => `${line.author}: ${line.text}`).join('\n'),
];

/** CSV injection: a cell that starts like a formula is one to a spreadsheet. */
const inert = (cell: string) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell);
