import type { FastifyPluginAsync } from 'fastify';
import type { Outbound } from '../../bots/outbound.ts';
import { type NotifySettings, openChannels } from '../../notify/channels.ts';
import { announceWaiting } from './announce.ts';
import { callPhones } from './call.ts';
import { routes } from './routes.ts';

/** Nobody is left alone: agents who look elsewhere learn of a customer who waits, until somebody accepts. */
export const notifications: FastifyPluginAsync<NotifySettings & { call: Outbound }> = async (
  app,
  { call, ...settings },
) => {
  const channels = await openChannels(settings, app.store, call);
  app.addHook('onClose', async () => channels.close());
  await announceWaiting(app, channels, settings.publicUrl);
  await callPhones(app, channels, settings.publicUrl);
  await app.register(routes, { channels, furtherServices: settings.pushServices });
};
