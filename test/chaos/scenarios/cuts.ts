import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { startCast, type Verdict } from '../support/cast.ts';
import type { Customer } from '../support/customer.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { openStage } from '../support/stage.ts';
import { startStreamingBot } from '../support/streaming-bot.ts';

export interface CutOptions {
  readonly adminUrl: string;
  readonly customers: number;
  /** For each customer. */
  readonly cuts: number;
  /** Longest cut, ms. */
  readonly longestMs: number;
  say(line: string): void;
}

/** The limit, ms. */
const healedWithinMs = 35_000;

/** Every customer's network breaks again and again, at any moment and for any time, while all go on writing. */
export async function cutConnections(options: CutOptions): Promise<Verdict> {
  const bot = await startStreamingBot();
  const proxies: FaultProxy[] = [];
  const close = async () => {
    for (const proxy of proxies) await proxy.close();
    await bot.close();
  };
  const stage = await openStage({
    adminUrl: options.adminUrl,
    agents: 2,
    bot: { kind: 'http', url: bot.url, secret: 's' },
  }).catch(async (error) => {
    await close();
    throw error;
  });
  const url = stage.nodes[0]?.url ?? '';
  for (let count = 0; count < options.customers; count++) proxies.push(await startFaultProxy(url));
  const cast = startCast({
    stage,
    customers: options.customers,
    pace,
    customerUrl: (index) => proxies[index]?.url ?? '',
    agentUrl: () => url,
    pauseMs: 2_000,
  });
  try {
    const healings: number[] = [];
    const problems: string[] = [];
    let done = 0;
    const breakAgain = async (proxy: FaultProxy, customer: Customer) => {
      for (let cut = 0; cut < options.cuts; cut++) {
        await sleep(500 + Math.random() * 2_500);
        const lastsMs = Math.random() * options.longestMs;
        proxy.refuse();
        await sleep(lastsMs);
        proxy.restore();
        // Now and then the network is back, but slow.
        if (Math.random() < 0.3) proxy.delay(50 + Math.random() * 300);
        const healedMs = await healing(customer, cast.recorder.open());
        if (healedMs === null)
          problems.push(`${customer.name} not healed after a cut of ${Math.round(lastsMs)} ms`);
        else healings.push(healedMs);
        proxy.delay(0);
        done += 1;
        if (done % 20 === 0)
          options.say(`${done} cuts, slowest healing ${Math.round(Math.max(0, ...healings))} ms`);
      }
    };
    await Promise.all(
      cast.customers.map(async (customer, index) => {
        const proxy = proxies[index];
        if (proxy !== undefined) await breakAgain(proxy, customer);
      }),
    );
    await cast.stop();
    const restedMs = await cast.rest(healedWithinMs);
    const verdict = await cast.conclude();
    const sorted = healings.toSorted((a, b) => a - b);
    return {
      figures: {
        cuts: done,
        'longest cut, s': options.longestMs / 1_000,
        's to heal, median': seconds(sorted[Math.floor(sorted.length / 2)]),
        's to heal, slowest': seconds(sorted.at(-1)),
        ...verdict.figures,
        'ms to rest': restedMs ?? 'never',
      },
      problems: [
        ...problems,
        ...(restedMs === null ? [`not at rest within ${healedWithinMs} ms`] : []),
        ...verdict.problems,
      ],
    };
  } finally {
    cast.close();
    await stage.close();
    await close();
  }
}

const seconds = (ms = 0) => Math.round(ms / 100) / 10;

/** Until the customer is online again and nothing that waited is left. @returns ms, or null when it takes too long */
async function healing({ chat }: Customer, waiting: readonly string[]): Promise<number | null> {
  const since = performance.now();
  const own = new Set(waiting);
  const isHealed = () =>
    chat.connection.peek() === 'online' &&
    !chat.outbox.peek().some(({ cid, state }) => own.has(cid) && state !== 'failed');
  while (!isHealed()) {
    if (performance.now() - since > healedWithinMs) return null;
    await sleep(20);
  }
  return performance.now() - since;
}
