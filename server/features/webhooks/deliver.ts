import type { FastifyInstance } from 'fastify';
import type { Fact } from '../../../protocol/conversation.ts';
import type { Outbound } from '../../bots/outbound.ts';
import { visibleTo } from '../../domain/audience.ts';
import { isToPause, nextTryAt, type WebhookPlan } from '../../domain/webhook-plan.ts';
import type { StoredConversation } from '../../store/conversation-row.ts';
import type { Site } from '../../store/sites.ts';
import type { Claim } from '../../store/webhook-cursors.ts';
import type { StoredWebhook } from '../../store/webhooks.ts';
import type { RunResult } from './lanes.ts';
import { type Sent, send } from './send.ts';

export interface DeliverySettings {
  readonly call: Outbound;
  readonly timeoutMs: number;
  readonly plan: WebhookPlan;
}

/** Sent in one go; then others have their turn. */
const mostInOneGo = 50;
/** The right to send outlives the slowest answer by this much: a slow database and clocks that differ. */
const leaseMarginMs = 30_000;

/** The stretch of facts that got through in a row: one line of the log. */
interface Stretch {
  readonly from: number;
  through: number;
  ms: number;
  status: number;
  readonly attempt: number;
}
interface GotThrough {
  stretch: Stretch | null;
}

/**
 * Sends one conversation to one webhook, in order, from where its cursor stands. The cursor moves behind each fact once
 * its receiver has answered 2xx, so a process that dies in between sends it again: at least once.
 *
 * Order on many nodes: only who holds the claim sends, one fact at a time, and moves the cursor by compare and set.
 * Who lost the claim (a process that stood still for longer than the lease) can at most finish the request that is under
 * way, a repetition, and finds the cursor moved.
 */
export function createDelivery(
  { store, sites, metrics, log }: FastifyInstance,
  { call, timeoutMs, plan }: DeliverySettings,
  planRetry: (claim: Claim, dueAt: number) => Promise<void>,
  onPaused: () => void,
) {
  const { webhooks, webhookCursors: cursors, webhookDeliveries: deliveries } = store;
  const leaseMs = timeoutMs + leaseMarginMs;

  /** What failed is kept; the webhook is paused if nobody is there any more. @returns what becomes of the run */
  const fail = async (
    claim: Claim,
    { from, attempt, at, through }: { from: number; attempt: number; at: number; through: number },
    sent: Extract<Sent, { isDelivered: false }>,
  ): Promise<RunResult> => {
    const { webhookId, conversationId } = claim;
    const now = Date.now();
    const { status, error, ms } = sent;
    const isGone = status === 410;
    const dueAt = isGone ? now : nextTryAt(plan, attempt, now);
    const result = dueAt === null ? 'failed' : 'retried';
    metrics.webhooks.inc({ result });
    log.info({ webhookId, conversationId, seq: at, attempt, result, status, error }, 'webhook not delivered');
    // A conversation that a receiver cannot take does not stop for ever: it goes on behind what is there by now.
    const throughSeq = dueAt === null ? through : at;
    const row = { webhookId, conversation: conversationId, fromSeq: at, throughSeq, at: now };
    await deliveries.add({ ...row, attempt, result, status, error, ms });
    const { failures, failingSince } = await webhooks.failedOnce(webhookId, now);
    const because = isGone ? 'gone' : isToPause(failures, failingSince, now) ? 'failing' : null;
    if (because !== null && (await webhooks.pause(webhookId, because, now))) {
      log.warn({ webhookId, because, status, error }, 'webhook paused');
      onPaused();
    }
    if (dueAt === null) {
      await cursors.advance(claim, from, through, now, leaseMs);
      return 'done';
    }
    await cursors.postpone(claim, isGone ? attempt - 1 : attempt, dueAt);
    if (because === null) await planRetry(claim, dueAt);
    return 'failed';
  };

  /** Sends what is there, in order, until one does not get through. @returns `done` also where more is left */
  const sendAll = async (claim: Claim, stop: AbortSignal, got: GotThrough): Promise<RunResult> => {
    const { webhookId, conversationId } = claim;
    const [webhook, [conversation], { facts }] = await Promise.all([
      webhooks.byId(webhookId),
      store.conversations.byIds([conversationId]),
      store.conversations.factsAfter(conversationId, claim.deliveredSeq),
    ]);
    const site = conversation === undefined ? null : await sites.byId(conversation.siteId);
    if (webhook === null || conversation === undefined || site === null) return 'done';
    const head = facts.at(-1)?.seq ?? claim.deliveredSeq;
    const all = wanted(webhook, facts);
    let { deliveredSeq: cursor, attempt: failedTries } = claim;
    for (const fact of all.slice(0, mostInOneGo)) {
      const attempt = failedTries + 1;
      const content = contentOf(webhook, site, conversation, fact, attempt);
      const sent = await send(call, webhook, content.id, content, timeoutMs, stop);
      if (!sent.isDelivered) {
        await keep(claim, got);
        return fail(claim, { from: cursor, attempt, at: fact.seq, through: head }, sent);
      }
      metrics.webhooks.inc({ result: 'delivered' });
      const now = Date.now();
      await webhooks.succeeded(webhookId, now);
      const { ms, status } = sent;
      got.stretch ??= { from: fact.seq, through: fact.seq, ms: 0, status, attempt };
      Object.assign(got.stretch, { through: fact.seq, ms: got.stretch.ms + ms, status });
      // Lost, or replayed meanwhile: whoever sends now begins at the cursor.
      if ((await cursors.advance(claim, cursor, fact.seq, now, leaseMs)) !== 'on') return 'done';
      cursor = fact.seq;
      failedTries = 0;
    }
    // What this webhook does not want is passed over.
    if (all.length <= mostInOneGo && head > cursor) {
      await cursors.advance(claim, cursor, head, Date.now(), leaseMs);
    }
    return 'done';
  };

  const keep = async ({ webhookId, conversationId }: Claim, got: GotThrough): Promise<void> => {
    if (got.stretch === null) return;
    const { from: fromSeq, through: throughSeq, ms, status, attempt } = got.stretch;
    got.stretch = null;
    const row = { webhookId, conversation: conversationId, fromSeq, throughSeq, at: Date.now() };
    await deliveries.add({ ...row, attempt, result: 'delivered', status, error: null, ms });
  };

  /** @throws when the database is away, or the server stops; what was not sent stays due */
  return async (webhookId: string, conversationId: string, stop: AbortSignal): Promise<RunResult> => {
    const claim = await cursors.claim(webhookId, conversationId, Date.now(), leaseMs);
    if (claim === null) return 'idle';
    const got: GotThrough = { stretch: null };
    let result: RunResult = 'done';
    let hasMore = false;
    try {
      result = await sendAll(claim, stop, got);
    } finally {
      await keep(claim, got);
      // One that failed has given the claim back: this changes nothing then.
      hasMore = await cursors.release(claim, Date.now());
    }
    return hasMore ? 'more' : result;
  };
}

/** The facts that leave the server for this webhook: never what is among agents, whatever it asks for. */
const wanted = ({ types }: StoredWebhook, facts: readonly Fact[]): Fact[] =>
  visibleTo('customer', facts).filter(({ type }) => types === null || types.includes(type));

/** The body of the request (docs/webhooks.md). */
const contentOf = (
  { id: webhook }: StoredWebhook,
  { key }: Site,
  { id, customerId }: StoredConversation,
  fact: Fact,
  attempt: number,
) => ({
  id: `${id}:${fact.seq}`,
  type: 'fact' as const,
  webhook,
  site: { key },
  conversation: { id, customer: customerId },
  fact,
  attempt,
});
