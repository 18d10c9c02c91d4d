import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Permission } from '../../../protocol/agent.ts';
import { Problem } from '../../../protocol/errors.ts';
import * as protocol from '../../../protocol/guidance.ts';
import { exact } from '../../../protocol/ids.ts';
import type { GuidanceCommand } from '../../domain/guidance.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { readCursor } from '../../reads/cursor.ts';
import { readable } from '../../reads/facts.ts';
import type { Agent } from '../../store/agents.ts';
import { guidanceCursor } from '../../store/guidance.ts';
import type { Changed, GuidanceAct } from '../../store/guidance-changes.ts';
import { storable } from '../../store/storable.ts';

const problem = { default: Problem };
const common = { tags: ['agent'], security: [{ agent: [] }] };

const PageQuery = exact({
  ...protocol.GuidanceFilter.properties,
  cursor: Type.Optional(Type.String({ maxLength: 120 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
type PageQuery = protocol.GuidanceFilter & { cursor?: string; limit?: number };

/** Guidance: written and proposed by everybody of a site, approved and taken back by those who answer for it. */
export const guidance: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, auditLog } = app;

  const caller = async (request: FastifyRequest, may: Permission, isWrite = true): Promise<Agent> => {
    const agent = await identity.agent(request.headers, { isWrite, may });
    await limits.agent(agent.id);
    return agent;
  };
  const actOf = (
    { id, name }: Agent,
    reason: string,
    {
      origin = null,
      question,
    }: { origin?: protocol.GuidanceOrigin | null; question?: string | undefined } = {},
  ): GuidanceAct => {
    const by = { id, name };
    return { by, actor: actorOf(by), at: Date.now(), reason: storable(reason.trim()), origin, question };
  };
  /** What it is now; here it is live, or taken back, with the answer. @throws RefusalError with what kept it from it */
  const done = async (agent: Agent, changed: Changed): Promise<protocol.Guidance> => {
    if (typeof changed === 'string') throw new RefusalError(changed);
    await app.guidance.refresh();
    app.bus.emit('guidance', { id: changed.id });
    const now = await store.guidance.one(changed.id, agent.siteIds);
    if (now === null) throw new RefusalError('not_found');
    return now;
  };
  const writing = (
    base: number,
    { kind, text, examples, scope, isProposed }: protocol.GuidanceContent & { isProposed: boolean },
  ): GuidanceCommand[] => {
    const { from, until } = scope;
    if (from !== undefined && until !== undefined && from >= until) {
      throw new RefusalError('invalid', { detail: '/scope ends before it begins' });
    }
    const content = storable({ kind, text, examples, scope });
    const write = { name: 'write', base, content } as const;
    return isProposed ? [write, { name: 'propose', version: base + 1 }] : [write];
  };
  const ownSite = async ({ siteIds }: Agent, key: string): Promise<string> => {
    const site = await store.sites.byKey(key);
    if (site === null || !siteIds.includes(site.id)) throw new RefusalError('not_found');
    return site.id;
  };

  app.get<{ Querystring: PageQuery }>(
    '/v1/desk/guidance',
    {
      schema: {
        ...common,
        summary: 'Guidance of the own sites, each with its newest version, newest change first',
        querystring: PageQuery,
        response: { 200: protocol.GuidancePage, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:read', false);
      const { cursor: text, limit = 50, ...filter } = request.query;
      const cursor = readCursor(text, guidanceCursor);
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds });
      return store.guidance.page(agent.siteIds, filter, { cursor, limit });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/guidance/:id/history',
    {
      schema: {
        ...common,
        summary: 'One guidance with its versions and what was done with them',
        params: exact({ id: protocol.GuidanceId }),
        response: { 200: protocol.GuidanceHistory, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request, 'guidance:read', false);
      const { id } = request.params;
      const history = await store.guidance.history(id, agent.siteIds);
      if (history === null) throw new RefusalError('not_found');
      const object = { kind: 'guidance', id } as const;
      auditLog.noteRead({ by: actorOf(agent), action: 'guidance.read', siteIds: agent.siteIds, object });
      return history;
    },
  );

  const change = <B extends object>(
    path: string,
    summary: string,
    body: object,
    may: Permission,
    work: (agent: Agent, body: B) => Promise<Changed>,
  ) =>
    app.post(
      `/v1/desk/guidance/${path}`,
      { schema: { ...common, summary, body, response: { 200: protocol.Guidance, ...problem } } },
      async (request) => {
        const agent = await caller(request, may);
        // Checked against `body`, which is its schema.
        return done(agent, await work(agent, request.body as B));
      },
    );

  change<protocol.NewGuidance>(
    'add',
    'Write a new guidance',
    protocol.NewGuidance,
    'guidance:propose',
    async (agent, { site, reason, question, ...content }) => {
      const act = actOf(agent, reason, { question });
      return store.guidanceChanges.add(await ownSite(agent, site), writing(0, content), act);
    },
  );

  change<protocol.GuidanceFromAnswer>(
    'from-answer',
    'Propose a guidance made of an answer: its question, and what an agent said it should have been',
    protocol.GuidanceFromAnswer,
    'guidance:propose',
    async (agent, { conversationId, turn, reason, text: given }) => {
      const origin = { conversationId, turn };
      const { siteId, customerId } = await readable(app, { kind: 'agent', agent }, conversationId);
      const question = await store.liveGuidance.questionOf(customerId, conversationId, turn);
      if (question === null) throw new RefusalError('no_such_turn');
      const better = given ?? (await store.guidance.betterAnswer(origin));
      if (better === null) throw new RefusalError('no_better_answer');
      const content = { kind: 'answer', text: better.slice(0, 4_000), scope: {} } as const;
      const commands = writing(0, { ...content, examples: [question.slice(0, 500)], isProposed: true });
      return store.guidanceChanges.add(siteId, commands, actOf(agent, reason, { origin }));
    },
  );

  change<protocol.GuidanceChange>(
    'change',
    'Write a new version; what is live stays until it is approved',
    protocol.GuidanceChange,
    'guidance:propose',
    async (agent, { id, base, reason, ...content }) =>
      store.guidanceChanges.change(id, agent.siteIds, writing(base, content), actOf(agent, reason)),
  );

  const steps = [
    ['propose', 'propose', 'Propose the newest version', 'guidance:propose'],
    ['approve', 'approve', 'Approve a proposed version: it is live at once', 'guidance:approve'],
    ['send-back', 'send_back', 'Make a proposed version a draft again', 'guidance:approve'],
    ['roll-back', 'roll_back', 'Make an earlier approved version live again', 'guidance:approve'],
  ] as const;
  for (const [path, name, summary, may] of steps) {
    change<protocol.GuidanceVersionRef>(
      path,
      summary,
      protocol.GuidanceVersionRef,
      may,
      async (agent, { id, version, reason }) =>
        store.guidanceChanges.change(id, agent.siteIds, [{ name, version }], actOf(agent, reason)),
    );
  }

  change<protocol.GuidanceRetirement>(
    'retire',
    'Retire a guidance: from now on nothing of it is given',
    protocol.GuidanceRetirement,
    'guidance:approve',
    async (agent, { id, reason }) =>
      store.guidanceChanges.change(id, agent.siteIds, [{ name: 'retire' }], actOf(agent, reason)),
  );
};
