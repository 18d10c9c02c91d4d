import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../widget/core/pace.ts';
import { createAgent } from '../support/agent.ts';
import { checkAndTell, untilRest, type Verdict } from '../support/cast.ts';
import { type Direction, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { createRecorder } from '../support/history.ts';
import { openPair, type Pair, type Probe } from '../support/pair.ts';
import { openStage } from '../support/stage.ts';

export interface OneWayOptions {
  readonly adminUrl: string;
  /** How long new connections meet the loss as well, ms. */
  readonly lossMs: number;
  /** Customers of each kind. */
  readonly each: number;
  say(line: string): void;
}

/** The limit: after the loss, or from its beginning when only the connection is half-dead, ms. */
const healedWithinMs = 35_000;

interface Kind {
  readonly direction: Direction;
  /** `existing`: new connections are well, so the loss can be escaped. */
  readonly which: 'existing' | 'all';
  /** Whoever only listens waits for no acknowledgement, and sees nothing missing. */
  readonly isSpeaking: boolean;
}

const kinds: readonly Kind[] = (['toServer', 'toClient'] as const).flatMap((direction) =>
  (['existing', 'all'] as const).flatMap((which) =>
    [true, false].map((isSpeaking) => ({ direction, which, isSpeaking })),
  ),
);

const nameOf = ({ direction, which, isSpeaking }: Kind) =>
  `${direction === 'toServer' ? 'to the server' : 'to the client'}, ${
    which === 'existing' ? 'half-dead connection' : 'all connections'
  }, ${isSpeaking ? 'speaking' : 'listening'}`;

/** One direction is lost without a word. Both must get to see what the other has said. */
export async function loseOneWay(options: OneWayOptions): Promise<Verdict> {
  const stage = await openStage({ adminUrl: options.adminUrl, agents: 1, bot: { kind: 'page' } });
  const url = stage.nodes[0]?.url ?? '';
  const recorder = createRecorder();
  const proxies: FaultProxy[] = [];
  const [first] = stage.agents;
  if (first === undefined) throw new Error('a stage has an agent');
  const agent = createAgent({ recorder, agent: first, url });
  try {
    const runs = kinds.flatMap((kind) =>
      Array.from({ length: options.each }, (_, index) => ({ kind, index })),
    );
    const lines = await Promise.all(
      runs.map(async ({ kind, index }) => {
        const proxy = await startFaultProxy(url);
        proxies.push(proxy);
        const name = `${nameOf(kind)}, ${index + 1}`;
        const pair = await openPair({ recorder, agent, name, url: proxy.url, site: stage.site, pace });
        return { kind, proxy, pair };
      }),
    );
    options.say(`${lines.length} customers are with an agent; the loss begins`);
    const healings = await Promise.all(
      lines.map(async ({ kind, proxy, pair }) => ({
        kind,
        pair,
        healedMs: await measure(kind, proxy, pair, options.lossMs),
      })),
    );
    const customers = lines.map(({ pair }) => pair.customer);
    await untilRest({ stage, customers, agents: [agent] }, healedWithinMs);
    const { figures, problems } = await checkAndTell({ stage, recorder, customers, agents: [agent] });
    const slowest = kinds.map((kind) => {
      const own = healings.filter((healing) => healing.kind === kind).map(({ healedMs }) => healedMs);
      return [
        `s to heal: ${nameOf(kind)}`,
        own.includes(null) ? 'never' : seconds(Math.max(...own.map(Number))),
      ];
    });
    const unhealed = healings.filter(({ healedMs }) => healedMs === null);
    return {
      figures: { ...Object.fromEntries(slowest), ...figures },
      problems: [
        ...unhealed.map(({ pair }) => `not healed within ${healedWithinMs} ms: ${pair.customer.name}`),
        ...problems,
      ],
    };
  } finally {
    agent.close();
    await stage.close();
    for (const proxy of proxies) await proxy.close();
  }
}

const seconds = (ms: number) => Math.round(ms / 100) / 10;

/** @returns how long it took to heal, ms; null: longer than allowed */
async function measure(kind: Kind, proxy: FaultProxy, pair: Pair, lossMs: number): Promise<number | null> {
  const connectsBefore = pair.customer.connects();
  proxy.swallow(kind.direction, kind.which);
  let since = performance.now();
  // Not all at the same moment between two pings.
  await sleep(Math.random() * 1_000);
  const probes = [pair.agentSays(), ...(kind.isSpeaking ? [pair.customerSays()] : [])];
  if (kind.which === 'all') {
    await sleep(lossMs - (performance.now() - since));
    proxy.restore();
    since = performance.now();
  }
  // Where one can escape, the connection that loses what it is given must have been left.
  const hasEscaped = () => kind.which === 'all' || pair.customer.connects() > connectsBefore;
  const isHealed = () =>
    probes.every((probe) => probe.seenAt() !== null) && hasEscaped() && isSent(pair, probes);
  while (!isHealed()) {
    if (performance.now() - since > healedWithinMs) {
      proxy.restore();
      return null;
    }
    await sleep(20);
  }
  const healedMs = performance.now() - since;
  proxy.restore();
  return healedMs;
}

/** The customer's own words are shown as sent. */
const isSent = ({ customer }: Pair, probes: readonly Probe[]) =>
  !customer.chat.outbox
    .peek()
    .some(({ body }) => 'text' in body && probes.some(({ text }) => text === body.text));
