import type { FastifyInstance } from 'fastify';
import { nextStep, stepAt } from '../../domain/notify-plan.ts';
import { consoleUrl } from '../../notify/console-url.ts';
import { type Channels, deliver } from '../../notify/deliver.ts';
import type { WaitingNotice } from '../../notify/message.ts';
import { jobIdOf, type PlannedJob } from '../../plugins/jobs.ts';
import type { Site } from '../../store/sites.ts';

/** One step for one wait. Another wait of the same conversation begins at another time. */
interface Step {
  readonly conversationId: string;
  readonly siteId: string;
  readonly since: number;
  readonly number: number;
}

const kind = 'handoff-notice';
/** Tries of a step beyond the first: about a minute in all. The next step does not wait for them. */
const retries = 3;
/** Who waits without a plan is looked for this often: their server died right after they had asked. */
const sweepEveryMs = 60_000;
/** A step that is this late has been lost: jobs are not part of a backup. */
const lostAfterMs = 2 * 60_000;

/**
 * Each wait is one chain of jobs: a step plans the next one, and then sends. Nothing has to be called off: a step
 * whose customer no longer waits does nothing, and plans nothing.
 * Asking for a person does not wait for any of this (D8): it is planned after COMMIT, and what got lost in between is
 * found by the sweep.
 */
export async function announceWaiting(
  app: FastifyInstance,
  channels: Channels,
  publicUrl: string | null,
): Promise<void> {
  const { store, sites, jobs, bus, metrics, log } = app;

  /** Plans the first step worth taking, from this number on. Twice is once: the job's id comes from the step. */
  const plan = async (step: Step): Promise<void> => {
    const { conversationId, since } = step;
    const site = await sites.byId(step.siteId);
    if (site === null) return;
    const next = nextStep(site.notify, since, step.number, Date.now());
    if (next !== null) await jobs.plan(kind, [jobOf({ ...step, number: next.number }, next.dueAt)]);
    // Behind the job: a process that dies in between leaves a wait that the sweep finds.
    await store.notifications.keepStep(
      conversationId,
      since,
      next?.number ?? step.number,
      next?.dueAt ?? null,
    );
  };

  /** The customer, if it is still the same wait. */
  const stillWaiting = async ({ conversationId, since }: Step) => {
    const [conversation] = await store.conversations.byIds([conversationId]);
    const { state, summary } = conversation ?? {};
    return state?.status === 'waiting' && state.begunAt === since ? (summary ?? null) : null;
  };

  const noticeOf = (step: Step, site: Site, topic: string, place: number, attempt: number): WaitingNotice => {
    const { conversationId, since } = step;
    const { key, title } = site;
    return {
      id: idOf(step),
      attempt,
      conversationId,
      site: { key, title },
      topic: site.notify.showsTopic && topic !== '' ? topic : null,
      since,
      waitedMs: Date.now() - since,
      place,
      url: consoleUrl(app.server, publicUrl, conversationId),
      isTest: false,
    };
  };

  await jobs.work<Step>(kind, retries, async ({ data: step, attempt, isLast, signal }) => {
    const [summary, site] = await Promise.all([stillWaiting(step), sites.byId(step.siteId)]);
    const due = site === null ? null : stepAt(site.notify, step.since, step.number);
    if (summary === null || site === null || due === null) return;
    await plan({ ...step, number: step.number + 1 });
    const { channel } = due.step;
    const { conversationId } = step;
    const place = await store.conversations.place(conversationId);
    if (place === null) return;
    const notice = noticeOf(step, site, summary.topic, place, attempt);
    try {
      const { result, count } = await deliver(channels, site.id, due.step, notice, signal);
      metrics.notifications.inc({ channel, result });
      log.info({ conversationId, channel, result, count, waitedMs: notice.waitedMs }, 'handoff notified');
    } catch (error) {
      metrics.notifications.inc({ channel, result: isLast ? 'failed' : 'retried' });
      throw error;
    }
  });

  bus.on('committed', ({ conversation, before, state }) => {
    if (state.status !== 'waiting') return;
    if (before.status === 'waiting' && before.begunAt === state.begunAt) return;
    const { id: conversationId, siteId } = conversation;
    plan({ conversationId, siteId, since: state.begunAt, number: 0 }).catch((error) =>
      log.warn({ err: error, conversationId }, 'notification not planned; the next sweep does it'),
    );
  });

  const sweep = async () => {
    for (const { step: number, ...lost } of await store.notifications.unattended(Date.now() - lostAfterMs)) {
      await plan({ ...lost, number });
    }
  };
  const sweepNow = () => {
    sweep().catch((error) => log.warn({ err: error }, 'waiting customers not looked through this time'));
  };
  const timer = setInterval(sweepNow, sweepEveryMs);
  app.addHook('onClose', async () => clearInterval(timer));
  // Links need the port, which is known only then.
  app.addHook('onListen', async () => sweepNow());
}

const jobOf = (step: Step, dueAt: number): PlannedJob<Step> => ({ id: idOf(step), data: step, dueAt });

/** The same step has the same id on every node. */
const idOf = ({ conversationId, since, number }: Step) => jobIdOf(conversationId, since, number);
