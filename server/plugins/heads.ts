import fp from 'fastify-plugin';
import { rooms } from './realtime.ts';

/** Loss in one direction does not close a socket: a client that is behind sees it by this (D5). */
const headEveryMs = 30_000;
/** Conversations asked for at once: one question for many sockets, and a pause in between for other work. */
const batch = 500;
const roomPrefix = rooms.conversation('');

/** Tells every socket of this process how far its conversations have come. */
export default fp(
  async (app) => {
    const { store, realtime, bus, log } = app;

    const tell = async () => {
      const { customers, desk } = realtime;
      const open = [...customers.adapter.rooms.keys(), ...desk.adapter.rooms.keys()]
        .filter((room) => room.startsWith(roomPrefix))
        .map((room) => room.slice(roomPrefix.length));
      const ids = [...new Set(open)];
      for (let from = 0; from < ids.length; from += batch) {
        for (const head of await store.conversations.heads(ids.slice(from, from + batch))) {
          const room = rooms.conversation(head.conversationId);
          customers.local.to(room).emit('head', head);
          desk.local.to(room).emit('head', head);
        }
      }
    };
    let isTelling = false;
    let isWanted = false;
    /** One round at a time: with many conversations and a slow database they would pile up. */
    const tellOnceMore = async () => {
      isWanted = true;
      if (isTelling) return;
      isTelling = true;
      while (isWanted) {
        isWanted = false;
        await tell().catch((error) => log.debug({ err: error }, 'no heads this time'));
      }
      isTelling = false;
    };
    const timer = setInterval(tellOnceMore, headEveryMs);
    bus.on('missed', tellOnceMore);
    app.addHook('onClose', async () => clearInterval(timer));
  },
  { name: 'heads', dependencies: ['store', 'realtime', 'bus'] },
);
