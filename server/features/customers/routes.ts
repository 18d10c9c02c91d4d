import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  Accepted,
  type CustomerCommandName,
  type CustomerCommands,
  customerCommands,
} from '../../../protocol/commands.ts';
import { Problem } from '../../../protocol/errors.ts';
import { FactsPage } from '../../../protocol/events.ts';
import { Reachability, ReachabilityQuery, type Team } from '../../../protocol/handoff.ts';
import { ConversationId, exact, Seq, SiteKey } from '../../../protocol/ids.ts';
import { OwnConversations, SiteInfo } from '../../../protocol/session.ts';
import { protocolVersion } from '../../../protocol/version.ts';
import { teamAhead } from '../../domain/asking.ts';
import { RefusalError } from '../../plugins/errors.ts';
import type { CustomerCaller } from '../../plugins/identity.ts';
import { bearer } from '../../plugins/identity.ts';
import { factsPage } from '../../reads/facts.ts';
import type { Site } from '../../store/sites.ts';
import { createReachability } from './reachability.ts';
import { sessions } from './sessions.ts';

const problem = { default: Problem };

export const routes: FastifyPluginAsync<{ hasEmail: boolean }> = async (app, { hasEmail }) => {
  const { store, identity, limits, engine, metrics } = app;
  const reachability = createReachability(store);

  app.get<{ Params: { key: string } }>(
    '/v1/sites/:key',
    {
      schema: {
        tags: ['customer'],
        summary: 'What the widget must know about a site',
        params: exact({ key: SiteKey }),
        response: { 200: SiteInfo, ...problem },
      },
    },
    async (request) => {
      const site = await store.sites.byKey(request.params.key);
      if (site === null) throw new RefusalError('site_not_found');
      identity.assertOrigin(site, request.headers);
      const { key, title, answeredBy, bot, suggestions, feedback } = site;
      const where = bot.kind === 'page' ? 'page' : 'http';
      return {
        version: protocolVersion,
        key,
        title,
        answeredBy,
        hasEmail,
        bot: where,
        suggestions,
        feedback,
      };
    },
  );

  app.get<{ Params: { key: string }; Querystring: ReachabilityQuery }>(
    '/v1/sites/:key/reachability',
    {
      schema: {
        tags: ['customer'],
        summary: 'Whether a person can be reached now, before anybody asks for one',
        params: exact({ key: SiteKey }),
        querystring: ReachabilityQuery,
        response: { 200: Reachability, ...problem },
      },
    },
    async (request) => {
      const site = await store.sites.byKey(request.params.key);
      if (site === null) throw new RefusalError('site_not_found');
      identity.assertOrigin(site, request.headers);
      const { team = null, conversation } = request.query;
      const asked = conversation === undefined ? team : await teamOf(site, conversation, request);
      return reachability(site, asked, Date.now());
    },
  );

  /** Of a conversation that is not there yet, or not theirs, nothing is known: the site's hours hold. */
  const teamOf = async (site: Site, id: string, { headers }: FastifyRequest): Promise<Team> => {
    const { customer } = await identity.customer(bearer(headers.authorization), headers);
    if (Object.keys(site.hours.teams).length === 0) return null;
    const [found] = await store.conversations.byIds([id]);
    const isTheirs = found?.customerId === customer.id && found.siteId === site.id;
    return isTheirs ? teamAhead(found.state, site.policy.topics) : null;
  };

  await app.register(sessions);

  /** Everything below is a customer's own: no route in this scope is reached without one. */
  await app.register(async (own) => {
    const callers = new WeakMap<FastifyRequest, CustomerCaller>();
    const callerOf = (request: FastifyRequest) => {
      const caller = callers.get(request);
      if (caller === undefined) throw new RefusalError('unauthenticated');
      return caller;
    };
    own.addHook('onRequest', async (request) => {
      const caller = await identity.customer(bearer(request.headers.authorization), request.headers);
      await limits.command(caller.customer.id);
      callers.set(request, caller);
    });
    const security = [{ customer: [] }];

    own.get(
      '/v1/conversations',
      {
        schema: {
          tags: ['customer'],
          security,
          summary: 'Own conversations',
          response: { 200: OwnConversations, ...problem },
        },
      },
      async (request) => ({
        conversations: await store.conversations.ofCustomer(callerOf(request).customer),
      }),
    );

    own.get<{ Params: { id: string }; Querystring: { after?: number } }>(
      '/v1/conversations/:id/facts',
      {
        schema: {
          tags: ['customer'],
          security,
          summary: 'Facts of an own conversation behind a seq',
          params: exact({ id: ConversationId }),
          querystring: exact({ after: Type.Optional(Seq) }),
          response: { 200: FactsPage, ...problem },
        },
      },
      async (request) => {
        const { customer } = callerOf(request);
        const body = { conversationId: request.params.id, after: request.query.after ?? 0 };
        return factsPage(app, { kind: 'customer', customer }, body);
      },
    );

    for (const [name, schema] of Object.entries(customerCommands)) {
      own.post<{ Body: CustomerCommands[CustomerCommandName] }>(
        `/v1/commands/${name.replace(':', '::')}`,
        {
          schema: {
            tags: ['customer'],
            security,
            summary: name,
            body: schema,
            response: { 200: Accepted, ...problem },
          },
        },
        async (request) => {
          const executed = await engine.forCustomer(
            callerOf(request),
            name as CustomerCommandName,
            request.body,
          );
          metrics.commands.inc({ command: name, result: executed.isRepeat ? 'repeat' : 'ok' });
          return { ok: true, ...executed };
        },
      );
    }
  });
};
