import type { Latency } from './load.ts';
import { type Benchmark, UsageError } from './options.ts';
import { readSettings } from './postgres.ts';
import { type CpuShares, createCpuMeter, pin } from './processes.ts';
import { nowUs, openProfile, type Span } from './profile.ts';
import { openStage, type ServerName, type Stage } from './stage.ts';
import { median, rounded, spread, table } from './statistics.ts';

const serverNames: readonly ServerName[] = ['bare', 'plain', 'handrail'];
const warmUpMs = 2_000;
/** Share of a core that others may use before a result is doubtful. */
const muchOfOthers = 0.2;
/** Tried before the first run of each server; the one with the most messages a second is where it is saturated. */
const outstandings = [1, 2, 4];
const probeMs = 1_500;

const about = `relay: messages a second, and how long one takes, with every rule of delivery.

Three servers, one at a time on the same core, in turn within every run:
  bare      a socket.io relay that stores nothing
  plain     the same promise as ours, one transaction a message (lock, insert, update, commit), a pool of ten
  handrail  the real server over its real protocol: conversations with an agent in them

Customers send messages of --bytes bytes, each in a conversation of their own; agents watch all of them. A message is
done when it is acknowledged and delivered to the other side. First as fast as it goes (a closed loop, with as many
messages outstanding a conversation as give the most), then at half of that speed (--load) on a fixed schedule, where
durations count from when a message was due. A run in which anything was lost, doubled, refused or out of order does not
count, nor does one on a PostgreSQL that does not sync; after plain and handrail the facts in the database are compared
with the acknowledgements.`;

interface Run {
  readonly perSecond: number;
  readonly paced: Latency;
  readonly cpu: CpuShares;
  readonly pacedCpu: CpuShares;
  readonly problems: readonly string[];
}

export const relay: Benchmark = {
  about,
  options: {
    only: { type: 'string', about: 'one of the servers: bare, plain or handrail' },
    profile: { type: 'boolean', about: 'only handrail, once, with --cpu-prof: where its time goes' },
    conversations: { type: 'string', default: '400', about: 'customers who write' },
    agents: { type: 'string', default: '4', about: 'agents who watch them' },
    bytes: { type: 'string', default: '200', about: 'length of a message' },
    outstanding: { type: 'string', about: 'messages under way a conversation, instead of trying some' },
    load: { type: 'string', default: '50', about: 'per cent of the most at which durations are measured' },
  },
  defaults: { runs: 5, seconds: 8 },
  async run({ runs, seconds, print, text, count, flag }) {
    const only = flag('profile') ? 'handrail' : text('only');
    const names = serverNames.filter((name) => only === undefined || only === name);
    if (names.length === 0) throw new UsageError(`--only is one of ${serverNames.join(', ')}`);
    const settings = await readSettings();
    const pinning = pin();
    const profile = flag('profile') ? openProfile() : null;
    const stageOptions = {
      conversations: count('conversations'),
      agents: count('agents'),
      textBytes: count('bytes'),
      core: pinning.server,
      nodeOptions: profile?.nodeOptions ?? [],
    };
    print(
      `PostgreSQL ${settings.version}: fsync ${settings.fsync}, synchronous_commit ${settings.synchronousCommit}, ` +
        `full_page_writes ${settings.fullPageWrites}, autovacuum ${settings.autovacuum}\n${pinning.told}\n` +
        `${stageOptions.conversations} conversations, ${stageOptions.agents} agents, ` +
        `${stageOptions.textBytes} bytes, ${runs} runs of ${seconds} s\n`,
    );

    const load = count('load');
    const given = text('outstanding') === undefined ? null : count('outstanding');
    const outstanding = new Map<ServerName, number>();
    const spans: Spans = { saturated: [], paced: [] };
    const results = new Map<ServerName, Run[]>(names.map((name) => [name, []]));
    for (let run = 0; run < (profile === null ? runs : 1); run += 1) {
      // Each run begins with another server: what changes slowly on the machine falls on all alike.
      for (const index of names.keys()) {
        const name = names[(index + run) % names.length] ?? 'handrail';
        const stage = await openStage(name, stageOptions);
        try {
          const most = outstanding.get(name) ?? given ?? (await findPlateau(stage));
          outstanding.set(name, most);
          const result = await measure(stage, { outstanding: most, load, ms: seconds * 1_000 }, spans);
          results.get(name)?.push(result);
          print(`run ${run + 1}  ${line(name, result)}`);
        } finally {
          await stage.close();
        }
      }
    }
    profile?.print({ 'as fast as it goes': spans.saturated, [`${load} % of that`]: spans.paced }, print);

    const problems = [
      ...settings.problems,
      ...names.flatMap((name) =>
        (results.get(name) ?? []).flatMap((run) => run.problems.map((problem) => `${name}: ${problem}`)),
      ),
    ];
    const summaries = Object.fromEntries(
      names.map((name) => [name, summaryOf(results.get(name) ?? [], outstanding.get(name) ?? 0)]),
    );
    const ratio = (name: ServerName) => {
      const [ours, theirs] = [summaries.handrail, summaries[name]];
      return ours && theirs ? Number((ours.perSecond / theirs.perSecond).toFixed(3)) : null;
    };
    const pairs = (name: ServerName) =>
      spread(
        (results.get('handrail') ?? []).map(
          ({ perSecond }, run) => perSecond / (results.get(name)?.[run]?.perSecond ?? Number.NaN),
        ),
      );
    const ratios = { handrailToBare: ratio('bare'), handrailToPlain: ratio('plain') };
    print(`\n${tableOf(names, summaries)}\n`);
    const busiest = Math.max(...names.map((name) => summaries[name]?.cpu.others ?? 0));
    if (busiest > muchOfOthers) {
      print(
        `Others used ${shareText(busiest)} of a core meanwhile: repeat it on a machine that does nothing else.\n`,
      );
    }
    if (ratios.handrailToBare !== null)
      print(`handrail / bare   ${ratios.handrailToBare}  (runs: ${pairs('bare')})`);
    if (ratios.handrailToPlain !== null)
      print(`handrail / plain  ${ratios.handrailToPlain}  (runs: ${pairs('plain')})`);
    return {
      problems,
      result: { ...summaries, ratios, postgres: settings, pinning: pinning.told, load, runs, seconds },
    };
  },
};

