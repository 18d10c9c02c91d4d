import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { startCast, type Verdict } from '../support/cast.ts';
import { startPostgres } from '../support/postgres.ts';
import { openStage } from '../support/stage.ts';
import { startStreamingBot } from '../support/streaming-bot.ts';

export interface PostgresOutageOptions {
  /** `stopped`: shut down and started again. `frozen`: it holds its connections and answers nothing. */
  readonly how: 'stopped' | 'frozen';
  readonly outageMs: number;
  readonly customers: number;
  say(line: string): void;
}

/** The issue's limit for what has gathered meanwhile, ms. */
const drainedWithinMs = 10_000;
/** How long what had been committed a moment before may take to be told, ms. */
const lastWordsMs = 1_000;
const restMs = 60_000;

/** PostgreSQL goes away under a server in use: nothing is acknowledged meanwhile, and all of it soon after. */
export async function losePostgres({
  how,
  outageMs,
  customers,
  say,
}: PostgresOutageOptions): Promise<Verdict> {
  const bot = await startStreamingBot();
  const postgres = await startPostgres();
  const close = async () => {
    await postgres.close();
    await bot.close();
  };
  const stage = await openStage({
    adminUrl: null,
    databaseUrl: postgres.url,
    agents: 2,
    bot: { kind: 'http', url: bot.url, secret: 's' },
  }).catch(async (error) => {
    await close();
    throw error;
  });
  const [node] = stage.nodes;
  if (node === undefined) throw new Error('a stage has a node');
  const cast = startCast({
    stage,
    customers,
    pace,
    customerUrl: () => node.url,
    agentUrl: () => node.url,
    pauseMs: 2_000,
  });
  const acknowledged = () => cast.recorder.count('acknowledged');
  try {
    const problems: string[] = [];
    for (let waitedMs = 0; acknowledged() < customers * 2 && waitedMs < restMs; waitedMs += 50)
      await sleep(50);
    await (how === 'stopped' ? postgres.stop() : postgres.freeze());
    say(`PostgreSQL is ${how}`);
    await sleep(lastWordsMs);
    const before = acknowledged();
    await sleep(outageMs / 2);
    const readiness = await node.readiness();
    if (readiness?.code === 200) problems.push('the server says that it is ready, without its database');
    await sleep(outageMs / 2);
    const during = acknowledged() - before;
    if (during > 0) problems.push(`${during} commands were acknowledged without a database`);
    const waiting = cast.recorder.open();
    await (how === 'stopped' ? postgres.start() : postgres.thaw());
    say(`PostgreSQL is back; ${waiting.length} commands wait`);
    const drainedMs = await untilSettled(cast.recorder.open, waiting);
    if (drainedMs === null || drainedMs > drainedWithinMs)
      problems.push(`what waited was drained after ${drainedMs ?? `more than ${restMs}`} ms`);
    await cast.stop();
    const restedMs = await cast.rest(restMs);
    if (restedMs === null) problems.push(`not at rest within ${restMs} ms`);
    const verdict = await cast.conclude();
    return {
      figures: {
        'outage, s': outageMs / 1_000,
        'acknowledged meanwhile': during,
        'waiting at its return': waiting.length,
        's to drain': drainedMs === null ? 'never' : Math.round(drainedMs / 100) / 10,
        '/readyz meanwhile': readiness === null ? 'no answer' : `${readiness.code} ${readiness.status}`,
        ...verdict.figures,
      },
      problems: [...problems, ...verdict.problems],
    };
  } finally {
    cast.close();
    await postgres.thaw();
    await stage.close();
    await close();
  }
}

/** @returns ms until none of these is open any more; null: not within `restMs` */
async function untilSettled(
  open: () => readonly string[],
  waiting: readonly string[],
): Promise<number | null> {
  const since = performance.now();
  const own = new Set(waiting);
  while (open().some((cid) => own.has(cid))) {
    if (performance.now() - since > restMs) return null;
    await sleep(50);
  }
  return performance.now() - since;
}
