import type { FastifyPluginAsync } from 'fastify';
import { ContinueToken, IdentityToken } from '../../../protocol/customer.ts';
import { Problem } from '../../../protocol/errors.ts';
import { exact, SiteKey } from '../../../protocol/ids.ts';
import { Continued, Identified, NewSession, NewSessionBody } from '../../../protocol/session.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { bearer } from '../../plugins/identity.ts';
import { rooms } from '../../plugins/realtime.ts';
import { personOf } from './identity-token.ts';

const problem = { default: Problem };
const days = 86_400_000;
/** A link is opened on machines that nobody signs out of: what it opened ends by itself. */
const linkSessionMs = 30 * days;

/** How a browser becomes a customer: as nobody in particular, by its site's word, or by a link from an e-mail. */
export const sessions: FastifyPluginAsync = async (app) => {
  const { store, identity, limits, continueLinks, realtime } = app;

  app.post<{ Body: NewSessionBody }>(
    '/v1/sessions',
    {
      schema: {
        tags: ['customer'],
        summary: 'A new customer: anonymous, or the one whom the identity names',
        body: NewSessionBody,
        response: { 201: NewSession, ...problem },
      },
    },
    async (request, reply) => {
      await limits.session(request.ip);
      const { site: key, identity: token } = request.body;
      const site = await store.sites.byKey(key);
      if (site === null) throw new RefusalError('site_not_found');
      identity.assertOrigin(site, request.headers);
      if (token === undefined) return reply.code(201).send(await store.customers.create(site.id));
      const person = await personOf(site.identitySecret, token);
      return reply.code(201).send(await store.identities.signIn(site.id, person));
    },
  );

  app.post<{ Body: { identity: string } }>(
    '/v1/sessions/identity',
    {
      schema: {
        tags: ['customer'],
        security: [{ customer: [] }],
        summary: 'Says who this customer is, or says it anew; the session to go on with',
        body: exact({ identity: IdentityToken }),
        response: { 200: Identified, ...problem },
      },
      // Before the body is looked at, as on every route of a customer's own.
      onRequest: async ({ headers }) => {
        await identity.customer(bearer(headers.authorization), headers);
      },
    },
    async (request) => {
      const token = bearer(request.headers.authorization);
      const { customer } = await identity.customer(token, request.headers);
      await limits.command(customer.id);
      // Read anew: a secret that has been replaced a moment ago proves nothing any more.
      const site = await store.sites.byId(customer.siteId);
      if (token === null || site === null) throw new RefusalError('unauthenticated');
      const person = await personOf(site.identitySecret, request.body.identity);
      const { ended, ...session } = await store.identities.attach(customer, token, person);
      // Other tabs find the new token beside the old one; whoever else has had the old one finds nothing.
      if (ended !== null) realtime.customers.in(rooms.customer(ended)).disconnectSockets();
      return session;
    },
  );

  app.post<{ Body: { site: string; token: string } }>(
    '/v1/sessions/continue',
    {
      schema: {
        tags: ['customer'],
        summary: 'Opens the link of an e-mail: a session that reaches this one conversation',
        body: exact({ site: SiteKey, token: ContinueToken }),
        response: { 200: Continued, ...problem },
      },
    },
    async (request) => {
      await limits.session(request.ip);
      const site = await store.sites.byKey(request.body.site);
      if (site === null) throw new RefusalError('site_not_found');
      identity.assertOrigin(site, request.headers);
      const now = Date.now();
      const link = continueLinks.read(request.body.token, now);
      const [conversation] = link === null ? [] : await store.conversations.byIds([link.conversationId]);
      const email = conversation?.state.followUp?.email;
      // One answer for all of it: a stranger learns nothing, not even whether there is such a conversation.
      const isGood = link !== null && !link.isExpired && email !== undefined && link.proves(email);
      if (!isGood || conversation?.siteId !== site.id) throw new RefusalError('link_refused');
      const { id: conversationId, customerId } = conversation;
      const token = bearer(request.headers.authorization);
      const caller = token === null ? null : await store.customers.byToken(token);
      // Who is this customer already keeps what they have; a link never takes away.
      if (token !== null && caller?.id === customerId && caller.only === undefined) {
        return { customerId, token, conversationId };
      }
      const session = await store.identities.forConversation(customerId, conversationId, now + linkSessionMs);
      return { ...session, conversationId };
    },
  );
};
