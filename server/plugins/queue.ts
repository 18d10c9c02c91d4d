import fp from 'fastify-plugin';
import type { QueuePlace, WaitRange } from '../../protocol/handoff.ts';
import { waitRangeOf } from '../domain/wait-range.ts';
import { isOurFault } from './errors.ts';
import { rooms } from './realtime.ts';

declare module 'fastify' {
  interface FastifyInstance {
    queue: {
      /** Tells everyone who waits at this site where they stand, if that has changed; many calls at once become one. */
      tell(siteId: string): void;
      /** Tells one who has come back, whatever was told before. */
      tellAgain(siteId: string, conversationId: string): void;
    };
  }
}

/** Changes within this time are told together. */
const gatherMs = 100;
/** In a long queue every change moves everybody: at most this many customers of a site are told a millisecond. */
const toldPerMs = 2;
/**
 * Each process tells its own sockets, and looks again this often: for what happened on other processes, and for
 * agents whose process died without a word.
 */
const lookAgainMs = 5_000;
/** Facts that one look writes for a site at most; the others with the next looks. */
const writtenAtOnce = 200;
/** How long a site's usual wait holds before it is worked out anew. */
const waitsKeptMs = 30_000;
/** Facts after which places are others. */
const moves = new Set([
  'handoff.requested',
  'handoff.cancelled',
  'handoff.accepted',
  'handoff.transferred',
  'conversation.resolved',
]);

/** Keeps waiting customers informed of their place, and of whether anyone is there at all. */
export default fp(
  async (app) => {
    const { store, realtime, bus, engine, log } = app;
    const pending = new Map<string, NodeJS.Timeout>();
    /** What was told last to the sockets of this process, by site and conversation. */
    const told = new Map<string, Map<string, string>>();

    const tellNow = async (siteId: string) => {
      const [waiting, isAnyoneOnline, wait] = await Promise.all([
        store.conversations.queue(siteId),
        store.agents.isAnyoneOnline(siteId, Date.now()),
        usualWait(siteId),
      ]);
      const before = told.get(siteId);
      const now = new Map(waiting.map(({ id }, ahead) => [id, `${ahead + 1} ${isAnyoneOnline}`]));
      if (now.size > 0) told.set(siteId, now);
      else told.delete(siteId);
      const untold: QueuePlace[] = [];
      for (const [ahead, { id: conversationId, toldOnline }] of waiting.entries()) {
        const place = { conversationId, place: ahead + 1, isAnyoneOnline, wait };
        if (toldOnline !== isAnyoneOnline && untold.length < writtenAtOnce) untold.push(place);
        if (before?.get(conversationId) === now.get(conversationId)) continue;
        realtime.customers.local.to(rooms.conversation(conversationId)).emit('queue:place', place);
      }
      await Promise.all(untold.map(write));
    };

    /**
     * Never silent: whoever has asked finds in the conversation itself where they stand, and whether anybody is there,
     * however they come back to it. Written when it is first known and when it changes; places alone come live.
     */
    const write = async ({ conversationId, ...place }: QueuePlace) => {
      try {
        await engine.forServer(conversationId, { name: 'queue:tell', ...place });
      } catch (error) {
        // Taken, cancelled, or told by another process meanwhile: all as it should be.
        if (isOurFault(error))
          log.warn({ err: error, conversationId }, 'not told yet; told at the next look');
      }
    };

    const waits = new Map<string, { readonly until: number; readonly range: Promise<WaitRange | null> }>();
    const usualWait = (siteId: string): Promise<WaitRange | null> => {
      const kept = waits.get(siteId);
      if (kept !== undefined && kept.until > Date.now()) return kept.range;
      const range = store.queueHistory.recentWaits(siteId).then(waitRangeOf);
      waits.set(siteId, { until: Date.now() + waitsKeptMs, range });
      range.catch(() => waits.delete(siteId));
      return range;
    };

    const tell = (siteId: string) => {
      if (pending.has(siteId)) return;
      const timer = setTimeout(
        () => {
          pending.delete(siteId);
          tellNow(siteId).catch((error) =>
            log.warn({ err: error }, 'places not told; told at the next change'),
          );
        },
        gatherMs + (told.get(siteId)?.size ?? 0) / toldPerMs,
      );
      pending.set(siteId, timer);
    };
    const tellAgain = (siteId: string, conversationId: string) => {
      told.get(siteId)?.delete(conversationId);
      tell(siteId);
    };
    app.decorate('queue', { tell, tellAgain });

    bus.on('committed', ({ conversation, facts }) => {
      if (facts.some((fact) => moves.has(fact.type))) tell(conversation.siteId);
    });
    bus.on('presence', ({ siteIds }) => siteIds.forEach(tell));
    const lookAgain = setInterval(() => {
      store.conversations.sitesWithQueue().then(
        (siteIds) => siteIds.forEach(tell),
        (error) => log.warn({ err: error }, 'queues not looked at this time'),
      );
    }, lookAgainMs);
    app.addHook('onClose', async () => {
      clearInterval(lookAgain);
      for (const timer of pending.values()) clearTimeout(timer);
    });
  },
  { name: 'queue', dependencies: ['store', 'realtime', 'bus', 'engine'] },
);
