import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../../protocol/errors.ts';
import { exact } from '../../../protocol/ids.ts';
import * as protocol from '../../../protocol/webhooks.ts';
import { createAddressRule, refusedAddress, webUrl } from '../../bots/addresses.ts';
import type { Outbound } from '../../bots/outbound.ts';
import { audience } from '../../domain/audience.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { createLimit } from '../../plugins/limits.ts';
import { mostWebhooksPerSite, type StoredWebhook } from '../../store/webhooks.ts';
import { send } from './send.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];
const tags = ['agent'];
/** Both make the server call somebody else's: enough for a person who tries, and no more. */
const pingsPerMinute = 6;
const replaysPerMinute = 6;

interface Options {
  readonly call: Outbound;
  readonly timeoutMs: number;
  readonly outboundAllow: readonly string[];
  readonly stop: AbortSignal;
  /** Something of this webhook is new: whether it sends, or what is due. */
  onChanged(webhookId: string): Promise<void>;
}

const publicTypes = protocol.factTypes.filter((type) => audience({ type }) === 'everyone');

/** The webhooks of an agent's own sites: those of others look like none. */
export const routes: FastifyPluginAsync<Options> = async (app, options) => {
  const { store, sites, identity, limits } = app;
  const { call, timeoutMs, outboundAllow, stop, onChanged } = options;
  const mayCall = createAddressRule(outboundAllow);
  const pings = createLimit(pingsPerMinute, 60);
  const replays = createLimit(replaysPerMinute, 60);

  const caller = async (request: FastifyRequest, isWrite: boolean) => {
    const agent = await identity.agent(request.headers, { isWrite, may: 'webhooks:manage' });
    await limits.agent(agent.id);
    return agent;
  };

  /** @throws RefusalError not_found, also for a webhook of somebody else's site */
  const own = async (request: FastifyRequest, id: string, isWrite: boolean): Promise<StoredWebhook> => {
    const { siteIds } = await caller(request, isWrite);
    const webhook = await store.webhooks.byId(id);
    if (webhook === null || !siteIds.includes(webhook.siteId)) throw new RefusalError('not_found');
    return webhook;
  };

  /** @throws RefusalError invalid: said here already, and not only when something is to be sent */
  const assertUrl = async (url: string): Promise<void> => {
    const checked = webUrl(url);
    if (typeof checked === 'string') throw new RefusalError('invalid', { detail: `/url ${checked}` });
    if ((await refusedAddress(checked, mayCall)) !== null) {
      throw new RefusalError('invalid', { detail: '/url leads to an address that may not be called' });
    }
  };
  const assertTypes = (types: protocol.NewWebhook['types']): void => {
    const hidden = types?.find((type) => !publicTypes.includes(type));
    if (hidden !== undefined) {
      throw new RefusalError('invalid', { detail: `/types ${hidden} is among agents and never leaves` });
    }
  };

  const shown = async (webhooks: readonly StoredWebhook[]): Promise<protocol.Webhook[]> => {
    const failed = await store.webhookDeliveries.failed(webhooks.map(({ id }) => id));
    return Promise.all(
      webhooks.map(async (webhook) => {
        const site = await sites.byId(webhook.siteId);
        const { oldSecretUntil } = webhook;
        return {
          id: webhook.id,
          site: site?.key ?? '',
          siteName: site?.title ?? '',
          url: webhook.url,
          types: webhook.types === null ? null : [...webhook.types],
          paused: webhook.paused,
          pausedAt: webhook.pausedAt,
          createdAt: webhook.createdAt,
          failingSince: webhook.failingSince,
          deliveredAt: webhook.deliveredAt,
          failed: failed.get(webhook.id) ?? 0,
          oldSecretUntil: oldSecretUntil !== null && oldSecretUntil > Date.now() ? oldSecretUntil : null,
        };
      }),
    );
  };
  const shownOne = async (id: string): Promise<protocol.Webhook> => {
    const webhook = await store.webhooks.byId(id);
    const [one] = webhook === null ? [] : await shown([webhook]);
    if (one === undefined) throw new RefusalError('not_found');
    return one;
  };

  app.get(
    '/v1/desk/webhooks',
    {
      schema: {
        tags,
        security,
        summary: "The webhooks of the agent's sites",
        response: { 200: protocol.WebhookList, ...problem },
      },
    },
    async (request) => {
      const { siteIds } = await caller(request, false);
      return {
        webhooks: await shown(await store.webhooks.ofSites(siteIds)),
        types: publicTypes,
        mostPerSite: mostWebhooksPerSite,
      };
    },
  );

  app.post<{ Body: protocol.NewWebhook }>(
    '/v1/desk/webhooks/add',
    {
      schema: {
        tags,
        security,
        summary: 'Add a webhook, which begins with what happens from now on',
        description: 'The answer holds the secret that signs what is sent. It is shown this once.',
        body: protocol.NewWebhook,
        response: { 200: protocol.WebhookWithSecret, ...problem },
      },
    },
    async (request) => {
      const { site: key, url, types } = request.body;
      const { siteIds } = await caller(request, true);
      const site = await store.sites.byKey(key);
      if (site === null || !siteIds.includes(site.id)) throw new RefusalError('not_found');
      assertTypes(types);
      await assertUrl(url);
      const webhook = await store.webhooks.add({ siteId: site.id, url, types }, Date.now());
      if (webhook === null) throw new RefusalError('webhook_limit');
      await onChanged(webhook.id);
      return { webhook: await shownOne(webhook.id), secret: webhook.secret };
    },
  );

  app.post<{ Body: protocol.WebhookChange }>(
    '/v1/desk/webhooks/change',
    {
      schema: {
        tags,
        security,
        summary: 'Change a webhook, pause or resume it',
        body: protocol.WebhookChange,
        response: { 200: protocol.Webhook, ...problem },
      },
    },
    async (request) => {
      const { id, isPaused, ...change } = request.body;
      await own(request, id, true);
      if (change.types !== undefined) assertTypes(change.types);
      if (change.url !== undefined) await assertUrl(change.url);
      await store.webhooks.change(id, change);
      if (isPaused === true) await store.webhooks.pause(id, 'you', Date.now());
      if (isPaused === false) await store.webhooks.resume(id, Date.now());
      await onChanged(id);
      return shownOne(id);
    },
  );

  app.post<{ Body: protocol.WebhookRef }>(
    '/v1/desk/webhooks/secret',
    {
      schema: {
        tags,
        security,
        summary: 'Make a new secret',
        description: 'For a day both sign, so that the receiver can change over without losing anything.',
        body: protocol.WebhookRef,
        response: { 200: protocol.WebhookWithSecret, ...problem },
      },
    },
    async (request) => {
      const { id } = await own(request, request.body.id, true);
      const secret = await store.webhooks.rotateSecret(id, Date.now());
      if (secret === null) throw new RefusalError('not_found');
      return { webhook: await shownOne(id), secret };
    },
  );

  app.post<{ Body: protocol.WebhookRef }>(
    '/v1/desk/webhooks/remove',
    { schema: { tags, security, summary: 'Remove a webhook', body: protocol.WebhookRef, response: problem } },
    async (request, reply) => {
      const { id } = await own(request, request.body.id, true);
      await store.webhooks.remove(id);
      await onChanged(id);
      return reply.code(204).send();
    },
  );

  app.get<{ Params: { id: string }; Querystring: { before?: number } }>(
    '/v1/desk/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        security,
        summary: 'What became of the tries of a webhook, newest first',
        params: exact({ id: protocol.WebhookId }),
        querystring: exact({ before: Type.Optional(Type.Integer({ minimum: 1 })) }),
        response: { 200: protocol.WebhookDeliveries, ...problem },
      },
    },
    async (request) => {
      const { id } = await own(request, request.params.id, false);
      return store.webhookDeliveries.page(id, request.query.before ?? null);
    },
  );

  app.post<{ Body: protocol.WebhookReplay }>(
    '/v1/desk/webhooks/replay',
    {
      schema: {
        tags,
        security,
        summary: 'Send again: a conversation, a time range, or what failed for good',
        body: protocol.WebhookReplay,
        response: { 200: protocol.WebhookReplayed, ...problem },
      },
    },
    async (request) => {
      const { body } = request;
      const { id } = await own(request, body.id, true);
      await replays(id);
      const { webhookCursors } = store;
      const now = Date.now();
      const replay = () => {
        if ('failed' in body) return webhookCursors.replayFailed(id, now);
        if ('from' in body) return webhookCursors.replayRange(id, body.from, body.until, now);
        return webhookCursors.replayConversation(id, body.conversation, body.fromSeq ?? 0, now);
      };
      const conversations = await replay();
      if (conversations === 0 && 'conversation' in body) throw new RefusalError('not_found');
      await onChanged(id);
      return { conversations };
    },
  );

  app.post<{ Body: protocol.WebhookRef }>(
    '/v1/desk/webhooks/ping',
    {
      schema: {
        tags,
        security,
        summary: 'Send a `ping` now, once, and say what came of it',
        body: protocol.WebhookRef,
        response: { 200: protocol.WebhookPinged, ...problem },
      },
    },
    async (request) => {
      const webhook = await own(request, request.body.id, true);
      await pings(webhook.id);
      const site = await sites.byId(webhook.siteId);
      const id = crypto.randomUUID();
      const content = { id, type: 'ping', webhook: webhook.id, site: { key: site?.key }, attempt: 1 };
      const sent = await send(call, webhook, id, content, timeoutMs, stop);
      return sent.isDelivered ? { ...sent, error: null } : sent;
    },
  );
};
