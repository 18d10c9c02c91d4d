import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { ConversationSummary, Me } from '../../../protocol/agent.ts';
import {
  Accepted,
  type AgentCommandName,
  type AgentCommands,
  agentCommands,
} from '../../../protocol/commands.ts';
import { Problem } from '../../../protocol/errors.ts';
import { agentEvents, FactsPage } from '../../../protocol/events.ts';
import { ConversationId, exact, Seq } from '../../../protocol/ids.ts';
import { eventPermissions, permissionsOf } from '../../domain/permissions.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { minPasswordLength } from '../../plugins/identity.ts';
import { factsPage, readable } from '../../reads/facts.ts';
import type { Agent } from '../../store/agents.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];

const PasswordBody = exact({
  password: Type.String({ minLength: minPasswordLength, maxLength: 200 }),
  currentPassword: Type.Optional(Type.String({ maxLength: 200 })),
});

export const routes: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, engine, metrics, auditLog } = app;

  app.get(
    '/v1/desk/me',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'The signed-in agent',
        response: { 200: Me, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'settings:own' });
      const [hasPassword, sites] = await Promise.all([store.agents.hasPassword(agent.id), store.sites.all()]);
      const { id, name, email, role, availability, siteIds } = agent;
      const twoFactor = await identity.twoFactorOf(id);
      const own = sites.filter((site) => siteIds.includes(site.id));
      return {
        id,
        name,
        email,
        role,
        may: twoFactor === 'required' ? ['settings:own'] : [...permissionsOf(role)],
        availability,
        hasPassword,
        twoFactor,
        sites: own.map(({ key, title }) => ({ key, name: title })),
      };
    },
  );

  app.post<{ Body: Static<typeof PasswordBody> }>(
    '/v1/desk/password',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'Set or change the own password',
        description:
          'Ends all other sessions. `currentPassword` is not needed within ten minutes of signing in.',
        body: PasswordBody,
        response: problem,
      },
    },
    async (request, reply) => {
      const agent = await identity.agent(request.headers, { isWrite: true, may: 'settings:own' });
      await limits.password(agent.id);
      const by = actorOf(agent, request.ip);
      await identity.setPassword(agent, request.body, request.headers, () =>
        auditLog.record({ by, action: 'agent.password_changed', siteIds: agent.siteIds }),
      );
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/desk/conversations',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'The desk: what waits, what agents have, what was resolved lately',
        response: { 200: agentEvents.desk, ...problem },
      },
    },
    async (request) => {
      const { id, siteIds } = await identity.agent(request.headers, {
        isWrite: false,
        may: 'conversations:read',
      });
      await limits.agent(id);
      // A console whose socket does not get through asks here instead: its agent is there all the same.
      await store.presence.setSeen([id], Date.now());
      return { conversations: await store.conversations.desk(siteIds, id) };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/v1/desk/conversations/:id',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'A conversation as a row',
        params: exact({ id: ConversationId }),
        response: { 200: ConversationSummary, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'conversations:read' });
      await readable(app, { kind: 'agent', agent }, request.params.id);
      const summary = await store.conversations.summary(request.params.id);
      if (summary === null) throw new RefusalError('not_found');
      return summary;
    },
  );

  app.get<{ Params: { id: string }; Querystring: { after?: number } }>(
    '/v1/desk/conversations/:id/facts',
    {
      schema: {
        tags: ['agent'],
        security,
        summary: 'Facts of a conversation behind a seq, with notes',
        params: exact({ id: ConversationId }),
        querystring: exact({ after: Type.Optional(Seq) }),
        response: { 200: FactsPage, ...problem },
      },
    },
    async (request) => {
      const agent = await identity.agent(request.headers, { isWrite: false, may: 'conversations:read' });
      const body = { conversationId: request.params.id, after: request.query.after ?? 0 };
      return factsPage(app, { kind: 'agent', agent }, body);
    },
  );

  /** The same commands as over the socket, under the same cid: what got no answer there is asked again here (D1). */
  await app.register(async (own) => {
    const callers = new WeakMap<FastifyRequest, Agent>();
    for (const [command, schema] of Object.entries(agentCommands)) {
      const name = command as AgentCommandName;
      own.post<{ Body: AgentCommands[AgentCommandName] }>(
        `/v1/desk/commands/${name.replace(':', '::')}`,
        {
          // Before the body is looked at: who may not do this learns nothing of what it takes.
          onRequest: async (request) => {
            const permission = eventPermissions[name];
            const agent = await identity.agent(request.headers, { isWrite: true, may: permission });
            await limits.agent(agent.id);
            callers.set(request, agent);
          },
          schema: {
            tags: ['agent'],
            security,
            summary: name,
            body: schema,
            response: { 200: Accepted, ...problem },
          },
        },
        async (request) => {
          const agent = callers.get(request);
          if (agent === undefined) throw new RefusalError('unauthenticated');
          const executed = await engine.forAgent(agent, name, request.body);
          metrics.commands.inc({ command: name, result: executed.isRepeat ? 'repeat' : 'ok' });
          return { ok: true, ...executed };
        },
      );
    }
  });
};
