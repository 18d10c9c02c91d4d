import type { FastifyPluginAsync } from 'fastify';
import { createMailer } from '../../notify/email.ts';
import { acceptance } from './acceptance.ts';
import { createInviter, type InviterSettings } from './inviter.ts';
import { routes } from './routes.ts';

/** Who works at the sites: admins invite people, change what they may do, and let them go. */
export const people: FastifyPluginAsync<InviterSettings> = async (app, settings) => {
  const { smtpUrl, mailFrom, publicUrl } = settings;
  const mailer = smtpUrl === null || mailFrom === null ? null : createMailer({ smtpUrl, from: mailFrom });
  app.addHook('onClose', async () => mailer?.close());
  await app.register(routes, { inviter: createInviter(app, mailer, publicUrl) });
  await app.register(acceptance, { publicUrl });
};
