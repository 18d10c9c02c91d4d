import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Permission } from '../../../protocol/agent.ts';
import { Problem } from '../../../protocol/errors.ts';
import { GuidanceId } from '../../../protocol/guidance.ts';
import { exact } from '../../../protocol/ids.ts';
import { InsightsFilter } from '../../../protocol/insights.ts';
import { GuidanceEffects, GuidanceProofs } from '../../../protocol/proof.ts';
import { startOfDay } from '../../domain/hours.ts';
import { daysOf } from '../../domain/insights/days.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';

const problem = { default: Problem };
const common = { tags: ['agent'], security: [{ agent: [] }] };
const mostEffects = 50;

const { from, to, site } = InsightsFilter.properties;
const EffectsQuery = exact({ from, to, site });
type EffectsQuery = Static<typeof EffectsQuery>;

export const routes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, sites, auditLog } = app;

  const caller = async (request: FastifyRequest, may: Permission) => {
    const agent = await identity.agent(request.headers, { isWrite: false, may });
    await limits.agent(agent.id);
    return agent;
  };

  app.get<{ Params: { id: string } }>(
    '/v1/desk/guidance/:id/proof',
    {
      schema: {
        ...common,
        summary: 'What each stretch that a guidance was live has changed on its topic',
        params: exact({ id: GuidanceId }),
        response: { 200: GuidanceProofs, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:read');
      const { id } = request.params;
      const proofs = await store.proofs.ofGuidance(id, agent.siteIds);
      if (proofs === null) throw new RefusalError('not_found');
      const object = { kind: 'guidance', id } as const;
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds, object });
      return proofs;
    },
  );

  app.get<{ Querystring: EffectsQuery }>(
    '/v1/desk/insights/guidance',
    {
      schema: {
        ...common,
        summary: 'What the guidance that was live on these days has changed',
        querystring: EffectsQuery,
        response: { 200: GuidanceEffects, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'insights:read');
      const { from, to, site: key } = request.query;
      const days = daysOf(from, to);
      if (days === null) throw new RefusalError('invalid', { detail: 'from and to are no range of days' });
      const siteIds =
        key === undefined ? agent.siteIds : agent.siteIds.filter((id) => sites.kept(id)?.key === key);
      auditLog.noteRead({ by: actorOf(agent), action: 'insights.read', siteIds });
      const span = { from: startOfDay('UTC', days.from), to: startOfDay('UTC', days.to + 1) };
      return { effects: await store.proofs.effects(siteIds, span, mostEffects) };
    },
  );
};
