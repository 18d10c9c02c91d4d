import type { FastifyPluginAsync } from 'fastify';
import type { BotTurn, Hint } from '../../../protocol/bot.ts';
import type { FactOf } from '../../../protocol/conversation.ts';
import type { AppliedGuidance } from '../../../protocol/guidance.ts';
import type { BotError } from '../../bots/bot-error.ts';
import type { BreakerSettings, BreakerState, Verdict } from '../../bots/breaker.ts';
import { collectReply } from '../../bots/collect.ts';
import type { Limits } from '../../bots/limits.ts';
import type { Outbound } from '../../bots/outbound.ts';
import type { AnswerEnd } from '../../domain/command.ts';
import { createPromiseReader } from '../../domain/policy/promises.ts';
import { isOurFault, RefusalError } from '../../plugins/errors.ts';
import { pageTurnLeaseMs, turnLeaseMs } from '../../plugins/partials.ts';
import type { Ownership } from '../../store/conversation-row.ts';
import type { Site } from '../../store/sites.ts';
import { createTeller, newsOf } from './news.ts';
import { createSiteBots, type SiteBotInUse } from './site-bots.ts';

/** How often turns whose process has died are looked for. */
const sweepEveryMs = 5_000;
/** Lines of history that a bot gets with a question. */
const historyLines = 40;

export interface AnswersSettings {
  /** The way out to bots. */
  readonly call: Outbound;
  /** Of bots whose site has none of its own. */
  readonly limits: Limits;
  readonly breaker: BreakerSettings;
}

/** What has been streamed before stays all the same. */
const nothingSaid = { outcome: 'failed', text: '', sources: [], handoff: null } as const;

/** Why a turn was aborted: `answered` by another way than the call (bots that answer through our API). */
type Stop = 'answered' | 'stopped';

/** A turn that runs in this process, or in a page that streams to it. */
interface Run {
  readonly turn: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** Null once it has found one: a promise is caught once a turn. */
  readPromise: ReturnType<typeof createPromiseReader> | null;
}

const circuitGauge: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/**
 * Lets the wrapped bot answer: every `answer.started` is asked, streamed and ended, whatever the bot does. A turn
 * that was stopped is aborted; a turn whose process died is ended as interrupted (D7). A bot that is down is left
 * alone for a while; its turns end at once then. Bots that want to know hear of handoffs.
 */
