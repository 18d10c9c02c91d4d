import type { FastifyPluginAsync } from 'fastify';
import type { FactType } from '../../../protocol/conversation.ts';

/** What is said within this time is read together. */
const gatherMs = 500;
/** Conversations read at once. */
const batchSize = 200;
const pauseMs = 100;
/**
 * Behind each batch comes a pause so many times as long as it took: reading takes a tenth of the time at most, and under
 * a full load the messages go first. It catches up behind them, and the more has gathered the less each line costs.
 */
const restShare = 9;
/** After a failure it is tried again. */
const againMs = 5_000;
/** More are not kept in mind; the round finds them. */
const mostInMind = 50_000;
/** Conversations looked at together on the round, which goes through all of them once in this time. */
const roundSize = 1_000;
const roundEveryMs = 15 * 60_000;

/** What is searched, and what tells how a conversation stands and who has it. */
const readTypes: ReadonlySet<FactType> = new Set<FactType>([
  'message.sent',
  'answer.ended',
  'transcript.shared',
  'note.added',
  'conversation.started',
  'handoff.requested',
  'handoff.cancelled',
  'handoff.accepted',
  'handoff.transferred',
  'handoff.returned',
  'conversation.resolved',
  'conversation.reopened',
]);

/**
 * Reads what was said into the search index: not within the commit, which must not wait for it, but a moment behind it.
 * What is lost in between (a process that dies, a database that is away) and what was there before there was an index
 * is found on a round through all conversations, at the start and every quarter of an hour.
 */
export const keepIndex: FastifyPluginAsync = async (app) => {
  const { store, bus, log } = app;
  const unread = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let roundTimer: NodeJS.Timeout | null = null;
  let isClosing = false;
  let reading: Promise<void> = Promise.resolve();

  const plan = (inMs: number) => {
    if (!isClosing) timer ??= setTimeout(run, inMs);
  };
  const run = () => {
    const begunAt = performance.now();
    reading = readBatch()
      .then(() => Math.max(pauseMs, restShare * (performance.now() - begunAt)))
      .catch((error) => {
        log.warn({ err: error }, 'lines not read for the search this time; tried again');
        return againMs;
      })
      .then((restMs) => {
        timer = null;
        if (unread.size > 0) plan(restMs);
      });
  };
  const readBatch = async () => {
    const ids = [...unread].slice(0, batchSize);
    for (const id of ids) unread.delete(id);
    try {
      await store.search.read(ids);
    } catch (error) {
      for (const id of ids) unread.add(id);
      throw error;
    }
  };
  const remember = (id: string) => {
    if (unread.size < mostInMind) unread.add(id);
    plan(gatherMs);
  };
  bus.on('committed', ({ conversation: { id }, facts }) => {
    if (facts.some(({ type }) => readTypes.has(type))) remember(id);
  });

  let last: string | null = null;
  const goRound = async () => {
    const found = await store.search.unread(last, roundSize);
    last = found?.last ?? null;
    // A few at a time, each part behind the one before: who writes now is read first by `run`.
    const ids = found?.ids ?? [];
    for (let from = 0; from < ids.length && !isClosing; from += batchSize) {
      await store.search.read(ids.slice(from, from + batchSize));
    }
    return found === null ? roundEveryMs : pauseMs;
  };
  const round = (inMs: number) => {
    if (isClosing) return;
    roundTimer = setTimeout(() => {
      roundReading = goRound()
        .catch((error) => {
          log.warn({ err: error }, 'conversations not looked through for the search this time; tried again');
          return againMs;
        })
        .then(round);
    }, inMs);
  };
  let roundReading: Promise<void> = Promise.resolve();
  app.addHook('onReady', async () => round(0));
  app.addHook('onClose', async () => {
    isClosing = true;
    if (timer !== null) clearTimeout(timer);
    if (roundTimer !== null) clearTimeout(roundTimer);
    await Promise.all([reading, roundReading]);
  });
};
