import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import * as protocol from '../../../protocol/people.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { createLimit } from '../../plugins/limits.ts';
import { rooms } from '../../plugins/realtime.ts';
import type { Agent } from '../../store/agents.ts';
import type { StoredInvitation } from '../../store/invitations.ts';
import type { Changed } from '../../store/people.ts';
import type { Inviter } from './inviter.ts';

const problem = { default: Problem };
const tags = ['agent'];
const security = [{ agent: [] }];

/** What admins do with the people of their sites. */
export const routes: FastifyPluginAsync<{ inviter: Inviter }> = async (app, { inviter }) => {
  const { store, identity, limits, realtime, bus } = app;
  /** Letters to addresses of anybody's choice: a stolen session must not send them by the thousand. */
  const letters = createLimit(60, 60 * 60);

  const caller = async (request: FastifyRequest, isWrite: boolean): Promise<Agent> => {
    const agent = await identity.agent(request.headers, { isWrite, may: 'people:manage' });
    await limits.agent(agent.id);
    return agent;
  };
  /** @throws RefusalError `not_found` for a site that is not the admin's own */
  const ownSites = async (keys: readonly string[], { siteIds }: Agent): Promise<string[]> =>
    Promise.all(
      keys.map(async (key) => {
        const site = await store.sites.byKey(key);
        if (site === null || !siteIds.includes(site.id)) throw new RefusalError('not_found');
        return site.id;
      }),
    );
  /** @throws RefusalError not_found, not_only_yours */
  const ownInvitation = async (id: string, { siteIds }: Agent): Promise<StoredInvitation> => {
    const invitation = await store.invitations.byId(id, Date.now());
    const isOwn = (siteId: string) => siteIds.includes(siteId);
    if (invitation === null || !invitation.siteIds.some(isOwn)) throw new RefusalError('not_found');
    if (!invitation.siteIds.every(isOwn)) throw new RefusalError('not_only_yours');
    return invitation;
  };
  /** Open desks of this person close and come back as what they are now, if they are; their customers get somebody else. */
  const afterChange = (id: string, changed: Changed, isDeskOther = true): void => {
    if ('refused' in changed) throw new RefusalError(changed.refused);
    if (isDeskOther) realtime.desk.in(rooms.agent(id)).disconnectSockets(true);
    bus.emit('presence', { siteIds: [...changed.siteIds] });
  };

  app.get(
    '/v1/desk/people',
    {
      schema: {
        tags,
        security,
        summary: "The people of the admin's sites, and who is invited",
        response: { 200: protocol.PeopleList, ...problem },
      },
    },
    async (request): Promise<protocol.PeopleList> => {
      const admin = await caller(request, false);
      const now = Date.now();
      const [people, invitations, sites] = await Promise.all([
        store.people.ofSites(admin.siteIds, now),
        store.invitations.ofSites(admin.siteIds, now),
        store.sites.all(),
      ]);
      const own = sites.filter(({ id }) => admin.siteIds.includes(id));
      return {
        people: people.map(({ siteIds, ...person }) => ({
          ...person,
          sites: own.filter(({ id }) => siteIds.includes(id)).map(({ key, title }) => ({ key, name: title })),
          isElsewhere: siteIds.some((siteId) => !admin.siteIds.includes(siteId)),
        })),
        invitations: await Promise.all(invitations.map((one) => inviter.shown(one, admin))),
        isMailed: inviter.isMailed,
      };
    },
  );

  app.post<{ Body: protocol.NewInvitation }>(
    '/v1/desk/people/invite',
    {
      schema: {
        tags,
        security,
        summary: 'Invite somebody, by a link that works once within seven days',
        description:
          'The link is mailed, and shown to nobody else; without a mail server it is in the answer.',
        body: protocol.NewInvitation,
        response: { 200: protocol.InvitationMade, ...problem },
      },
    },
    async (request) => {
      const admin = await caller(request, true);
      const origin = inviter.originOf(request);
      const { email, name, role, sites } = request.body;
      const siteIds = await ownSites(sites, admin);
      await letters(admin.id);
      const by = actorOf(admin);
      const made = await store.invitations.make({ email, name: name.trim(), role, siteIds }, by, Date.now());
      if ('refused' in made) throw new RefusalError(made.refused);
      return inviter.send(made, admin, origin);
    },
  );

  app.post<{ Body: protocol.InvitationRef }>(
    '/v1/desk/people/invite/again',
    {
      schema: {
        tags,
        security,
        summary: 'Make a new link for an invitation; the one before opens nothing any more',
        body: protocol.InvitationRef,
        response: { 200: protocol.InvitationMade, ...problem },
      },
    },
    async (request) => {
      const admin = await caller(request, true);
      const origin = inviter.originOf(request);
      const { id } = await ownInvitation(request.body.id, admin);
      await letters(admin.id);
      const made = await store.invitations.renew(id, actorOf(admin), Date.now());
      if (made === null) throw new RefusalError('not_found');
      return inviter.send(made, admin, origin);
    },
  );

  app.post<{ Body: protocol.InvitationRef }>(
    '/v1/desk/people/invite/withdraw',
    {
      schema: {
        tags,
        security,
        summary: 'Withdraw an invitation',
        body: protocol.InvitationRef,
        response: problem,
      },
    },
    async (request, reply) => {
      const admin = await caller(request, true);
      const { id } = await ownInvitation(request.body.id, admin);
      const wasOpen = await store.invitations.withdraw(id, actorOf(admin), Date.now());
      if (!wasOpen) throw new RefusalError('not_found');
      return reply.code(204).send();
    },
  );

  app.post<{ Body: protocol.PersonChange }>(
    '/v1/desk/people/change',
    {
      schema: {
        tags,
        security,
        summary: "Give a person another role or seat, or others of the admin's own sites",
        body: protocol.PersonChange,
        response: problem,
      },
    },
    async (request, reply) => {
      const admin = await caller(request, true);
      const { id, role, sites, seat } = request.body;
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(seat === undefined ? {} : { seat }),
        ...(sites === undefined ? {} : { siteIds: await ownSites(sites, admin) }),
      };
      const changed = await store.people.change(id, change, admin, actorOf(admin));
      // Which customers are offered changes nothing of the desk that is open.
      afterChange(id, changed, role !== undefined || sites !== undefined);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: protocol.PersonRef }>(
    '/v1/desk/people/remove',
    {
      schema: {
        tags,
        security,
        summary: "Take a person from the admin's sites",
        description:
          'Who is left without a site is signed out for good. What they said stays, with their name.',
        body: protocol.PersonRef,
        response: problem,
      },
    },
    async (request, reply) => {
      const admin = await caller(request, true);
      const { id } = request.body;
      afterChange(id, await store.people.remove(id, admin, actorOf(admin)));
      return reply.code(204).send();
    },
  );
};
