import type { FastifyPluginAsync } from 'fastify';
import type { Outbound } from '../../bots/outbound.ts';
import { type NotifySettings, openChannels } from '../../notify/channels.ts';
import { keepDeadlines } from './deadlines.ts';
import { routes } from './routes.ts';

/** Everything that a customer was promised: agents see it, are reminded of it, and it ends in time or with an apology. */
export const promises: FastifyPluginAsync<NotifySettings & { call: Outbound }> = async (
  app,
  { call, ...settings },
) => {
  const channels = await openChannels(settings, app.store, call);
  app.addHook('onClose', async () => channels.close());
  await keepDeadlines(app, channels, settings.publicUrl);
  await app.register(routes);
};
