import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 as v7 } from 'uuidv7';
import { command, connectAgent, connectCustomer, handrailEnv, idsOfRows, openBackstage } from './handrail.ts';
import type { Benchmark } from './options.ts';
import { createDatabase, readSettings } from './postgres.ts';
import { type CpuShares, createCpuMeter, pin, startProcess } from './processes.ts';
import { nowUs, openProfile, type Span } from './profile.ts';
import { type Percentiles, percentiles, rounded, spread, table } from './statistics.ts';
import type { Wire } from './wire.ts';

const about = `handoff: from a customer's call for a person to the row on every agent's screen.

The real server, --agents agents with open desks, --customers customers with open chats. Calls are due at fixed times,
whatever the server does, and count from when they were due until the last of the agents' sockets has brought the row.
An agent then accepts, and resolves it, so that desks stay as long as they are. At --per-minute calls and at ten times
as many, in turn, in every run; the percentiles are of all calls of all runs.`;

const warmUpCalls = 20;
const arriveWithinMs = 10_000;

interface Sample {
  readonly perMinute: number;
  readonly durationsMs: readonly number[];
  readonly missing: number;
  readonly cpu: CpuShares;
}

export const handoff: Benchmark = {
  about,
  options: {
    'per-minute': { type: 'string', default: '200', about: 'calls for a person a minute' },
    agents: { type: 'string', default: '5', about: 'agents with open desks' },
    customers: { type: 'string', default: '50', about: 'customers who call, in turn' },
    profile: { type: 'boolean', about: 'with --cpu-prof: where the time of the server goes' },
  },
  defaults: { runs: 5, seconds: 15 },
  async run({ runs, seconds, print, count, flag }) {
    const settings = await readSettings();
    const pinning = pin();
    const rates = [count('per-minute'), count('per-minute') * 10];
    print(
      `${pinning.told}; fsync ${settings.fsync}, synchronous_commit ${settings.synchronousCommit}\n` +
        `${count('agents')} agents, ${runs} runs of ${seconds} s\n`,
    );
    const samples: Sample[] = [];
    const problems: string[] = [...settings.problems];
    const profile = flag('profile') ? openProfile() : null;
    const spans: Span[] = [];
    const office = await openOffice(
      count('agents'),
      count('customers'),
      pinning.server,
      profile?.nodeOptions,
    );
    try {
      await office.call({ perMinute: 600, calls: warmUpCalls });
      for (let run = 0; run < runs; run += 1) {
        for (const perMinute of run % 2 === 0 ? rates : rates.toReversed()) {
          const calls = Math.max(1, Math.round((perMinute * seconds) / 60));
          const fromUs = nowUs();
          const sample = await office.call({ perMinute, calls });
          spans.push({ fromUs, toUs: nowUs() });
          samples.push(sample);
          const { p50Ms, p99Ms } = percentiles(sample.durationsMs);
          const { server, client, postgres, others } = sample.cpu;
          const shares = [server, client, postgres, others].map((share) =>
            share === null ? '?' : `${Math.round(share * 100)}%`,
          );
          print(
            `run ${run + 1}  ${String(perMinute).padStart(5)}/min  ${String(calls).padStart(4)} calls  ` +
              `p50 ${rounded(p50Ms)} p99 ${rounded(p99Ms)} ms  CPU server/client/PostgreSQL/others ${shares.join(' ')}`,
          );
          if (sample.missing > 0) {
            problems.push(
              `${sample.missing} calls of ${calls} at ${perMinute}/min did not reach every agent`,
            );
          }
        }
      }
      problems.push(...office.problems());
    } finally {
      await office.close();
    }
    profile?.print({ measured: spans }, print);
    const results = rates.map((perMinute) => {
      const own = samples.filter((sample) => sample.perMinute === perMinute);
      const all = percentiles(own.flatMap(({ durationsMs }) => durationsMs));
      return {
        perMinute,
        calls: own.reduce((total, { durationsMs }) => total + durationsMs.length, 0),
        p50Ms: rounded(all.p50Ms),
        p99Ms: rounded(all.p99Ms),
        maxMs: rounded(all.maxMs),
        p99OfRuns: spread(own.map(({ durationsMs }) => percentiles(durationsMs).p99Ms)),
      } satisfies Percentiles & Record<string, unknown>;
    });
    const rows = results.map((one) => [
      `${one.perMinute}/min`,
      one.calls,
      one.p50Ms,
      one.p99Ms,
      one.p99OfRuns,
      one.maxMs,
    ]);
    print(
      `\n${table(['requested -> on every screen', 'calls', 'p50 ms', 'p99 ms', 'p99 of runs', 'max ms'], rows)}`,
    );
    const [base, tenfold] = results;
    return {
      problems,
      result: { base, tenfold, agents: count('agents'), pinning: pinning.told, runs, seconds },
    };
  },
};

