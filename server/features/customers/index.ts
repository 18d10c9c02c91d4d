import type { FastifyPluginAsync } from 'fastify';
import { routes } from './routes.ts';
import { serveSockets } from './socket.ts';

/** What customers can do: their session, their conversations, their commands. Over HTTP and over the socket. */
export const customers: FastifyPluginAsync = async (app) => {
  await app.register(routes);
  serveSockets(app);
};
