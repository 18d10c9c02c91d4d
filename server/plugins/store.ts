import fp from 'fastify-plugin';
import type { Store } from '../store/store.ts';

declare module 'fastify' {
  interface FastifyInstance {
    store: Store;
  }
}

/** Hands the opened store to everything below it. Whoever opened it closes it. */
export default fp<{ store: Store }>(
  async (app, { store }) => {
    app.decorate('store', store);
  },
  { name: 'store' },
);
