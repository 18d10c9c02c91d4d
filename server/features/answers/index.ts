import type { FastifyPluginAsync } from 'fastify';
import type { BotTurn } from '../../../protocol/bot.ts';
import type { FactOf } from '../../../protocol/conversation.ts';
import { collectReply, type Deadlines } from '../../bots/collect.ts';
import { createHttpBot } from '../../bots/http.ts';
import type { AnswerEnd } from '../../domain/command.ts';
import { isOurFault, RefusalError } from '../../plugins/errors.ts';
import { pageTurnLeaseMs, turnLeaseMs } from '../../plugins/partials.ts';
import type { Ownership } from '../../store/conversation-row.ts';
import type { Site } from '../../store/sites.ts';

/** How often turns whose process has died are looked for. */
const sweepEveryMs = 5_000;
/** Lines of history that a bot gets with a question. */
const historyLines = 40;

/**
 * Lets the wrapped bot answer: every `answer.started` is asked, streamed and ended, whatever the bot does. A turn
 * that was stopped is aborted; a turn whose process died is ended as interrupted (D7).
 */
export const answers: FastifyPluginAsync<Deadlines> = async (app, deadlines) => {
  const { store, engine, bus, partials, metrics, log } = app;
  const running = new Map<string, { turn: number; abort: AbortController; done: Promise<void> }>();

  const stop = (conversationId: string, turn: number) => {
    const run = running.get(conversationId);
    if (run?.turn !== turn) return;
    run.abort.abort();
    running.delete(conversationId);
    partials.end(conversationId, turn);
  };

  bus.on('committed', ({ conversation, facts }) => {
    for (const fact of facts) {
      if (fact.type === 'answer.ended') {
        stop(conversation.id, fact.turn);
        partials.end(conversation.id, fact.turn);
      }
      if (fact.type === 'answer.started') start(conversation, fact);
    }
  });

  const start = (conversation: Ownership, fact: FactOf<'answer.started'>) => {
    const abort = new AbortController();
    const done = answer(conversation, fact, abort.signal).catch((error) => {
      log.error({ err: error, conversationId: conversation.id }, 'turn not ended; its lease will end it');
      // Without this the lease would be renewed for ever: an endless dot.
      stop(conversation.id, fact.turn);
    });
    running.set(conversation.id, { turn: fact.turn, abort, done });
  };

  const answer = async (
    conversation: Ownership,
    { turn, question }: FactOf<'answer.started'>,
    signal: AbortSignal,
  ) => {
    const { id } = conversation;
    const site = await store.sites.byId(conversation.siteId);
    if (site === null || signal.aborted) return;
    const onGone = () => stop(id, turn);
    if (site.bot.kind === 'page') {
      // The bot runs in the customer's browser: here only its text is kept, until it ends or falls silent.
      partials.start(id, turn, { ms: pageTurnLeaseMs, renewal: 'with_text', onGone });
      return;
    }
    partials.start(id, turn, { ms: turnLeaseMs, renewal: 'steady', onGone });
    const askedAt = Date.now();
    const botTurn = await turnFor(site, conversation, turn, question);
    const end = await collectReply(createHttpBot(site.bot), botTurn, deadlines, signal, (offset, text) => {
      if (offset === 0) metrics.botFirstByte.observe((Date.now() - askedAt) / 1_000);
      partials.append(id, turn, offset, text);
    });
    if (signal.aborted) return;
    if (end.failure !== null) log.warn({ conversationId: id, turn, failure: end.failure }, 'bot failed');
    await endTurn(id, end);
    if (running.get(id)?.turn === turn) running.delete(id);
  };

  const turnFor = async (
    site: Site,
    conversation: Ownership,
    turn: number,
    question: number,
  ): Promise<BotTurn> => {
    const { conversations } = store;
    const [asked, history, summary] = await Promise.all([
      conversations.fact(conversation.id, question),
      conversations.transcript(conversation.id, { limit: historyLines, beforeSeq: question }),
      conversations.summary(conversation.id),
    ]);
    return {
      version: 1,
      site: site.key,
      conversation: conversation.id,
      turn,
      text: asked?.type === 'message.sent' ? asked.text : '',
      history,
      customer: { id: conversation.customerId, ...summary?.context },
    };
  };

  /** Ends a turn; that it has ended otherwise meanwhile is no fault. */
  const endTurn = async (conversationId: string, end: AnswerEnd) => {
    try {
      await engine.forServer(conversationId, end);
    } catch (error) {
      if (isOurFault(error)) throw error;
      if (error instanceof RefusalError && error.code !== 'stale_turn') throw error;
    } finally {
      partials.end(conversationId, end.turn);
    }
  };

  const interrupted = {
    outcome: 'failed',
    text: '',
    sources: [],
    failure: 'interrupted',
    handoff: null,
  } as const;
  const sweep = async () => {
    const abandoned = await store.conversations.claimAbandonedTurns(Date.now(), turnLeaseMs);
    for (const { conversationId, turn } of abandoned) await interrupt(conversationId, turn);
  };
  /** One turn that cannot be ended now must not keep the others from it. */
  const interrupt = (conversationId: string, turn: number) =>
    endTurn(conversationId, { name: 'answer:end', turn, ...interrupted }).catch((error) => {
      log.error({ err: error, conversationId, turn }, 'turn not interrupted; tried again later');
    });
  const sweepSafely = () =>
    sweep().catch((error) => log.warn({ err: error }, 'abandoned turns not ended this time'));
  const sweeper = setInterval(sweepSafely, sweepEveryMs);
  app.addHook('onReady', sweepSafely);

  // D9: turns under way get a moment to finish; what is left is ended as interrupted, with retry and a person offered.
  app.addHook('preClose', async () => {
    clearInterval(sweeper);
    const grace = new Promise<void>((resolve) => setTimeout(resolve, 5_000).unref());
    await Promise.race([Promise.all([...running.values()].map((run) => run.done)), grace]);
    for (const [conversationId, { turn, abort }] of running) {
      await interrupt(conversationId, turn);
      abort.abort();
    }
  });
};