/** A server with agents at their desks and customers in their chats. */
async function openOffice(
  agentCount: number,
  customerCount: number,
  core: number | null,
  nodeOptions: readonly string[] = [],
) {
  const database = await createDatabase();
  const env = handrailEnv(database.url);
  const server = await startProcess({ script: 'server/main.ts', env, core, nodeOptions });
  const backstage = await openBackstage(database.url);
  const meter = createCpuMeter([server.pid]);
  const lost: string[] = [];
  const failed: string[] = [];
  const fail = (error: unknown) => void failed.push(String(error));
  const onLost = (why: string) => void lost.push(why);
  /** Calls that are under way: when due, and how many screens still lack the row. */
  const waiting = new Map<string, { readonly dueAt: number; missing: number; readonly agent: number }>();
  let durationsMs: number[] = [];
  const agents: Wire[] = [];
  const customers: Wire[] = [];

  const onRow = (id: string) => {
    const call = waiting.get(id);
    if (call === undefined) return;
    call.missing -= 1;
    if (call.missing > 0) return;
    waiting.delete(id);
    durationsMs.push(performance.now() - call.dueAt);
    const agent = agents[call.agent % agents.length];
    if (agent === undefined) return;
    command(agent, 'handoff:accept', id)
      .then(() => command(agent, 'conversation:resolve', id, { outcome: 'solved' }))
      .catch(fail);
  };

  for (const agent of await backstage.addAgents(agentCount, server.url)) {
    const seen = new Set<string>();
    const onEvent = (json: string) => {
      for (const id of idsOfRows(json, 'waiting')) {
        // The same row may be told twice; a screen has it once.
        if (seen.has(id)) continue;
        seen.add(id);
        onRow(id);
      }
    };
    agents.push(await connectAgent(server.url, agent, { onEvent, onLost }));
  }
  for (let index = 0; index < customerCount; index += 1) {
    const caller = { site: backstage.site.key, token: await backstage.addCustomer(), conversationId: v7() };
    customers.push(await connectCustomer(server.url, caller, { onLost }));
  }

  return {
    /** Every call is a conversation of its own, due at its time whatever became of those before. */
    async call({ perMinute, calls }: { perMinute: number; calls: number }): Promise<Sample> {
      await database.checkpoint();
      durationsMs = [];
      meter.begin();
      const begunAt = performance.now();
      for (let index = 0; index < calls; index += 1) {
        const dueAt = begunAt + (index * 60_000) / perMinute;
        await sleep(Math.max(0, dueAt - performance.now()));
        const customer = customers[index % customers.length];
        if (customer === undefined) throw new Error('there are no customers');
        const id = v7();
        waiting.set(id, { dueAt, missing: agents.length, agent: index });
        command(customer, 'handoff:request', id).catch(fail);
      }
      const until = performance.now() + arriveWithinMs;
      while (waiting.size > 0 && performance.now() < until) await sleep(10);
      meter.end();
      const missing = waiting.size;
      waiting.clear();
      return { perMinute, durationsMs, missing, cpu: meter.shares() };
    },
    problems: () => [
      ...(lost.length === 0 ? [] : [`${lost.length} sockets were lost: ${lost[0]}`]),
      ...(failed.length === 0 ? [] : [`${failed.length} commands failed: ${failed[0]}`]),
    ],
    async close() {
      for (const wire of [...agents, ...customers]) wire.close();
      await backstage.close();
      await server.stop();
      await database.drop();
    },
  };
}
