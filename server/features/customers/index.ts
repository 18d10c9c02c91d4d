import type { FastifyPluginAsync } from 'fastify';
import { endLinksOfCorrectedAddresses } from './corrected-address.ts';
import { routes } from './routes.ts';
import { serveSockets } from './socket.ts';

export interface CustomersOptions {
  /** Whether answers can be sent by e-mail: nothing else is promised. */
  readonly hasEmail: boolean;
}

/** What customers can do: their session, their conversations, their commands. Over HTTP and over the socket. */
export const customers: FastifyPluginAsync<CustomersOptions> = async (app, options) => {
  await app.register(routes, options);
  serveSockets(app);
  endLinksOfCorrectedAddresses(app);
};
