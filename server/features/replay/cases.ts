import type { FastifyPluginAsync } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import { GuidanceId } from '../../../protocol/guidance.ts';
import { exact } from '../../../protocol/ids.ts';
import * as protocol from '../../../protocol/replay.ts';
import { usualChecks } from '../../domain/replay/checks.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCaseLines } from '../../replay/case-lines.ts';
import type { Agent } from '../../store/agents.ts';

const about = { tags: ['agent'], security: [{ agent: [] }] };
const problem = { default: Problem };

/** What a guidance is tried with: the questions, the close ones and the checks that people give it. */
export const caseRoutes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, auditLog } = app;

  const caseOf = async (id: string, siteIds: readonly string[]): Promise<protocol.ReplayCase> => {
    const guidance = await store.guidance.one(id, siteIds);
    if (guidance === null) throw new RefusalError('not_found');
    const kept = (await store.replayCases.of([id])).get(id);
    const { kind, text, examples } = guidance.newest;
    return {
      guidance: id,
      questions: [...(kept?.questions ?? [])],
      neighbours: [...(kept?.neighbours ?? [])],
      checks: kept?.checks ?? null,
      examples,
      usual: usualChecks(kind, text),
      changedAt: kept?.changedAt ?? null,
      changedBy: kept?.changedBy ?? null,
    };
  };
  const actOf = (agent: Agent) => ({ by: agent.name, actor: actorOf(agent), at: Date.now() });

  app.get<{ Params: { id: string } }>(
    '/v1/desk/guidance/:id/case',
    {
      schema: {
        ...about,
        summary: 'What a guidance is tried with against the bot',
        params: exact({ id: GuidanceId }),
        response: { 200: protocol.ReplayCase, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'guidance:read' });
      await limits.agent(agent.id);
      const { id } = request.params;
      const found = await caseOf(id, agent.siteIds);
      const object = { kind: 'guidance', id } as const;
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds, object });
      return found;
    },
  );

  app.post<{ Body: protocol.ReplayCaseChange }>(
    '/v1/desk/guidance/case',
    {
      schema: {
        ...about,
        summary: 'Says what a guidance is tried with: what was said before is replaced',
        body: protocol.ReplayCaseChange,
        response: { 200: protocol.ReplayCase, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'guidance:propose' });
      await limits.agent(agent.id);
      const { id, ...content } = request.body;
      const missing = await store.replayCases.save(
        [{ guidance: id, ...content }],
        agent.siteIds,
        actOf(agent),
      );
      if (missing !== null) throw new RefusalError('not_found');
      return caseOf(id, agent.siteIds);
    },
  );

  app.post<{ Body: protocol.ReplayCaseImport }>(
    '/v1/desk/replays/import',
    {
      schema: {
        ...about,
        summary: 'Says of many guidances what they are tried with, as JSONL: all of them, or none',
        body: protocol.ReplayCaseImport,
        response: { 200: protocol.ReplayImported, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'guidance:propose' });
      await limits.agent(agent.id);
      const { site: key, lines } = request.body;
      const site = await store.sites.byKey(key);
      if (site === null || !agent.siteIds.includes(site.id)) throw new RefusalError('not_found');
      const cases = readCaseLines(lines);
      if ('fault' in cases) throw new RefusalError('invalid', { detail: cases.fault });
      const missing = await store.replayCases.save(cases, [site.id], actOf(agent));
      if (missing !== null) {
        const detail = `line ${cases[missing]?.line}: this site has no such guidance`;
        throw new RefusalError('invalid', { detail });
      }
      return { cases: cases.length };
    },
  );
};