export const answers: FastifyPluginAsync<AnswersSettings> = async (app, { call, limits, breaker }) => {
  const { store, engine, bus, partials, metrics, log } = app;
  const running = new Map<string, Run>();
  const teller = createTeller(log);
  const siteBotOf = createSiteBots({
    call,
    session: store.botSessions,
    limits,
    breaker,
    onCircuit(site, state, isChange) {
      metrics.botCircuit.set({ site: site.key }, circuitGauge[state]);
      if (isChange)
        log[state === 'open' ? 'warn' : 'info']({ site: site.key, circuit: state }, 'circuit of the bot');
    },
  });

  const stop = (conversationId: string, turn: number, why: Stop) => {
    const run = running.get(conversationId);
    if (run?.turn !== turn) return;
    run.abort.abort(why);
    running.delete(conversationId);
    partials.end(conversationId, turn);
  };

  bus.on('committed', ({ conversation, facts, state }) => {
    for (const fact of facts) {
      if (fact.type === 'answer.ended') {
        stop(conversation.id, fact.turn, fact.outcome === 'stopped' ? 'stopped' : 'answered');
        partials.end(conversation.id, fact.turn);
      }
      if (fact.type === 'answer.started') start(conversation, fact, state.lastAgent !== null);
      const news = newsOf(conversation.id, fact, state);
      if (news !== null) teller.tell(news, () => botToTell(conversation.siteId));
    }
  });

  // What streams from bots and pages alike comes by here, gathered: a promise is caught while the answer goes on.
  bus.on('chunk', ({ conversationId, turn, text }) => {
    const run = running.get(conversationId);
    const promise = run?.turn === turn ? run.readPromise?.(text) : null;
    if (run === undefined || promise === null || promise === undefined) return;
    run.readPromise = null;
    engine
      .forServer(conversationId, { name: 'bot:promised', turn, quote: promise.quote })
      .catch((error: unknown) => {
        // Ended, or with people already: nothing is left to do. Else the end of the turn looks at all of its text again.
        if (!isOurFault(error)) return;
        log.warn({ err: error, conversationId, turn }, 'promise not caught while it streams');
      });
  });

  /** A bot that is down is not told either: it could not listen. */
  const botToTell = async (siteId: string) => {
    const site = await app.sites.byId(siteId);
    const used = site === null ? null : siteBotOf(site);
    return used?.breaker.state() === 'closed' ? used.bot : null;
  };

  const start = (conversation: Ownership, fact: FactOf<'answer.started'>, hadAgent: boolean) => {
    const abort = new AbortController();
    const done = answer(conversation, fact, hadAgent, abort.signal).catch((error) => {
      log.error({ err: error, conversationId: conversation.id }, 'turn broke on our side');
      // Without this the lease would be renewed for ever: an endless dot.
      stop(conversation.id, fact.turn, 'stopped');
      // What broke may have been one connection. If this fails as well, the lease ends the turn.
      return interrupt(conversation.id, fact.turn);
    });
    const readPromise = createPromiseReader();
    running.set(conversation.id, { turn: fact.turn, abort, done, readPromise });
  };

  const answer = async (
    conversation: Ownership,
    { turn, question, guidance }: FactOf<'answer.started'>,
    hadAgent: boolean,
    signal: AbortSignal,
  ) => {
    const { id } = conversation;
    const site = await store.sites.byId(conversation.siteId);
    if (site === null || signal.aborted) return;
    const onGone = () => stop(id, turn, 'stopped');
    const used = siteBotOf(site);
    if (used === null) {
      // The bot runs in the customer's browser: here only its text is kept, until it ends or falls silent.
      partials.start(id, turn, { ms: pageTurnLeaseMs, renewal: 'with_text', onGone });
      return;
    }
    partials.start(id, turn, { ms: turnLeaseMs, renewal: 'steady', onGone });
    const [asked, hint] = await Promise.all([
      turnFor(site, conversation, turn, question, hadAgent),
      guidance?.kind === 'hint' ? hintOf(guidance) : null,
    ]);
    const botTurn = hint === null ? asked : { ...asked, hint };
    const isAsked = await used.breaker.run(() => ask(used, botTurn, signal));
    if (!isAsked) await endTurn(id, { name: 'answer:end', turn, ...nothingSaid, failure: 'unreachable' });
    if (running.get(id)?.turn === turn) running.delete(id);
  };

  /** Asks the bot and ends the turn with what came. @returns what that says of the bot's health */
  const ask = async ({ bot, limits }: SiteBotInUse, turn: BotTurn, signal: AbortSignal): Promise<Verdict> => {
    const { conversation: id } = turn;
    const askedAt = Date.now();
    let hasSpoken = false;
    let isOutage = false;
    const onText = (offset: number, text: string) => {
      if (!hasSpoken) metrics.botFirstByte.observe((Date.now() - askedAt) / 1_000);
      hasSpoken = true;
      partials.append(id, turn.turn, offset, text);
    };
    const onFailure = (error: BotError) => {
      isOutage = error.isOutage;
      log.warn({ conversationId: id, turn: turn.turn, failure: error.failure, err: error }, 'bot failed');
    };
    const end = await collectReply(bot, turn, limits, signal, onText, onFailure);
    if (signal.aborted) return hasSpoken || signal.reason === 'answered' ? 'fine' : 'unclear';
    await endTurn(id, end);
    return isOutage ? 'outage' : 'fine';
  };

  const hintOf = async ({ id, version }: AppliedGuidance): Promise<Hint | null> => {
    const text = await store.liveGuidance.text(id, version);
    return text === null ? null : { guidance: id, version, text };
  };

  const turnFor = async (
    site: Site,
    conversation: Ownership,
    turn: number,
    question: number,
    hadAgent: boolean,
  ): Promise<BotTurn> => {
    const { conversations } = store;
    const [asked, history, summary, handback] = await Promise.all([
      conversations.fact(conversation.id, question),
      conversations.transcript(conversation.id, { limit: historyLines, beforeSeq: question }),
      conversations.summary(conversation.id),
      hadAgent ? conversations.lastHandback(conversation.id) : null,
    ]);
    return {
      version: 1,
      site: site.key,
      conversation: conversation.id,
      turn,
      text: asked?.type === 'message.sent' ? asked.text : '',
      history,
      customer: { id: conversation.customerId, ...summary?.context },
      ...(handback === null ? {} : { handback }),
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

  const sweep = async () => {
    const abandoned = await store.conversations.claimAbandonedTurns(Date.now(), turnLeaseMs);
    for (const { conversationId, turn } of abandoned) await interrupt(conversationId, turn);
  };
  /** One turn that cannot be ended now must not keep the others from it. */
  const interrupt = (conversationId: string, turn: number) =>
    endTurn(conversationId, { name: 'answer:end', turn, ...nothingSaid, failure: 'interrupted' }).catch(
      (error) => {
        log.error({ err: error, conversationId, turn }, 'turn not interrupted; tried again later');
      },
    );
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
      abort.abort('stopped');
    }
    await teller.close();
  });
};
