import { availableParallelism } from 'node:os';
import type { Latency } from './load.ts';
import type { Benchmark } from './options.ts';
import { readSettings } from './postgres.ts';
import { type CpuShares, createCpuMeter } from './processes.ts';
import { openRedis } from './redis.ts';
import { openStage } from './stage.ts';
import { median, rounded, spread, table } from './statistics.ts';

const about = `nodes: messages a second with one and with two processes on one PostgreSQL and one Redis.

As in relay, but nothing is pinned:
  alone  one process that knows of no Redis
  one    one process with a Redis, which tells others that are not there
  two    two processes with a Redis

With two processes half of the customers are on each, and the agent who watches a conversation is on the other one: every
message crosses Redis. All of it, the client and both databases share this machine's cores, so that two processes can be
faster only where there are cores for them.`;

const setups = [
  { name: 'alone', nodes: 1, hasRedis: false },
  { name: 'one', nodes: 1, hasRedis: true },
  { name: 'two', nodes: 2, hasRedis: true },
] as const;
const warmUpMs = 2_000;

interface Run {
  readonly perSecond: number;
  readonly half: Latency;
  readonly cpu: CpuShares;
}

export const nodes: Benchmark = {
  about,
  options: {
    conversations: { type: 'string', default: '400', about: 'customers who write' },
    agents: { type: 'string', default: '4', about: 'agents who watch them' },
    bytes: { type: 'string', default: '200', about: 'length of a message' },
    outstanding: { type: 'string', default: '1', about: 'messages under way a conversation' },
  },
  defaults: { runs: 5, seconds: 8 },
  async run({ runs, seconds, print, count }) {
    const settings = await readSettings();
    const problems: string[] = [...settings.problems];
    const results = new Map<string, Run[]>(setups.map(({ name }) => [name, []]));
    const cores = availableParallelism();
    print(
      `${cores} cores for everything; fsync ${settings.fsync}, synchronous_commit ${settings.synchronousCommit}\n`,
    );
    const redis = await openRedis();
    try {
      for (let run = 0; run < runs; run += 1) {
        for (const { name, nodes, hasRedis } of run % 2 === 0 ? setups : setups.toReversed()) {
          const stage = await openStage('handrail', {
            conversations: count('conversations'),
            agents: count('agents'),
            textBytes: count('bytes'),
            core: null,
            nodeOptions: [],
            nodes,
            redisUrl: hasRedis ? redis.url : null,
          });
          try {
            const meter = createCpuMeter(stage.servers.map(({ pid }) => pid));
            const ms = seconds * 1_000;
            await stage.calm();
            const { perSecond } = await stage.load.saturate({
              outstanding: count('outstanding'),
              warmUpMs,
              ms,
              onBegin: meter.begin,
              onEnd: meter.end,
            });
            await stage.calm();
            const half = await stage.load.pace({ perSecond: perSecond / 2, warmUpMs: warmUpMs / 2, ms });
            const found = [...stage.load.problems(), ...(await stage.verify())];
            problems.push(...found.map((problem) => `${name}: ${problem}`));
            const result = { perSecond, half, cpu: meter.shares() };
            results.get(name)?.push(result);
            const bad = found.length === 0 ? '' : `  INVALID: ${found.join('; ')}`;
            print(`run ${run + 1}  ${name.padEnd(5)}  ${line(result)}${bad}`);
          } finally {
            await stage.close();
          }
        }
      }
    } finally {
      await redis.close();
    }
    const measured = setups.map(({ name }) => {
      const own = results.get(name) ?? [];
      return {
        name,
        perSecond: rounded(median(own.map(({ perSecond }) => perSecond))),
        ofRuns: spread(own.map(({ perSecond }) => perSecond)),
        ackP50Ms: rounded(median(own.map(({ half }) => half.ack.p50Ms))),
        ackP99Ms: rounded(median(own.map(({ half }) => half.ack.p99Ms))),
        deliveryP50Ms: rounded(median(own.map(({ half }) => half.delivery.p50Ms))),
        deliveryP99Ms: rounded(median(own.map(({ half }) => half.delivery.p99Ms))),
      };
    });
    const header = ['processes', 'messages/s', 'of runs', 'half load: ack p50/p99 ms', 'delivery p50/p99 ms'];
    const rows = measured.map((one) => [
      one.name,
      one.perSecond,
      one.ofRuns,
      `${one.ackP50Ms} / ${one.ackP99Ms}`,
      `${one.deliveryP50Ms} / ${one.deliveryP99Ms}`,
    ]);
    const [alone, one, two] = measured;
    const ratioOf = (a: (typeof measured)[number] | undefined, b: typeof a) =>
      a && b ? Number((a.perSecond / b.perSecond).toFixed(3)) : null;
    const ratios = { oneToAlone: ratioOf(one, alone), twoToOne: ratioOf(two, one) };
    print(`\n${table(header, rows)}\n\none / alone  ${ratios.oneToAlone}\ntwo / one    ${ratios.twoToOne}`);
    return { problems, result: { alone, one, two, ratios, cores, runs, seconds } };
  },
};

function line({ perSecond, half, cpu }: Run): string {
  const share = (part: number | null) => (part === null ? '?' : `${Math.round(part * 100)}%`);
  const delivery = `half load: delivery p50 ${rounded(half.delivery.p50Ms)} p99 ${rounded(half.delivery.p99Ms)} ms`;
  const parts = [cpu.server, cpu.client, cpu.postgres, cpu.others].map(share).join(' ');
  return `${Math.round(perSecond)}/s  ${delivery}  CPU servers/client/PostgreSQL/others ${parts}`;
}
