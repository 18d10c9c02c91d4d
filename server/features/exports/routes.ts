import { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import { Export, ExportList, ExportManifest, ExportOrder, OneExport } from '../../../protocol/exports.ts';
import { formats } from '../../exports/formats.ts';
import { manifestOf } from '../../exports/manifest.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import type { Agent } from '../../store/agents.ts';
import type { KeptExport } from '../../store/exports.ts';
import { askOf, mayHave } from './asking.ts';
import { checkpointOf, keepDays, type Maker } from './maker.ts';
import { partOf } from './range.ts';
import { exportView, nameOf } from './views.ts';

const about = { tags: ['agent'], security: [{ agent: [] }] };
const problem = { default: Problem };
type One = { id: string };

/** One person's exports that are kept at once. */
const mostKept = 20;

/** Exports that are made behind the request, kept for a while, and fetched when they are done. */
export const exportRoutes: FastifyPluginAsync<{ maker: Maker }> = async (app, { maker }) => {
  const { store, identity, auditLog, sites } = app;

  const callerOf = (request: FastifyRequest, isWrite: boolean): Promise<Agent> =>
    identity.agent(request.headers, { isWrite, may: 'feedback:export' });
  /** @throws RefusalError not_found, also for what has rows of a site that is not theirs */
  const find = async (agent: Agent, { id }: One): Promise<KeptExport> => {
    const one = await store.exports.byId(id);
    if (one === null || !one.siteIds.every((site) => agent.siteIds.includes(site))) {
      throw new RefusalError('not_found');
    }
    return one;
  };
  /** @throws RefusalError export_not_done; forbidden, where personal data is in it that this agent may not have */
  const findDone = async (agent: Agent, id: One): Promise<KeptExport> => {
    const one = await find(agent, id);
    if (one.state !== 'done') throw new RefusalError('export_not_done');
    if (!mayHave(agent, one.siteIds, one.ask)) throw new RefusalError('forbidden');
    return one;
  };

  app.get(
    '/v1/exports',
    {
      schema: {
        ...about,
        summary: 'Exports that are kept or being made, newest first, and those that come again',
        response: { 200: ExportList, ...problem },
      },
    },
    async (request): Promise<ExportList> => {
      const agent = await callerOf(request, false);
      const [exports, schedules] = await Promise.all([
        store.exports.ofSites(agent.siteIds),
        store.exportSchedules.ofSites(agent.siteIds),
      ]);
      return {
        exports: exports.map(exportView),
        schedules: schedules.map(({ id, ask, every, by, nextAt }) => {
          const { format, filter, isRedacted } = ask;
          return { id, format, filter, isRedacted, every, by, nextAt };
        }),
        keepDays,
      };
    },
  );

  app.post<{ Body: ExportOrder }>(
    '/v1/exports/start',
    {
      schema: {
        ...about,
        summary: 'Begins an export; it goes on behind the answer',
        body: ExportOrder,
        response: { 201: Export, ...problem },
      },
    },
    async (request, reply) => {
      const agent = await callerOf(request, true);
      const ask = askOf(agent, request.body);
      if ((await store.exports.countOf(agent.id)) >= mostKept) throw new RefusalError('limit_reached');
      const begun = await maker.begin(actorOf(agent, request.ip), agent, ask);
      return reply.code(201).send(exportView(begun));
    },
  );

  app.get<{ Params: One }>(
    '/v1/exports/:id/manifest',
    {
      schema: {
        ...about,
        summary: 'What the file of an export holds, and what not',
        params: OneExport,
        response: { 200: ExportManifest, ...problem },
      },
    },
    async (request): Promise<ExportManifest> => {
      const one = await findDone(await callerOf(request, false), request.params);
      const known = await Promise.all(one.siteIds.map((id) => sites.byId(id)));
      return manifestOf({
        ...one,
        file: nameOf(one),
        by: one.agent.name,
        sites: known.flatMap((site) => (site === null ? [] : [site.key])),
        checkpoint: checkpointOf(one),
      });
    },
  );

  app.get<{ Params: One }>(
    '/v1/exports/:id/file',
    {
      schema: {
        ...about,
        summary: 'The file of an export that is done',
        description: 'A download that broke goes on with `Range` and `If-Range`.',
        params: OneExport,
      },
    },
    async (request, reply) => {
      const agent = await callerOf(request, false);
      const one = await findDone(agent, request.params);
      const { bytes: size } = checkpointOf(one);
      // It never changes under its id.
      const tag = `"${one.id}"`;
      const ifRange = request.headers['if-range'];
      const isSame = ifRange === undefined || ifRange === tag;
      const part = partOf(isSame ? request.headers.range : undefined, size);
      if (part === null) {
        return reply.code(416).header('content-range', `bytes */${size}`).send();
      }
      const by = actorOf(agent, request.ip);
      const object = { kind: 'export', id: one.id } as const;
      const detail = {
        from: part.from,
        format: one.ask.format,
        redaction: one.ask.isRedacted ? 'on' : 'off',
      };
      await auditLog.record({ by, action: 'export.downloaded', siteIds: one.siteIds, object, detail });
      const isPart = part.from > 0 || part.until < size;
      return reply
        .code(isPart ? 206 : 200)
        .headers({
          'accept-ranges': 'bytes',
          etag: tag,
          'content-length': part.until - part.from,
          ...(isPart ? { 'content-range': `bytes ${part.from}-${part.until - 1}/${size}` } : {}),
          'content-disposition': `attachment; filename="${nameOf(one)}"`,
          'content-type': formats[one.ask.format].contentType,
          'cache-control': 'private, no-store',
        })
        .send(Readable.from(store.exports.bytes(one.id, part.from, part.until), { objectMode: false }));
    },
  );

  app.post<{ Body: One }>(
    '/v1/exports/remove',
    {
      schema: {
        ...about,
        summary: 'Stops an export, or removes its file',
        body: OneExport,
        response: { 204: {}, ...problem },
      },
    },
    async (request, reply) => {
      const agent = await callerOf(request, true);
      const one = await find(agent, request.body);
      const object = { kind: 'export', id: one.id } as const;
      await auditLog.record({ by: actorOf(agent), action: 'export.removed', siteIds: one.siteIds, object });
      await store.exports.remove(one.id);
      return reply.code(204).send();
    },
  );
};
