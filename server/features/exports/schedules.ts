import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import { OneExport, Schedule, ScheduleOrder } from '../../../protocol/exports.ts';
import { nextDue } from '../../domain/export/due.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { askOf, detailOf } from './asking.ts';

const about = { tags: ['agent'], security: [{ agent: [] }] };
const problem = { default: Problem };

const mostSchedules = 20;

/** Exports that come every day or week, each with what has come since the one before. */
export const scheduleRoutes: FastifyPluginAsync = async (app) => {
  const { store, identity, auditLog } = app;

  app.post<{ Body: ScheduleOrder }>(
    '/v1/exports/schedule',
    {
      schema: {
        ...about,
        summary: 'Has an export made every day or week, of what has come since the one before',
        body: ScheduleOrder,
        response: { 201: Schedule, ...problem },
      },
    },
    async (request, reply) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'feedback:export' });
      const { every, ...order } = request.body;
      const ask = askOf(agent, order);
      const now = Date.now();
      const known = await store.exportSchedules.ofSites(agent.siteIds);
      if (known.length >= mostSchedules) throw new RefusalError('limit_reached');
      const id = randomUUID();
      const { siteIds } = agent;
      await auditLog.record({
        by: actorOf(agent, request.ip),
        action: 'export.scheduled',
        siteIds,
        object: { kind: 'export', id },
        detail: { every, ...detailOf(ask) },
      });
      const nextAt = nextDue(every, now);
      await store.exportSchedules.add({ id, agentId: agent.id, siteIds, ask, every, lastAt: now, nextAt });
      const { format, filter, isRedacted } = ask;
      return reply.code(201).send({ id, format, filter, isRedacted, every, by: agent.name, nextAt });
    },
  );

  app.post<{ Body: { id: string } }>(
    '/v1/exports/schedule/remove',
    {
      schema: {
        ...about,
        summary: 'Ends a scheduled export; what it has made stays for its time',
        body: OneExport,
        response: { 204: {}, ...problem },
      },
    },
    async (request, reply) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'feedback:export' });
      const one = await store.exportSchedules.byId(request.body.id);
      if (one === null || !one.siteIds.every((site) => agent.siteIds.includes(site))) {
        throw new RefusalError('not_found');
      }
      const object = { kind: 'export', id: one.id } as const;
      await auditLog.record({
        by: actorOf(agent),
        action: 'export.unscheduled',
        siteIds: one.siteIds,
        object,
      });
      await store.exportSchedules.remove(one.id);
      return reply.code(204).send();
    },
  );
};
