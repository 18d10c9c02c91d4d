import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Fact } from '../../protocol/conversation.ts';

/** What is read from the facts a moment after they were written. */
export interface BehindCommits {
  /** For the log: "… not read this time". */
  readonly what: string;
  /** Whether facts that were committed are to be read; without it all are. */
  concerns?(facts: readonly Fact[]): boolean;
  /**
   * Reads these conversations in their order, and stops after some `atOnce` facts, so that nobody waits for it long.
   * @returns those that are still to be read; all of them where somebody else is at it
   */
  read(ids: readonly string[], atOnce: number): Promise<readonly string[]>;
  /** Conversations behind this one, in the order of their ids, of which something is unread; null behind the last. */
  unread(after: string | null, limit: number): Promise<{ ids: string[]; last: string } | null>;
  /** Conversations that are to be read anew as time has passed. */
  due?(limit: number): Promise<string[]>;
}

/** What is said within this time is read together. */
const gatherMs = 500;
/** Conversations read at once, at most. */
const batchSize = 100;
/** Facts read at once, of however many conversations: some milliseconds of the thread that also serves messages. */
const factsAtOnce = 200;
/** While others read, or there is much to read. */
const pauseMs = 100;
/**
 * Behind each batch comes a pause, so that all reading together has half of the time in which this process has nothing else
 * to do, and never less than this share: under a full load the messages go first, and the figures come late.
 */
const leastShare = 0.02;
const shareAt = (utilization: number) => Math.max(leastShare, (1 - utilization) / 2);
/** After a failure it is tried again. */
const againMs = 5_000;
/** More are not kept in mind; the round finds them. */
const mostInMind = 50_000;
/** Conversations looked at together on the round, which goes through all of them once in this time. */
const roundSize = 1_000;
const roundEveryMs = 15 * 60_000;
const dueEveryMs = 30_000;

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Keeps what is derived from the facts: not within the commit, which must not wait for it, but a moment behind it.
     * What is lost in between (a process that dies, a database that is away) and what was there before is found on a
     * round through all conversations, at the start and every quarter of an hour.
     * @returns whether the first round is over: before it, what is derived may lack the past
     */
    keepBehindCommits(derived: BehindCommits): { readonly isComplete: () => boolean };
  }
}

export default fp(
  async (app) => {
    let busySince = performance.eventLoopUtilization();
    let lastTurn: Promise<unknown> = Promise.resolve();

    /** Readers take turns: three of them at once would take three shares. */
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const own = lastTurn.then(work, work);
      lastTurn = own;
      return own;
    };
    /** Which share of its time this process may read, by how busy it was since the last time. */
    const shareNow = () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, busySince);
      busySince = now;
      return shareAt(utilization);
    };
    // All at once, and before anybody waits for one of them: whose turn it is rests, and would hold up the others' end.
    const closing = new AbortController();
    app.addHook('preClose', async () => closing.abort());
    app.decorate('keepBehindCommits', (derived) =>
      keepBehind(app, derived, { inTurn, shareNow, closing: closing.signal }),
    );
  },
  { name: 'behind-commits', dependencies: ['bus'] },
);

interface Turns {
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  shareNow(): number;
  readonly closing: AbortSignal;
}

function keepBehind(
  app: FastifyInstance,
  { what, concerns, read, unread, due }: BehindCommits,
  { inTurn, shareNow, closing }: Turns,
) {
  const { bus, log } = app;
  const waiting = new Set<string>();
  let isComplete = false;
  let wake = () => {};

  /** Ends early with a stop. Leaves no listener behind: there are several a second, for as long as the process lives. */
  const sleep = (ms: number) =>
    setTimeout(ms, undefined, { signal: closing, ref: false }).catch(() => undefined);
  const isClosing = () => closing.aborted;

  /** Those that have waited longest. */
  const takeSome = (): string[] => {
    const ids: string[] = [];
    for (const id of waiting) {
      if (ids.length === batchSize) break;
      ids.push(id);
      waiting.delete(id);
    }
    return ids;
  };

  /** Reads and rests; what could not be read waits on. */
  const readAndRest = async (ids: readonly string[]) => {
    const left = await inTurn(async () => {
      if (isClosing()) return ids;
      const begunAt = performance.now();
      const unreadOnes = await read(ids, factsAtOnce).catch((error: unknown) => {
        log.warn({ err: error }, `${what} not read this time; tried again`);
        return null;
      });
      const tookMs = performance.now() - begunAt;
      if (unreadOnes !== null) await sleep(tookMs / shareNow() - tookMs);
      return unreadOnes;
    });
    for (const id of left ?? ids) waiting.add(id);
    if (left === null) await sleep(againMs);
    else if (left.length === ids.length) await sleep(pauseMs);
  };

  const readWaiting = async () => {
    while (!isClosing()) {
      if (waiting.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        await sleep(gatherMs);
        continue;
      }
      await readAndRest(takeSome());
    }
  };

  const take = (ids: readonly string[]) => {
    for (const id of ids) if (waiting.size < mostInMind) waiting.add(id);
    wake();
  };

  const goRound = async () => {
    let last: string | null = null;
    while (!isClosing()) {
      // Who writes now is read first.
      if (waiting.size >= batchSize) {
        await sleep(pauseMs);
        continue;
      }
      const found: Awaited<ReturnType<typeof unread>> | undefined = await unread(last, roundSize).catch(
        (error: unknown) => {
          log.warn({ err: error }, `conversations not looked through for ${what} this time; tried again`);
          return undefined;
        },
      );
      if (found === undefined) {
        await sleep(againMs);
        continue;
      }
      if (found !== null) take(found.ids);
      else isComplete ||= waiting.size === 0;
      last = found?.last ?? null;
      const isOver = found === null && isComplete;
      await sleep(isOver ? roundEveryMs : pauseMs);
    }
  };

  const readDue = async () => {
    while (due !== undefined && !isClosing()) {
      await due(roundSize).then(take, (error: unknown) => {
        log.warn({ err: error }, `what has changed with time not found for ${what}; tried again`);
      });
      await sleep(dueEveryMs);
    }
  };

  bus.on('committed', ({ conversation: { id }, facts }) => {
    if (concerns?.(facts) ?? true) take([id]);
  });
  closing.addEventListener('abort', () => wake());
  let working: Promise<unknown> = Promise.resolve();
  app.addHook('onReady', async () => {
    working = Promise.all([readWaiting(), goRound(), readDue()]);
  });
  app.addHook('onClose', async () => {
    await working;
  });
  return { isComplete: () => isComplete };
}
