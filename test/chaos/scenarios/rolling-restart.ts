import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { startBalancer } from '../support/balancer.ts';
import { startCast, type Verdict } from '../support/cast.ts';
import type { Node } from '../support/node.ts';
import { startRedis } from '../support/redis.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { startStreamingBot } from '../support/streaming-bot.ts';

export interface RollingRestartOptions {
  readonly adminUrl: string;
  readonly customers: number;
  readonly agents: number;
  /**
   * `new first`: the new nodes are started and take all new connections before the old ones are stopped.
   * `in place`: each node is stopped and started again under its address; who leaves the first may meet the second.
   */
  readonly order: 'new first' | 'in place';
  readonly rounds: number;
  say(line: string): void;
}

const restMs = 60_000;

/** Two nodes are replaced under load: nothing is lost, and nobody has to connect more than once more. */
export async function restartRolling(options: RollingRestartOptions): Promise<Verdict> {
  const { adminUrl, order, say } = options;
  const [bot, redis] = await Promise.all([startStreamingBot(), startRedis()]);
  const closeOthers = async () => {
    await redis.kill();
    await bot.close();
  };
  const stage = await openStage({
    adminUrl,
    nodes: 2,
    agents: options.agents,
    bot: { kind: 'http', url: bot.url, secret: 's' },
    env: { REDIS_URL: redis.url },
  }).catch(async (error) => {
    await closeOthers();
    throw error;
  });
  const balancer = await startBalancer([...stage.nodes]);
  const cast = startCast({
    stage,
    customers: options.customers,
    pace,
    customerUrl: () => balancer.url,
    agentUrl: () => balancer.url,
    pauseMs: 3_000,
  });
  try {
    await untilOnline(cast.customers);
    say('everybody is there');
    const problems: string[] = [];
    const more = new Map<number, number>();
    let current: readonly Node[] = [...stage.nodes];
    let lastedMs = 0;
    for (let round = 1; round <= options.rounds; round++) {
      const before = cast.customers.map((customer) => customer.connects());
      const startedAt = performance.now();
      current = await (order === 'new first'
        ? replace(stage, current, balancer.use, problems, say)
        : restart(current, problems));
      lastedMs += performance.now() - startedAt;
      await untilOnline(cast.customers);
      const reconnects = cast.customers.map((customer, index) => customer.connects() - (before[index] ?? 0));
      for (const count of reconnects) more.set(count, (more.get(count) ?? 0) + 1);
      const most = Math.max(...reconnects);
      say(`round ${round}: at most ${most} reconnects of a customer`);
      if (order === 'new first' && most > 1)
        problems.push(`a customer had to connect ${most} times in round ${round}`);
    }
    await cast.stop();
    const restedMs = await cast.rest(restMs);
    if (restedMs === null) problems.push(`not at rest within ${restMs} ms`);
    const verdict = await cast.conclude();
    const counts = [...more].toSorted(([a], [b]) => a - b);
    return {
      figures: {
        rounds: options.rounds,
        's a round': Math.round(lastedMs / options.rounds / 100) / 10,
        ...Object.fromEntries(
          counts.map(([count, customers]) => [`customers with ${count} reconnects`, customers]),
        ),
        ...verdict.figures,
      },
      problems: [...problems, ...verdict.problems],
    };
  } finally {
    cast.close();
    await balancer.close();
    await stage.close();
    await closeOthers();
  }
}

/** The new ones first. Then nobody who has to leave an old node can come to another old one. */
async function replace(
  stage: Stage,
  old: readonly Node[],
  use: (nodes: readonly Node[]) => Promise<void>,
  problems: string[],
  say: (line: string) => void,
): Promise<readonly Node[]> {
  const fresh = await Promise.all(old.map(() => stage.addNode()));
  await use(fresh);
  say('the new nodes are there');
  for (const node of old) {
    await endWell(node, problems);
    say('an old node has ended');
  }
  return fresh;
}

async function restart(nodes: readonly Node[], problems: string[]): Promise<readonly Node[]> {
  for (const node of nodes) {
    await endWell(node, problems);
    await node.start();
    while ((await node.readiness())?.code !== 200) await sleep(50);
    // Those who were sent away are back before the next one goes.
    await sleep(2_000);
  }
  return nodes;
}

async function endWell(node: Node, problems: string[]): Promise<void> {
  const code = await node.end('SIGTERM');
  if (code !== 0) problems.push(`a node ended with ${code}:\n${node.output().slice(-2_000)}`);
}

async function untilOnline(
  customers: readonly { readonly chat: { readonly connection: { peek(): string } } }[],
): Promise<void> {
  const until = performance.now() + restMs;
  while (customers.some(({ chat }) => chat.connection.peek() !== 'online') && performance.now() < until)
    await sleep(50);
}
