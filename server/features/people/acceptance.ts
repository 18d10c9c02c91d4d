import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import * as protocol from '../../../protocol/people.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { originOf } from './inviter.ts';

const problem = { default: Problem };
const tags = ['agent'];

/** What whoever has an invitation's link can do. Every secret that opens nothing is answered the same. */
export const acceptance: FastifyPluginAsync<{ publicUrl: string | null }> = async (app, { publicUrl }) => {
  const { store, sites, identity, limits, bus } = app;

  /** Who is signed in where the link was opened. @throws RefusalError `forbidden` for a request from a foreign page */
  const callerId = async (request: FastifyRequest): Promise<string | null> => {
    try {
      return (await identity.agent(request.headers, { isWrite: true, may: 'settings:own' })).id;
    } catch (error) {
      if (error instanceof RefusalError && error.code === 'unauthenticated') return null;
      throw error;
    }
  };

  app.post<{ Body: protocol.InvitationSecret }>(
    '/v1/invitations/look',
    {
      schema: {
        tags,
        summary: 'What an invitation is about',
        body: protocol.InvitationSecret,
        response: { 200: protocol.InvitationShown, ...problem },
      },
    },
    async (request): Promise<protocol.InvitationShown> => {
      await limits.invitation(request.ip);
      const invitation = await store.invitations.bySecret(request.body.secret, Date.now());
      if (invitation === null) throw new RefusalError('invitation_gone');
      const { name, email, role, siteIds, expiresAt } = invitation;
      const own = await Promise.all(siteIds.map((siteId) => sites.byId(siteId)));
      return { name, email, role, sites: own.flatMap((site) => site?.title ?? []), expiresAt };
    },
  );

  app.post<{ Body: protocol.InvitationSecret }>(
    '/v1/invitations/accept',
    {
      schema: {
        tags,
        summary: 'Accept an invitation, once',
        description:
          'Makes the account, and answers with a path that signs in. Who has an account already must be signed in.',
        body: protocol.InvitationSecret,
        response: { 200: protocol.InvitationAccepted, ...problem },
      },
    },
    async (request): Promise<protocol.InvitationAccepted> => {
      await limits.invitation(request.ip);
      const origin = originOf(request, publicUrl);
      const { secret } = request.body;
      const now = Date.now();
      const by = await callerId(request);
      const invitation = await store.invitations.bySecret(secret, now);
      if (invitation === null) throw new RefusalError('invitation_gone');
      // First, though it opens nothing yet: an invitation that is used up while no link can be made would be lost.
      const link = new URL(await identity.linkForInvited(invitation.email, origin, '/console/settings'));
      const accepted = await store.invitations.accept(secret, by, now);
      if ('refused' in accepted) throw new RefusalError(accepted.refused);
      const { agent, isNew } = accepted;
      bus.emit('presence', { siteIds: agent.siteIds });
      return { path: isNew ? link.pathname + link.search : '/console/' };
    },
  );
};
