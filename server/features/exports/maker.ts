import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Compile } from 'typebox/compile';
import { nextDue } from '../../domain/export/due.ts';
import { atTheBeginning, Checkpoint } from '../../exports/checkpoint.ts';
import { runExport } from '../../exports/pipeline.ts';
import { bounded, sourceOf } from '../../exports/sources.ts';
import { actorOf } from '../../plugins/audit-log.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import type { Agent } from '../../store/agents.ts';
import type { Actor, NewAuditEntry } from '../../store/audit-log.ts';
import type { KeptSchedule } from '../../store/export-schedules.ts';
import type { ExportAsk, KeptExport, NewExport } from '../../store/exports.ts';
import { detailOf, mayHave } from './asking.ts';

/** A file is kept for so long. */
export const keepDays = 7;
const keepMs = keepDays * 24 * 60 * 60 * 1_000;

const kind = 'export';
const retries = 5;
/** A job is taken for dead after a minute: one run makes a part of the file and plans the next run. */
const sliceMs = 20_000;
const sweepEveryMs = 60_000;
/** An export in which nothing happens for so long was left by whoever was at it. */
const stalledMs = 3 * 60_000;

const checkpoint = Compile(Checkpoint);

/** How far an export has come, as its checkpoint says. @throws Error for one that is not ours */
export function checkpointOf(one: Pick<KeptExport, 'id' | 'checkpoint'>): Checkpoint {
  if (!checkpoint.Check(one.checkpoint)) throw new Error(`the checkpoint of export ${one.id} cannot be read`);
  return one.checkpoint;
}

export interface Maker {
  /** Begins an export; it goes on behind the answer. @returns as it stands now */
  begin(by: Actor, agent: Agent, ask: ExportAsk): Promise<KeptExport>;
}

/** Makes exports, in jobs, and those that are due. Each step is kept with where it leaves off, so none is done twice. */
export async function createMaker(app: FastifyInstance): Promise<Maker> {
  const { store, jobs, auditLog, log } = app;

  const plan = (id: string, steps: number, again = '') =>
    jobs.plan(kind, [{ id: jobIdOf(kind, id, steps, again), data: { id }, dueAt: Date.now() }]);

  const prepare = async (
    agent: Agent,
    siteIds: readonly string[],
    ask: ExportAsk,
    schedule: KeptSchedule | null,
  ) => {
    const madeAt = Date.now();
    const whole = bounded(ask, madeAt);
    const made: NewExport = {
      id: randomUUID(),
      scheduleId: schedule?.id ?? null,
      agent: { id: agent.id, name: agent.name },
      siteIds,
      ask: whole,
      total: await sourceOf(store, siteIds, whole).total(),
      checkpoint: atTheBeginning,
      madeAt,
      expiresAt: madeAt + keepMs,
    };
    return made;
  };
  const entryOf = (
    by: Actor,
    { id, siteIds, ask, total, madeAt }: NewExport,
    asked: ExportAsk,
  ): NewAuditEntry => ({
    at: madeAt,
    by,
    action: 'feedback.exported',
    siteIds,
    object: { kind: 'export', id },
    detail: { rows: total, ...detailOf({ ...ask, filter: asked.filter }) },
  });

  /** Makes steps until it is done, its time is over, or somebody else is found to be at it. */
  const work = async (id: string, signal: AbortSignal): Promise<void> => {
    const one = await store.exports.byId(id);
    if (one === null || one.state !== 'running') return;
    const agent = await store.agents.byId(one.agent.id);
    // Whoever may not have it any more is not given it by what they asked for before.
    if (agent === null || !mayHave(agent, one.siteIds, one.ask)) return store.exports.fail(id);
    const until = Date.now() + sliceMs;
    let { steps } = one;
    let at = checkpointOf(one).bytes;
    for await (const step of runExport(one.ask, sourceOf(store, one.siteIds, one.ask), checkpointOf(one))) {
      const isLast = step.checkpoint.isDone;
      const kept = {
        number: steps,
        at,
        bytes: step.bytes,
        checkpoint: step.checkpoint,
        isLast,
        now: Date.now(),
      };
      if (!(await store.exports.keepStep(id, kept)) || isLast) return;
      steps += 1;
      at = step.checkpoint.bytes;
      if (signal.aborted || Date.now() > until) break;
    }
    await plan(id, steps);
  };

  await jobs.work<{ id: string }>(kind, retries, async ({ data: { id }, isLast, signal }) => {
    try {
      await work(id, signal);
    } catch (error) {
      if (isLast) await store.exports.fail(id);
      throw error;
    }
  });

  const makeDue = async (schedule: KeptSchedule, now: number) => {
    const agent = await store.agents.byId(schedule.agentId);
    if (agent === null || !mayHave(agent, schedule.siteIds, schedule.ask)) {
      log.info(
        { schedule: schedule.id },
        'a scheduled export ends: who asked for it may not have it any more',
      );
      return store.exportSchedules.remove(schedule.id);
    }
    const filter = { ...schedule.ask.filter, from: schedule.lastAt, until: schedule.nextAt };
    const ask = { ...schedule.ask, filter };
    const made = await prepare(agent, schedule.siteIds, ask, schedule);
    const entry = entryOf(actorOf(agent), made, ask);
    const isOurs = await store.exportSchedules.begin(schedule, made, entry, nextDue(schedule.every, now));
    if (isOurs) await plan(made.id, 0);
  };
  const sweep = async () => {
    const now = Date.now();
    await store.exports.removeExpired(now);
    for (const schedule of await store.exportSchedules.due(now)) await makeDue(schedule, now);
    const round = Math.floor(now / stalledMs);
    for (const { id, steps } of await store.exports.stalled(now - stalledMs))
      await plan(id, steps, `again ${round}`);
  };
  let sweeping: Promise<void> = Promise.resolve();
  const sweepSoon = () => {
    sweeping = sweeping
      .then(sweep)
      .catch((error: unknown) => log.warn({ err: error }, 'exports that are due not looked for this time'));
  };
  const timer = setInterval(sweepSoon, sweepEveryMs);
  app.addHook('onReady', async () => sweepSoon());
  app.addHook('onClose', async () => {
    clearInterval(timer);
    await sweeping;
  });

  return {
    async begin(by, agent, ask) {
      const made = await prepare(agent, agent.siteIds, ask, null);
      // Nothing is taken along unrecorded.
      await auditLog.record(entryOf(by, made, ask));
      await store.exports.add(made);
      await plan(made.id, 0);
      return { ...made, state: 'running', steps: 0 };
    },
  };
}
