import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { createAgent } from '../support/agent.ts';
import { checkAndTell, untilRest, type Verdict } from '../support/cast.ts';
import { createRecorder } from '../support/history.ts';
import type { Node } from '../support/node.ts';
import { openPair, type Pair, type Probe } from '../support/pair.ts';
import { startRedis } from '../support/redis.ts';
import { openStage } from '../support/stage.ts';

export interface RedisOutageOptions {
  readonly adminUrl: string;
  readonly outageMs: number;
  /** Customers on one node, each with an agent on the other. */
  readonly pairs: number;
  say(line: string): void;
}

/** Heads come every 30 s; then the facts are fetched, on a machine that does other things as well. */
const toldWithinMs = 32_000;
const readinessWithinMs = 20_000;
const restMs = 40_000;

/** Redis dies under two nodes whose readers all wait for news from the other one. */
export async function loseRedis({
  adminUrl,
  outageMs,
  pairs: count,
  say,
}: RedisOutageOptions): Promise<Verdict> {
  const redis = await startRedis();
  const stage = await openStage({
    adminUrl,
    nodes: 2,
    agents: 1,
    bot: { kind: 'page' },
    env: { REDIS_URL: redis.url },
  }).catch(async (error) => {
    await redis.kill();
    throw error;
  });
  const recorder = createRecorder();
  const [here, there] = stage.nodes;
  const [first] = stage.agents;
  if (here === undefined || there === undefined || first === undefined)
    throw new Error('a stage has all of them');
  const agent = createAgent({ recorder, agent: first, url: there.url });
  const pairs: Pair[] = [];
  try {
    const problems: string[] = [];
    for (let index = 1; index <= count; index++) {
      const name = `customer ${index}`;
      pairs.push(await openPair({ recorder, agent, name, url: here.url, site: stage.site, pace }));
    }
    if (!(await untilReadiness(stage.nodes, 'ready')))
      problems.push('the nodes were not ready to begin with');
    const before = await chatter(pairs, 2_000);
    await redis.kill();
    say('Redis is dead');
    const talking = chatter(pairs, outageMs);
    const isTold = await untilReadiness(stage.nodes, 'degraded');
    if (!isTold) problems.push('/readyz does not say degraded');
    const during = await talking;
    await redis.start();
    say('Redis is back');
    if (!(await untilReadiness(stage.nodes, 'ready'))) problems.push('/readyz stays degraded');
    const after = await chatter(pairs, 2_000);
    await untilSeen([...before, ...during, ...after]);
    const slowest = (probes: readonly Probe[]) => Math.max(...probes.map(delayOf));
    for (const [when, probes] of [
      ['before', before],
      ['during', during],
      ['after', after],
    ] as const) {
      const late = probes.filter((probe) => delayOf(probe) > toldWithinMs);
      for (const { text } of late)
        problems.push(`${when} the outage: "${text}" was not told within ${toldWithinMs} ms`);
    }
    const customers = pairs.map(({ customer }) => customer);
    const restedMs = await untilRest({ stage, customers, agents: [agent] }, restMs);
    if (restedMs === null) problems.push(`not at rest within ${restMs} ms`);
    const verdict = await checkAndTell({ stage, recorder, customers, agents: [agent] });
    return {
      figures: {
        'outage, s': outageMs / 1_000,
        'slowest before, s': seconds(slowest(before)),
        'slowest meanwhile, s': seconds(slowest(during)),
        'slowest after, s': seconds(slowest(after)),
        '/readyz meanwhile': isTold ? 'degraded' : 'not degraded',
        ...verdict.figures,
      },
      problems: [...problems, ...verdict.problems],
    };
  } finally {
    agent.close();
    for (const { customer } of pairs) customer.close();
    await stage.close();
    await redis.kill();
  }
}

const seconds = (ms: number) => (Number.isFinite(ms) ? Math.round(ms / 100) / 10 : 'never');
const delayOf = ({ saidAt, seenAt }: Probe) => (seenAt() ?? Number.POSITIVE_INFINITY) - saidAt;

/** Both sides of every pair say something now and then. */
async function chatter(pairs: readonly Pair[], forMs: number): Promise<Probe[]> {
  const probes: Probe[] = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    for (const pair of pairs) probes.push(Math.random() < 0.5 ? pair.agentSays() : pair.customerSays());
    await sleep(1_000);
  }
  return probes;
}

async function untilSeen(probes: readonly Probe[]): Promise<void> {
  const until = performance.now() + toldWithinMs;
  while (probes.some(({ seenAt }) => seenAt() === null) && performance.now() < until) await sleep(50);
}

async function untilReadiness(nodes: readonly Node[], status: string): Promise<boolean> {
  const until = performance.now() + readinessWithinMs;
  while (performance.now() < until) {
    const told = await Promise.all(nodes.map((node) => node.readiness()));
    if (told.every((one) => one?.code === 200 && one.status === status)) return true;
    await sleep(100);
  }
  return false;
}
