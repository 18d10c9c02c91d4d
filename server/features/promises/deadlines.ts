import type { FastifyInstance } from 'fastify';
import { defaultPromiseRules, ledgerOf, type OpenPromise, remindAt } from '../../domain/promises.ts';
import { consoleUrl } from '../../notify/console-url.ts';
import { type Channels, deliver, pushTo } from '../../notify/deliver.ts';
import type { PromiseNotice } from '../../notify/promise-notice.ts';
import { isOurFault, RefusalError } from '../../plugins/errors.ts';
import { type Job, jobIdOf } from '../../plugins/jobs.ts';
import { rooms } from '../../plugins/realtime.ts';
import type { LedgerRow } from '../../store/promises.ts';
import type { Site } from '../../store/sites.ts';

/** Which promise a job is about. */
type About = Pick<LedgerRow, 'conversationId' | 'promise'>;
type Deadline = About & Pick<LedgerRow, 'siteId' | 'kind' | 'madeAt' | 'dueAt'>;

const kinds = { remind: 'promise-reminder', due: 'promise-due', escalate: 'promise-escalation' } as const;
const retries = 5;
/** The ledger is looked through this often, for what comes due until well after the next look. */
const sweepEveryMs = 30_000;
const aheadMs = 90_000;
/** What is overdue although it was planned is planned anew once in this time: its job has failed for good. */
const againMs = 5 * 60_000;
/** Who was told of nothing for so long is not told any more. */
const newsForMs = 24 * 60 * 60_000;

/**
 * The clock of the ledger. Jobs are planned a minute or so ahead, by whichever process looks, and from the ledger alone:
 * a process that dies behind a commit, and a restored backup that has no jobs, lose nothing.
 *
 *   made -> reminder, to its owner -> deadline: promise.missed, which is decided under the conversation's lock
 *                                     -> escalation, to all agents of the site
 *
 * What is done twice does no harm: `decide` ends a promise once, and who was told is kept in the ledger.
 */
