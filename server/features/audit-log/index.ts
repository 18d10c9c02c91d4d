import type { FastifyPluginAsync } from 'fastify';
import { Type } from 'typebox';
import { AuditFilter, AuditPage } from '../../../protocol/audit-log.ts';
import { Problem } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import { actorOf } from '../../plugins/audit-log.ts';

const PageQuery = exact({
  ...AuditFilter.properties,
  before: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '`next` of the page before' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

/** Who read and did what at the reader's own sites. */
export const auditLog: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, sites } = app;

  app.get<{ Querystring: AuditFilter & { before?: number; limit?: number } }>(
    '/v1/desk/audit-log',
    {
      schema: {
        tags: ['agent'],
        security: [{ agent: [] }],
        summary: 'Who read and did what, newest first',
        querystring: PageQuery,
        response: { 200: AuditPage, default: Problem },
      },
    },
    async (request): Promise<AuditPage> => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'audit-log:read' });
      await limits.agent(agent.id);
      const { before = null, limit = 50, ...filter } = request.query;
      const { siteIds } = agent;
      app.auditLog.noteRead({ by: actorOf(agent), action: 'audit_log.read', siteIds });
      await app.auditLog.flush();
      const { entries, next } = await store.auditLog.page(siteIds, filter, { before, limit });
      const own = await Promise.all(siteIds.map((siteId) => sites.byId(siteId)));
      const titles = new Map(own.flatMap((site) => (site === null ? [] : [[site.id, site.title] as const])));
      return {
        // Of sites that the reader has no part in not even the name is told.
        entries: entries.map(({ siteIds: concerned, ...entry }) => ({
          ...entry,
          sites: concerned.flatMap((siteId) => titles.get(siteId) ?? []),
        })),
        next,
      };
    },
  );
};
