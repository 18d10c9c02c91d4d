import { Readable } from 'node:stream';
import type { FastifyPluginAsync } from 'fastify';
import { type Static, Type } from 'typebox';
import { ExportFormat } from '../../../protocol/exports.ts';
import { FeedbackFilter } from '../../../protocol/feedback.ts';
import { exact } from '../../../protocol/ids.ts';
import { atTheBeginning } from '../../exports/checkpoint.ts';
import { fileNameOf, formats } from '../../exports/formats.ts';
import { runExport, type Source } from '../../exports/pipeline.ts';
import { bounded, sourceOf } from '../../exports/sources.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import type { ExportAsk } from '../../store/exports.ts';
import { askOf, detailOf } from './asking.ts';

const StreamQuery = exact({
  ...FeedbackFilter.properties,
  format: ExportFormat,
  redaction: Type.Optional(
    Type.Union([Type.Literal('on'), Type.Literal('off')], {
      description: 'off, for who may: personal data is left in. Default on',
    }),
  ),
});

/** The shortest way to a file, for scripts: nothing is kept, so nothing of it can be gone on with. */
export const streamRoute: FastifyPluginAsync = async (app) => {
  const { store, identity, auditLog } = app;
  app.get<{ Querystring: Static<typeof StreamQuery> }>(
    '/v1/feedback/export',
    {
      schema: {
        tags: ['agent'],
        security: [{ agent: [] }],
        summary: 'Feedback with transcripts in any format of exports, streamed',
        description:
          'The header `Handrail-Total-Rows` says how many rows match. Of formats for training, those without a better ' +
          'answer are left out; an export by `POST /v1/exports/start` counts them in its manifest.',
        querystring: StreamQuery,
      },
    },
    async (request, reply) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'feedback:export' });
      const { format, redaction, ...filter } = request.query;
      const now = Date.now();
      const ask = bounded(askOf(agent, { format, filter, isRedacted: redaction !== 'off' }), now);
      const source = sourceOf(store, agent.siteIds, ask);
      const total = await source.total();
      // Before the first row leaves: nothing is taken along unrecorded.
      const detail = { rows: total, ...detailOf({ ...ask, filter }) };
      const by = actorOf(agent, request.ip);
      await auditLog.record({ by, action: 'feedback.exported', siteIds: agent.siteIds, detail });
      return reply
        .headers({
          'handrail-total-rows': total,
          'handrail-redaction': ask.isRedacted ? 'on' : 'off',
          'content-disposition': `attachment; filename="${fileNameOf('feedback', format, now)}"`,
          'cache-control': 'no-store',
          'content-type': formats[format].contentType,
        })
        .send(Readable.from(bytesOf(ask, source), { objectMode: false }));
    },
  );
};

async function* bytesOf(ask: ExportAsk, source: Source): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of runExport(ask, source, atTheBeginning)) if (bytes.length > 0) yield bytes;
}
