import type { FastifyPluginAsync } from 'fastify';
import { Problem } from '../../../protocol/errors.ts';
import { NotifySetup, NotifyTested, PushDevice, PushDeviceRef } from '../../../protocol/notifications.ts';
import type { Channels } from '../../notify/deliver.ts';
import { isPushService } from '../../notify/web-push.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { createLimit } from '../../plugins/limits.ts';

const problem = { default: Problem };
const security = [{ agent: [] }];
const tags = ['agent'];
/** Tests go to somebody else's service: enough for a person who tries, and no more. */
const testsPerMinute = 6;

interface Options {
  readonly channels: Channels & { readonly publicKey: string };
  readonly furtherServices: readonly string[];
}

/** An agent's own devices: what is told there is decided by the site. */
export const routes: FastifyPluginAsync<Options> = async (app, { channels, furtherServices }) => {
  const { store, sites, identity, limits } = app;
  const tests = createLimit(testsPerMinute, 60);

  app.get(
    '/v1/desk/notifications',
    {
      schema: {
        tags,
        security,
        summary: 'How agents are told of waiting customers',
        response: { 200: NotifySetup, ...problem },
      },
    },
    async (request) => {
      const { id, siteIds } = await identity.agent(request.headers, {
        isWrite: false,
        may: 'settings:own',
      });
      await limits.agent(id);
      const own = await Promise.all(siteIds.map((siteId) => sites.byId(siteId)));
      return {
        publicKey: channels.publicKey,
        sites: own
          .filter((site) => site !== null)
          .map(({ title, notify }) => ({
            site: title,
            steps: notify.steps
              .filter(({ channel }) => channel !== 'email' || channels.mailer !== null)
              // Addresses and secrets of the steps are the operator's.
              .map(({ channel, afterMs }) => ({ channel, afterMs })),
          })),
      };
    },
  );

  app.post<{ Body: PushDevice }>(
    '/v1/desk/notifications/device',
    {
      schema: {
        tags,
        security,
        summary: 'Notify the agent on this device',
        body: PushDevice,
        response: problem,
      },
    },
    async (request, reply) => {
      const { id } = await identity.agent(request.headers, { isWrite: true, may: 'settings:own' });
      await limits.agent(id);
      // It will be called by this server: an address of a push service, and nothing else on the network.
      if (!isPushService(request.body.endpoint, furtherServices)) {
        throw new RefusalError('invalid', { detail: '/endpoint is at no known push service' });
      }
      await store.notifications.saveSubscription(id, request.body);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: PushDeviceRef }>(
    '/v1/desk/notifications/device/remove',
    {
      schema: {
        tags,
        security,
        summary: 'Notify the agent on this device no more',
        body: PushDeviceRef,
        response: problem,
      },
    },
    async (request, reply) => {
      const { id } = await identity.agent(request.headers, { isWrite: true, may: 'settings:own' });
      await limits.agent(id);
      await store.notifications.removeSubscription(request.body.endpoint, id);
      return reply.code(204).send();
    },
  );

  app.post<{ Body: PushDeviceRef }>(
    '/v1/desk/notifications/test',
    {
      schema: {
        tags,
        security,
        summary: "A test notification to one of the agent's own devices",
        body: PushDeviceRef,
        response: { 200: NotifyTested, ...problem },
      },
    },
    async (request) => {
      const { id } = await identity.agent(request.headers, { isWrite: true, may: 'settings:own' });
      await tests(id);
      const devices = await store.notifications.subscriptions([id]);
      const device = devices.find(({ endpoint }) => endpoint === request.body.endpoint);
      if (device === undefined) return { isSent: false };
      const now = Date.now();
      const notice = {
        id: crypto.randomUUID(),
        attempt: 1,
        conversationId: crypto.randomUUID(),
        site: { key: '', title: '' },
        topic: null,
        since: now,
        waitedMs: 0,
        place: 1,
        url: '/console/settings',
        isTest: true,
      };
      try {
        const isSent = await channels.push.send(device, notice, AbortSignal.timeout(10_000));
        if (!isSent) await store.notifications.removeSubscription(device.endpoint, id);
        return { isSent };
      } catch (error) {
        request.log.warn({ err: error }, 'test notification failed');
        return { isSent: false };
      }
    },
  );
};
