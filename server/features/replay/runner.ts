import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { RefusalError } from '../../plugins/errors.ts';
import { type Job, jobIdOf } from '../../plugins/jobs.ts';
import { notAskableWords, whyNotAskable } from '../../replay/bot-asker.ts';
import { type Prepared, prepare, type ReplayWorld, type Tried } from '../../replay/prepare.ts';
import { workOn } from '../../replay/run.ts';
import type { Site } from '../../store/sites.ts';

const kind = 'replay';
const retries = 3;
/** A site with a slow bot does not hold up the others. */
const sitesAtOnce = 4;
/** A job is taken for dead after a minute: none begins a question later than this, and one takes 50 s at most. */
const sliceMs = 8_000;
/** Longer than pg-boss takes to give the job of a dead process to another one. */
const leaseMs = 4 * 60_000;
const sweepEveryMs = 30_000;

export interface Runner {
  /**
   * Begins a run; it goes on behind the answer.
   * @returns its id
   * @throws RefusalError not_found, bot_not_askable, replay_running
   */
  begin(by: string, site: Site, tried: Tried, botVersion: string | null): Promise<string>;
}

/**
 * Makes runs in jobs, a part of one at a time: whichever process goes on asks what is still open. A run that nobody is at
 * any more is ended as interrupted.
 */
export async function createRunner(
  app: FastifyInstance,
  settings: Omit<ReplayWorld, 'store'>,
): Promise<Runner> {
  const { store, jobs, log } = app;
  const world: ReplayWorld = { store, ...settings };
  const isClosing = new AbortController();
  /** What was made ready here, so that the next part of a run need not make it again. */
  const ready = new Map<string, Prepared>();

  const plan = (id: string, part: number) =>
    jobs.plan(kind, [{ id: jobIdOf(kind, id, part), data: { id, part }, dueAt: Date.now() }]);

  const work = async (id: string, part: number, signal: AbortSignal): Promise<void> => {
    const run = await store.replays.byId(id);
    const site = run?.state === 'running' ? await store.sites.byId(run.siteId) : null;
    if (run === null || site === null) {
      ready.delete(id);
      return;
    }
    const tried = run.guidance === null ? null : { id: run.guidance, version: run.version };
    const prepared = ready.get(id) ?? (await prepare(world, site, tried));
    if (typeof prepared === 'string') {
      await store.replays.end(id, 'failed', 'the bot or the guidance is another one now', Date.now());
      return;
    }
    ready.set(id, prepared);
    const until = Date.now() + sliceMs;
    const stopped = AbortSignal.any([signal, isClosing.signal]);
    const came = await workOn(world, prepared, run, { signal: stopped, until, leaseMs });
    if (came === 'open') return plan(id, part + 1);
    ready.delete(id);
    if (came === 'done') await store.replays.end(id, 'done', null, Date.now());
    // Ours is over, and the run's is not: whoever takes the job next goes on.
    else if (stopped.aborted) throw new Error('this process stops');
  };

  const handle = async ({ data, isLast, signal }: Job<{ id: string; part: number }>) => {
    try {
      await work(data.id, data.part, signal);
    } catch (error) {
      if (isLast) await store.replays.end(data.id, 'failed', 'it broke on our side', Date.now());
      throw error;
    }
  };
  await jobs.work(kind, retries, handle, sitesAtOnce);

  const sweepOnce = async () => {
    await store.replays.endDead(Date.now());
    for (const id of ready.keys()) if ((await store.replays.byId(id))?.state !== 'running') ready.delete(id);
  };
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    sweeping = sweeping
      .then(sweepOnce)
      .catch((error: unknown) => log.warn({ err: error }, 'dead replays not ended this time'));
  };
  const timer = setInterval(sweep, sweepEveryMs);
  app.addHook('onReady', async () => sweep());
  app.addHook('preClose', async () => isClosing.abort());
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await sweeping;
  });

  return {
    async begin(by, site, tried, botVersion) {
      const why = whyNotAskable(site);
      if (why !== null) throw new RefusalError('bot_not_askable', { detail: notAskableWords[why] });
      const one = tried === null ? null : await store.replayCases.version(site.id, tried.id, tried.version);
      if (tried !== null && one === null) throw new RefusalError('not_found');
      const startedAt = Date.now();
      const id = randomUUID();
      const isOurs = await store.replays.begin({
        id,
        siteId: site.id,
        botVersion,
        guidance: one?.id ?? null,
        version: one?.version ?? null,
        by,
        startedAt,
        leaseUntil: startedAt + leaseMs,
      });
      if (!isOurs) throw new RefusalError('replay_running');
      await plan(id, 0);
      return id;
    },
  };
}