export async function keepDeadlines(
  app: FastifyInstance,
  channels: Channels,
  publicUrl: string | null,
): Promise<void> {
  const { store, sites, jobs, bus, engine, realtime, metrics, log } = app;

  const jobOf = (kind: keyof typeof kinds, dueAt: number, { conversationId, promise }: About) => {
    // One job until well behind its time, then another: the first has failed for good, or was lost.
    const round = Math.max(0, Math.floor((Date.now() - dueAt) / againMs));
    const id = jobIdOf(kinds[kind], conversationId, promise, round);
    return { id, data: { conversationId, promise }, dueAt };
  };
  /** Plans what comes before `until`, and at once what agents have not been told of. */
  const plan = async (
    until: number,
    { open, unreminded, missed }: Record<'open' | 'unreminded' | 'missed', readonly Deadline[]>,
  ) => {
    const isSoon = (job: { dueAt: number }) => job.dueAt < until;
    const reminderAt = (one: Deadline) =>
      remindAt(one, sites.kept(one.siteId)?.promises ?? defaultPromiseRules);
    const isTold = ({ kind }: Deadline) => kind !== 'wait';
    const reminders = unreminded.filter(isTold).map((one) => jobOf('remind', reminderAt(one), one));
    // Late is what is behind the deadline, and not on it.
    await jobs.plan(kinds.due, open.map((one) => jobOf('due', one.dueAt + 1, one)).filter(isSoon));
    await jobs.plan(kinds.remind, reminders.filter(isSoon));
    await jobs.plan(
      kinds.escalate,
      missed.filter(isTold).map((one) => jobOf('escalate', one.dueAt, one)),
    );
  };

  await jobs.work<About>(kinds.due, retries, async ({ data: { conversationId, promise } }) => {
    try {
      await engine.forServer(conversationId, { name: 'promise:overdue', promise });
    } catch (error) {
      // Kept or taken back meanwhile, or told by another process: all as it should be.
      // Not due by this process's clock: tried again.
      if (isOurFault(error) || (error instanceof RefusalError && error.code === 'not_due')) throw error;
    }
  });

  const noticeOf = (
    row: LedgerRow,
    site: Site,
    isMissed: boolean,
    { attempt }: Pick<Job<About>, 'attempt'>,
  ): PromiseNotice => ({
    about: 'promise',
    id: jobIdOf('promise', row.conversationId, row.promise, isMissed ? 'missed' : 'due'),
    attempt,
    conversationId: row.conversationId,
    promise: row.promise,
    site: { key: site.key, title: site.title },
    text: site.notify.showsTopic && row.text !== '' ? row.text : null,
    owner: row.ownerName,
    dueAt: row.dueAt,
    isMissed,
    url: consoleUrl(app.server, publicUrl, row.conversationId),
  });

  const tellConsoles = (room: string, row: LedgerRow, isMissed: boolean) => {
    const { conversationId, promise, text, dueAt } = row;
    realtime.desk.to(room).emit('promise:due', { conversationId, promise, text, dueAt, isMissed });
  };

  await jobs.work<About>(kinds.remind, retries, async ({ data, signal, ...job }) => {
    const row = await store.promises.row(data.conversationId, data.promise);
    const site = row && (await sites.byId(row.siteId));
    if (row === null || site === null || row.state !== 'open' || row.remindedAt !== null) return;
    const owner = row.ownerId === null ? null : await store.agents.byId(row.ownerId);
    // Whoever has left the site cannot see to it: the team can.
    const isThere = owner?.siteIds.includes(site.id) === true;
    const people = isThere ? [owner] : await store.notifications.reachable(site.id);
    tellConsoles(isThere ? rooms.agent(owner.id) : rooms.site(site.id), row, false);
    const notice = noticeOf(row, site, false, job);
    const devices = await store.notifications.subscriptions(people.map(({ id }) => id));
    const rung = await pushTo(channels, devices, notice, signal);
    const { mailer } = channels;
    // Who has no device that rings has a mailbox.
    if (rung === 0 && mailer !== null && people.length > 0)
      await mailer.send(
        people.map(({ email }) => email),
        notice,
      );
    await store.promises.setTold(row, 'reminded_at', Date.now());
  });

  await jobs.work<About>(kinds.escalate, retries, async ({ data, signal, ...job }) => {
    const row = await store.promises.row(data.conversationId, data.promise);
    const site = row && (await sites.byId(row.siteId));
    if (row === null || site === null || row.state !== 'missed' || row.escalatedAt !== null) return;
    tellConsoles(rooms.site(site.id), row, true);
    const [conversation] = await store.conversations.byIds([row.conversationId]);
    const state = conversation?.state;
    // Back in the queue: that is announced to all of them anyway (features/notifications).
    const isAnnounced = state?.status === 'waiting' && state.reason === 'promise_missed';
    if (!isAnnounced) {
      const notice = noticeOf(row, site, true, job);
      const outcomes = await Promise.allSettled(
        site.notify.steps.map(async (step) => {
          const { result } = await deliver(channels, site.id, step, notice, signal);
          metrics.notifications.inc({ channel: step.channel, result });
        }),
      );
      const failed = outcomes.find((one) => one.status === 'rejected');
      // One way that worked is enough: tried again, it would ring a second time.
      if (failed !== undefined && outcomes.every((one) => one.status === 'rejected')) throw failed.reason;
      if (failed !== undefined) log.warn({ err: failed.reason }, 'missed promise not told on every way');
    }
    await store.promises.setTold(row, 'escalated_at', Date.now());
  });

  bus.on('committed', ({ conversation: { id: conversationId, siteId }, before, facts }) => {
    const { made, ended } = ledgerOf(before.promises, facts);
    const missed = ended.filter(({ state }) => state === 'missed').map(({ promise }) => promise);
    if (made.length === 0 && missed.length === 0) return;
    const deadline = (one: OpenPromise): Deadline => ({ ...one, conversationId, siteId });
    const known = [...before.promises, ...made].map(deadline);
    plan(Date.now() + aheadMs, {
      open: made.map(deadline),
      unreminded: made.map(deadline),
      missed: known.filter(({ promise }) => missed.includes(promise)),
    }).catch((error) =>
      log.warn({ err: error, conversationId }, 'deadline not planned; the next sweep does it'),
    );
  });

  const sweep = async () => {
    const until = Date.now() + aheadMs;
    const [open, unreminded, missed] = await Promise.all([
      store.promises.dueBefore(until),
      store.promises.remindBefore(until),
      store.promises.unescalated(Date.now() - newsForMs),
    ]);
    await plan(until, { open, unreminded, missed });
  };
  const sweepNow = () => {
    sweep().catch((error) => log.warn({ err: error }, 'promises not looked through this time'));
  };
  const timer = setInterval(sweepNow, sweepEveryMs);
  app.addHook('onClose', async () => clearInterval(timer));
  // Links need the port, which is known only then.
  app.addHook('onListen', async () => sweepNow());
}
