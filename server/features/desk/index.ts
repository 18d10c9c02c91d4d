import type { FastifyPluginAsync } from 'fastify';
import { cannedRoutes } from './canned.ts';
import { colleagueRoutes } from './colleagues.ts';
import { routes } from './routes.ts';
import { serveSockets } from './socket.ts';
import { views } from './views.ts';

/** The agents' desk: who they are, what waits, and what they do about it. */
export const desk: FastifyPluginAsync = async (app) => {
  await app.register(routes);
  await app.register(cannedRoutes);
  await app.register(colleagueRoutes);
  await app.register(views);
  serveSockets(app);
};
