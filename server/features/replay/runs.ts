import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Permission } from '../../../protocol/agent.ts';
import { Problem } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import * as protocol from '../../../protocol/replay.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { replayCursor } from '../../store/replay-reports.ts';
import type { Runner } from './runner.ts';

const about = { tags: ['agent'], security: [{ agent: [] }] };
const problem = { default: Problem };

const PageQuery = exact({
  ...protocol.ReplayFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 120 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
type PageQuery = protocol.ReplayFilter & { cursor?: string; limit?: number };

/** Runs of replays: begun, looked at, and stopped. */
export const runRoutes: FastifyPluginAsync<{ runner: Runner }> = async (app, { runner }) => {
  const { store, identity, limits, auditLog } = app;

  const caller = async (request: FastifyRequest, may: Permission, isWrite: boolean) => {
    const agent = await identity.agent(request.headers, { isWrite, may });
    await limits.agent(agent.id);
    return agent;
  };
  const reportOf = async (id: string, siteIds: readonly string[]): Promise<protocol.ReplayReport> => {
    const report = await store.replayReports.report(id, siteIds);
    if (report === null) throw new RefusalError('not_found');
    return report;
  };

  app.get<{ Querystring: PageQuery }>(
    '/v1/desk/replays',
    {
      schema: {
        ...about,
        summary:
          'Replays of the own sites, newest first; of one guidance with the counts of its own questions',
        querystring: PageQuery,
        response: { 200: protocol.ReplayPage, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:read', false);
      const { cursor: text, limit = 20, ...filter } = request.query;
      const cursor = readCursor(text, replayCursor);
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds });
      return store.replayReports.page(agent.siteIds, filter, { cursor, limit });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/replays/:id/report',
    {
      schema: {
        ...about,
        summary: 'One replay with what came of each question',
        params: protocol.OneReplay,
        response: { 200: protocol.ReplayReport, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:read', false);
      const report = await reportOf(request.params.id, agent.siteIds);
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds });
      return report;
    },
  );

  app.post<{ Body: protocol.ReplayStart }>(
    '/v1/desk/replays/start',
    {
      schema: {
        ...about,
        summary: 'Tries guidance against the live bot: one in one version, or all that is live',
        body: protocol.ReplayStart,
        response: { 201: protocol.ReplayRun, ...problem },
      },
    },
    async (request, reply) => {
      const agent = await caller(request, 'guidance:propose', true);
      const { site: key, guidance, version = null, botVersion = null } = request.body;
      const site = await store.sites.byKey(key);
      if (site === null || !agent.siteIds.includes(site.id)) throw new RefusalError('not_found');
      const tried = guidance === undefined ? null : { id: guidance, version };
      const id = await runner.begin(agent.name, site, tried, botVersion);
      await auditLog.record({
        by: actorOf(agent),
        action: 'guidance.replayed',
        siteIds: [site.id],
        ...(guidance === undefined ? {} : { object: { kind: 'guidance', id: guidance } as const }),
        detail: { replay: id },
      });
      return reply.code(201).send((await reportOf(id, agent.siteIds)).run);
    },
  );

  app.post<{ Body: { id: string } }>(
    '/v1/desk/replays/stop',
    {
      schema: {
        ...about,
        summary: 'Stops a replay; what was asked until then stays',
        body: protocol.OneReplay,
        response: { 200: protocol.ReplayRun, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:propose', true);
      const { id } = request.body;
      await reportOf(id, agent.siteIds);
      await store.replays.end(id, 'interrupted', `stopped by ${agent.name}`, Date.now());
      return (await reportOf(id, agent.siteIds)).run;
    },
  );
};