async function findPlateau({ load, calm }: Stage): Promise<number> {
  await calm();
  let best = { outstanding: 1, perSecond: 0 };
  await load.saturate({ outstanding: 1, warmUpMs, ms: 1 });
  for (const outstanding of outstandings) {
    const { perSecond } = await load.saturate({ outstanding, warmUpMs: 300, ms: probeMs });
    // More under way must bring more than chance does: it costs latency.
    if (perSecond > best.perSecond * 1.03) best = { outstanding, perSecond };
  }
  return best.outstanding;
}

/** When the parts that count were measured. */
interface Spans {
  readonly saturated: Span[];
  readonly paced: Span[];
}

interface Pace {
  readonly outstanding: number;
  /** Per cent of the most. */
  readonly load: number;
  readonly ms: number;
}

async function measure({ load, servers, calm, verify }: Stage, pace: Pace, spans: Spans): Promise<Run> {
  const { outstanding, ms } = pace;
  await calm();
  const meter = createCpuMeter(servers.map(({ pid }) => pid));
  const watch = (into: Span[]) => {
    let fromUs = 0;
    return {
      onBegin: () => {
        fromUs = nowUs();
        meter.begin();
      },
      onEnd: () => {
        meter.end();
        into.push({ fromUs, toUs: nowUs() });
      },
    };
  };
  const { perSecond } = await load.saturate({ ...watch(spans.saturated), outstanding, warmUpMs, ms });
  const cpu = meter.shares();
  await calm();
  const paced = await load.pace({
    ...watch(spans.paced),
    perSecond: (perSecond * pace.load) / 100,
    warmUpMs: warmUpMs / 2,
    ms,
  });
  const pacedCpu = meter.shares();
  const problems = [...load.problems(), ...(await verify())];
  return { perSecond, paced, cpu, pacedCpu, problems };
}

const cpuColumns = 'server/client/PostgreSQL/others';
const shareText = (share: number | null) => (share === null ? '?' : `${Math.round(share * 100)}%`);
const sharesText = ({ server, client, postgres, others }: CpuShares) =>
  [server, client, postgres, others].map(shareText).join(' ');

function line(name: ServerName, { perSecond, paced, cpu, pacedCpu, problems }: Run): string {
  const done = `paced p50 ${rounded(paced.done.p50Ms)} p99 ${rounded(paced.done.p99Ms)} ms`;
  const shares = `CPU ${cpuColumns} ${sharesText(cpu)}, paced ${sharesText(pacedCpu)}`;
  const each =
    cpu.server === null ? '' : `  ${Math.round((cpu.server * 1e6) / perSecond)} us of the server each`;
  const bad = problems.length === 0 ? '' : `  INVALID: ${problems.join('; ')}`;
  return `${name.padEnd(9)} ${Math.round(perSecond).toString().padStart(6)}/s  ${done}  ${shares}${each}${bad}`;
}

interface Summary {
  readonly perSecond: number;
  readonly perSecondRuns: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ack: { readonly p50Ms: number; readonly p99Ms: number };
  readonly delivery: { readonly p50Ms: number; readonly p99Ms: number };
  readonly clientLateness: { readonly p50Ms: number; readonly p99Ms: number };
  readonly outstanding: number;
  readonly cpu: CpuShares;
}

function summaryOf(runs: readonly Run[], outstanding: number): Summary {
  const of = (value: (run: Run) => number) => rounded(median(runs.map(value)));
  const both = (kind: 'done' | 'ack' | 'delivery' | 'lateness') => ({
    p50Ms: of(({ paced }) => paced[kind].p50Ms),
    p99Ms: of(({ paced }) => paced[kind].p99Ms),
  });
  const share = (part: keyof CpuShares) => {
    const known = runs.map(({ cpu }) => cpu[part]).filter((one) => one !== null);
    return known.length === 0 ? null : rounded(median(known));
  };
  return {
    perSecond: of(({ perSecond }) => perSecond),
    perSecondRuns: spread(runs.map(({ perSecond }) => perSecond)),
    ...both('done'),
    ack: both('ack'),
    delivery: both('delivery'),
    clientLateness: both('lateness'),
    outstanding,
    cpu: {
      server: share('server'),
      client: share('client') ?? Number.NaN,
      postgres: share('postgres'),
      others: share('others'),
    },
  };
}

function tableOf(names: readonly ServerName[], summaries: Record<string, Summary>): string {
  const header = [
    'medians',
    'messages/s',
    'of runs',
    'outstanding',
    'ack p50/p99 ms',
    'delivery p50/p99 ms',
    'both p50/p99 ms',
    `CPU ${cpuColumns}`,
  ];
  const pair = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }) => `${p50Ms} / ${p99Ms}`;
  const rows = names.flatMap((name) => {
    const one = summaries[name];
    if (one === undefined) return [];
    const { perSecond, perSecondRuns, outstanding, ack, delivery, cpu } = one;
    return [
      [name, perSecond, perSecondRuns, outstanding, pair(ack), pair(delivery), pair(one), sharesText(cpu)],
    ];
  });
  return table(header, rows);
}
