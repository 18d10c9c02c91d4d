import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditAction } from '../../../protocol/audit-log.ts';
import { Problem } from '../../../protocol/errors.ts';
import * as protocol from '../../../protocol/sign-in.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { toWebHeaders } from '../../plugins/identity.ts';
import { rooms } from '../../plugins/realtime.ts';
import type { Agent } from '../../store/agents.ts';

const problem = { default: Problem };
const tags = ['agent'];
const security = [{ agent: [] }];

/** What the sign-in page offers, and the second factor of the own account. */
export const signIn: FastifyPluginAsync<{ company: string | null }> = async (app, { company }) => {
  const { identity, limits, auditLog, realtime } = app;

  /** Who asks for this, slowed down: neither password nor code must be guessed. */
  const caller = async (request: FastifyRequest): Promise<Agent> => {
    const agent = await identity.agent(request.headers, { isWrite: true, may: 'settings:own' });
    await limits.proof(agent.id);
    return agent;
  };
  /** Open desks hang on the session before: they come back with the new one, which the browser must have by then. */
  const reopenDesks = ({ id }: Agent, reply: FastifyReply) =>
    reply.raw.once('finish', () => realtime.desk.in(rooms.agent(id)).disconnectSockets(true));
  const noteOf = (agent: Agent, action: AuditAction, request: FastifyRequest) => () =>
    auditLog.record({ by: actorOf(agent, request.ip), action, siteIds: agent.siteIds });

  app.get(
    '/v1/sign-in',
    {
      schema: {
        tags,
        summary: 'How people of the company can sign in besides with a password',
        response: { 200: protocol.SignInWays, ...problem },
      },
    },
    async () => ({ company }),
  );

  app.post<{ Body: protocol.TwoFactorStart }>(
    '/v1/desk/two-factor/start',
    {
      schema: {
        tags,
        security,
        summary: 'Make a secret for an app that makes codes, and backup codes',
        description: 'Nothing is on until `confirm`. Both are told here and never again.',
        body: protocol.TwoFactorStart,
        response: { 200: protocol.TwoFactorStarted, ...problem },
      },
    },
    async (request) => {
      await caller(request);
      return identity.twoFactor.start(request.body.password, toWebHeaders(request.headers));
    },
  );

  app.post<{ Body: protocol.TwoFactorConfirm }>(
    '/v1/desk/two-factor/confirm',
    {
      schema: {
        tags,
        security,
        summary: 'Turn two-factor on, with a code of the app',
        description: 'Ends all other sessions.',
        body: protocol.TwoFactorConfirm,
        response: problem,
      },
    },
    async (request, reply) => {
      const agent = await caller(request);
      const note = noteOf(agent, 'agent.two_factor_on', request);
      await identity.twoFactor.confirm(request.body.code, toWebHeaders(request.headers), reply, note);
      reopenDesks(agent, reply);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: protocol.TwoFactorProof }>(
    '/v1/desk/two-factor/end',
    {
      schema: {
        tags,
        security,
        summary: 'Turn two-factor off',
        body: protocol.TwoFactorProof,
        response: problem,
      },
    },
    async (request, reply) => {
      const agent = await caller(request);
      const note = noteOf(agent, 'agent.two_factor_off', request);
      await identity.twoFactor.end(request.body, toWebHeaders(request.headers), reply, note);
      reopenDesks(agent, reply);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: protocol.TwoFactorProof }>(
    '/v1/desk/two-factor/codes',
    {
      schema: {
        tags,
        security,
        summary: 'Make new backup codes; the ones before open nothing any more',
        body: protocol.TwoFactorProof,
        response: { 200: protocol.BackupCodes, ...problem },
      },
    },
    async (request) => {
      const agent = await caller(request);
      const note = noteOf(agent, 'agent.codes_renewed', request);
      return identity.twoFactor.renewCodes(request.body, toWebHeaders(request.headers), note);
    },
  );
};
