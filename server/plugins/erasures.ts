import fp from 'fastify-plugin';
import type { Actor } from '../store/audit-log.ts';
import type { Erasure } from '../store/erasures.ts';
import { RefusalError } from './errors.ts';
import { rooms } from './realtime.ts';

declare module 'fastify' {
  interface FastifyInstance {
    erasures: {
      /**
       * Erases a customer with everything they said. @returns conversations that are gone
       * @throws RefusalError not_found, customer_has_changed where they have other conversations than were `expected`
       */
      erase(customerId: string, expected: number, by: Actor): Promise<number>;
    };
  }
}

/** Erasures by other processes, and by commands beside the server, are found so soon. */
const lookEveryMs = 5_000;
/** So long after it something may still be written by whoever had begun before: it is cleared away, too. */
const sweepsForMs = 90_000;

/** Erases customers, and tells whoever has them on the screen. Each process tells its own sockets. */
export default fp(
  async (app) => {
    const { store, realtime, queue, log } = app;
    const told = new Map<string, number>();

    const tell = ({ customerId, siteId, conversationIds, at }: Erasure) => {
      if (told.has(customerId)) return;
      told.set(customerId, at);
      // They come back as nobody in particular: their session is gone.
      realtime.customers.local.in(rooms.customer(customerId)).disconnectSockets();
      realtime.desk.local.to(rooms.site(siteId)).emit('erased', { conversationIds: [...conversationIds] });
      queue.tell(siteId);
    };
    const look = async () => {
      const since = Date.now() - sweepsForMs;
      for (const [customerId, at] of told) if (at < since) told.delete(customerId);
      for (const erasure of await store.erasures.since(since)) {
        tell(erasure);
        await store.erasures.sweep(erasure.conversationIds);
      }
    };
    const timer = setInterval(() => {
      look().catch((error) => log.debug({ err: error }, 'erasures not looked for this time'));
    }, lookEveryMs);
    app.addHook('onClose', async () => clearInterval(timer));

    app.decorate('erasures', {
      async erase(customerId, expected, by) {
        const erasure = await store.erasures.erase(customerId, expected, {
          at: Date.now(),
          by,
          action: 'customer.erased',
        });
        if (erasure === null) throw new RefusalError('not_found');
        if (erasure === 'changed') throw new RefusalError('customer_has_changed');
        tell(erasure);
        return erasure.conversationIds.length;
      },
    });
  },
  { name: 'erasures', dependencies: ['store', 'realtime', 'queue'] },
);
