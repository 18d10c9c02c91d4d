import { setImmediate } from 'node:timers/promises';
import fp from 'fastify-plugin';
import type { QueuePlace, WaitRange } from '../../protocol/handoff.ts';
import type { Seat } from '../domain/routing.ts';
import { createWaitRanges, expectedWaitMs, type WaitRanges } from '../domain/wait-estimate.ts';
import { inMinutes, waitRangeOf } from '../domain/wait-range.ts';
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
/** So many are told in one go; in between others have their turn: 10,000 at once would hold them up for 100 ms. */
const toldAtOnce = 250;
/**
 * Each process tells its own sockets, and looks again this often: for what happened on other processes, and for
 * agents whose process died without a word.
 */
const lookAgainMs = 5_000;
/** Facts that one look writes for a site at most; the others with the next looks. */
const writtenAtOnce = 200;
/** How long a site's usual wait holds before it is worked out anew. */
const waitsKeptMs = 30_000;
/** What the last waits of a site say about the next one. */
interface Past {
  readonly usual: WaitRange | null;
  readonly pace: { readonly responseMs: number; readonly handlingMs: number } | null;
  readonly rangeOf: WaitRanges;
}
type Telling = QueuePlace & { readonly expectedMs?: number };

/** The range for a place; while too few estimates have been compared with what came, what is usual at this site. */
function createEstimate({ usual, pace, rangeOf }: Past, seats: readonly Seat[], offered: number) {
  const capacity = seats.reduce((sum, seat) => sum + seat.capacity, 0);
  // Who is being asked about has a seat kept for them, and a place in the queue as well.
  const free = offered + seats.reduce((sum, seat) => sum + Math.max(0, seat.capacity - seat.load), 0);
  return (place: number): { wait: WaitRange | null; expectedMs?: number } => {
    if (pace === null) return { wait: usual };
    const expectedMs = Math.round(expectedWaitMs({ place, free, capacity, ...pace }));
    const range = rangeOf(expectedMs);
    return { wait: range === null ? usual : inMinutes(range), expectedMs };
  };
}

/** Facts after which places are others. */
const moves = new Set([
  'handoff.requested',
  'handoff.cancelled',
  'handoff.raised',
  'handoff.accepted',
  'handoff.transferred',
  'conversation.resolved',
]);

/** Keeps waiting customers informed of their place, and of whether anyone is there at all. */
export default fp(
  async (app) => {
    const { store, realtime, bus, engine, log } = app;
    const pending = new Map<string, NodeJS.Timeout>();
    /** Sites that are being told: an older place behind a newer one would stay on the screen. */
    const telling = new Set<string>();
    /** What was told last to the sockets of this process, by site and conversation. */
    const told = new Map<string, Map<string, string>>();

    const tellNow = async (siteId: string) => {
      const [waiting, isAnyoneOnline, past, seats] = await Promise.all([
        store.conversations.queue(siteId, Date.now()),
        store.agents.isAnyoneOnline(siteId, Date.now()),
        pastOf(siteId),
        store.routing.seats(siteId, Date.now()),
      ]);
      const before = told.get(siteId);
      const now = new Map(waiting.map(({ id }, ahead) => [id, `${ahead + 1} ${isAnyoneOnline}`]));
      if (now.size > 0) told.set(siteId, now);
      else told.delete(siteId);
      const estimate = createEstimate(past, seats, waiting.filter(({ isOffered }) => isOffered).length);
      const untold: Telling[] = [];
      const changed: Telling[] = [];
      for (const [ahead, { id: conversationId, toldOnline }] of waiting.entries()) {
        if (ahead % toldAtOnce === toldAtOnce - 1) await setImmediate();
        const isUntold = toldOnline !== isAnyoneOnline;
        const hasMoved = before?.get(conversationId) !== now.get(conversationId);
        if (!isUntold && !hasMoved) continue;
        const { wait, ...expected } = estimate(ahead + 1);
        const place = { conversationId, place: ahead + 1, isAnyoneOnline, wait };
        // Who has been told nothing yet comes before those for whom only something has changed.
        if (isUntold) (toldOnline === null ? untold : changed).push({ ...place, ...expected });
        if (hasMoved)
          realtime.customers.local.to(rooms.conversation(conversationId)).emit('queue:place', place);
      }
      await Promise.all([...untold, ...changed].slice(0, writtenAtOnce).map(write));
    };

    /**
     * Never silent: whoever has asked finds in the conversation itself where they stand, and whether anybody is there,
     * however they come back to it. Written when it is first known and when it changes; places alone come live.
     */
    const write = async ({ conversationId, ...place }: Telling) => {
      try {
        await engine.forServer(conversationId, { name: 'queue:tell', ...place });
      } catch (error) {
        // Taken, cancelled, or told by another process meanwhile: all as it should be.
        if (isOurFault(error))
          log.warn({ err: error, conversationId }, 'not told yet; told at the next look');
      }
    };

    const kept = new Map<string, { readonly until: number; readonly past: Promise<Past> }>();
    const pastOf = (siteId: string): Promise<Past> => {
      const known = kept.get(siteId);
      if (known !== undefined && known.until > Date.now()) return known.past;
      const { recentWaits, pace, pastWaits } = store.queueHistory;
      const past = Promise.all([recentWaits(siteId).then(waitRangeOf), pace(siteId), pastWaits(siteId)]).then(
        ([usual, pace, waits]) => ({ usual, pace, rangeOf: createWaitRanges(waits) }),
      );
      kept.set(siteId, { until: Date.now() + waitsKeptMs, past });
      past.catch(() => kept.delete(siteId));
      return past;
    };

    const tell = (siteId: string) => {
      if (pending.has(siteId)) return;
      const timer = setTimeout(
        () => {
          pending.delete(siteId);
          if (telling.has(siteId)) return void tell(siteId);
          telling.add(siteId);
          tellNow(siteId)
            .catch((error) => log.warn({ err: error }, 'places not told; told at the next change'))
            .finally(() => telling.delete(siteId));
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
