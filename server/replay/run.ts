import type { KeptRun, OpenQuestion, ReplayOutcome } from '../store/replays.ts';
import { planQuestions } from './plan.ts';
import type { Prepared, ReplayWorld } from './prepare.ts';
import { tryQuestion } from './try-question.ts';

/** Questions that are asked at once; each of them asks the bot twice at most. */
const atOnce = 3;
/** Whoever is at a run says so this often, and is taken for dead after `leaseMs`. */
const extendEveryMs = 5_000;

export interface Working {
  readonly signal: AbortSignal;
  /** Epoch ms after which no further question is begun; what is open then is for later. */
  readonly until?: number;
  /** For how long from now on nobody takes the run for dead, ms. */
  readonly leaseMs: number;
  /** Told how many questions there are, once they are chosen. */
  onChosen?(count: number): void;
  onTried?(question: OpenQuestion, outcome: ReplayOutcome): void;
}

/**
 * Chooses the questions of a run, if nobody has, and asks what is still open. Each outcome is kept as it comes, so whoever goes on asks nothing twice.
 * @returns `open`: its time was over; `ended`: somebody has ended the run meanwhile, or the signal did
 * @throws when the database is away
 */
export async function workOn(
  world: ReplayWorld,
  prepared: Prepared,
  run: KeptRun,
  { signal, until = Number.POSITIVE_INFINITY, leaseMs, onChosen, onTried }: Working,
): Promise<'done' | 'open' | 'ended'> {
  const { replays } = world.store;
  const given = run.botVersion;
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  const extend = async () => {
    const version = given ?? prepared.bot.version();
    if (!(await replays.extend(run.id, Date.now() + leaseMs, version))) stop.abort(new StoppedRun());
  };
  let rights: Promise<ReadonlyMap<string, string>> | null = null;
  /** Asked for behind the bot's answer: one that says which version it is says it with that. */
  const rightBefore = async ({ guidance_id: guidance, question }: OpenQuestion) => {
    const version = given ?? prepared.bot.version();
    if (version === null) return null;
    rights ??= replays.rightBefore(run, version);
    return (await rights).get(`${guidance} ${question}`) ?? null;
  };
  await extend();
  let failed: { readonly error: unknown } | null = null;
  const timer = setInterval(() => {
    extend().catch((error: unknown) => {
      failed ??= { error };
      stop.abort(new StoppedRun());
    });
  }, extendEveryMs);
  try {
    if (run.total === null) {
      const { questions, problem } = await planQuestions(world, prepared, stopped);
      await replays.choose(run.id, questions, problem);
      onChosen?.(questions.length);
    }
    const waiting = await replays.open(run.id);
    const takeNext = async () => {
      for (;;) {
        if (stopped.aborted || Date.now() >= until) return;
        const question = waiting.shift();
        if (question === undefined) return;
        const outcome = await tryQuestion(prepared, question, rightBefore, stopped);
        await replays.keep(run.id, question.seq, outcome);
        onTried?.(question, outcome);
      }
    };
    const takers = await Promise.allSettled(Array.from({ length: atOnce }, takeNext));
    if (failed !== null) throw (failed as { error: unknown }).error;
    if (stopped.aborted) return 'ended';
    const broken = takers.find((one) => one.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    if (waiting.length > 0) return 'open';
    // The version, too, that came with the last answer.
    await extend();
    return 'done';
  } catch (error) {
    if (failed === null && stopped.aborted) return 'ended';
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** The run was ended by somebody else. */
class StoppedRun extends Error {}
