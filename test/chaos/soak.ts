/** `npm run soak`: the trials of this folder in full. See `--help`. */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { crashClients } from './scenarios/crash.ts';
import { cutConnections } from './scenarios/cuts.ts';
import { killServer } from './scenarios/kill.ts';
import { loseOneWay } from './scenarios/one-way.ts';
import { losePostgres } from './scenarios/postgres-outage.ts';
import { raceForCustomers } from './scenarios/race.ts';
import { loseRedis } from './scenarios/redis-outage.ts';
import { restartRolling } from './scenarios/rolling-restart.ts';
import type { Verdict } from './support/cast.ts';
import { show } from './support/show.ts';

interface Trial {
  /** What `--only` calls it; several trials may share a name. */
  readonly only: string;
  readonly name: string;
  /** @param share of the full number of repetitions; how long things last stays the same */
  run(adminUrl: string, share: number, say: (line: string) => void): Promise<Verdict>;
}

const part = (full: number, share: number) => Math.max(1, Math.round(full * share));

const trials: readonly Trial[] = [
  ...([false, true] as const).map((isEmbedded) => ({
    only: 'kill',
    name: `kill -9, ${isEmbedded ? 'embedded PostgreSQL' : 'DATABASE_URL'}`,
    run: (adminUrl: string, share: number, say: (line: string) => void) =>
      killServer({
        adminUrl: isEmbedded ? null : adminUrl,
        kills: part(100, share),
        customers: 50,
        agents: 5,
        commandsPerLife: 50,
        say,
      }),
  })),
  {
    only: 'crash',
    name: 'pages that crash or reload between send and acknowledgement',
    run: (adminUrl, share, say) =>
      crashClients({ adminUrl, crashes: part(1_000, share), customers: 20, say }),
  },
  {
    only: 'cuts',
    name: 'random cuts of 0-20 s',
    run: (adminUrl, share, say) =>
      cutConnections({ adminUrl, customers: 25, cuts: part(20, share), longestMs: 20_000, say }),
  },
  {
    only: 'one-way',
    name: 'one direction lost for 60 s',
    run: (adminUrl, share, say) => loseOneWay({ adminUrl, lossMs: 60_000, each: part(5, share), say }),
  },
  ...(['stopped', 'frozen'] as const).map((how) => ({
    only: 'postgres',
    name: `PostgreSQL ${how} for 30 s`,
    run: (_adminUrl: string, _share: number, say: (line: string) => void) =>
      losePostgres({ how, outageMs: 30_000, customers: 25, say }),
  })),
  {
    only: 'redis',
    name: 'Redis dead for 60 s under two nodes',
    run: (adminUrl, _share, say) => loseRedis({ adminUrl, outageMs: 60_000, pairs: 10, say }),
  },
  ...(['new first', 'in place'] as const).map((order) => ({
    only: 'rolling',
    name: `rolling restart of two nodes, ${order}`,
    run: (adminUrl: string, share: number, say: (line: string) => void) =>
      restartRolling({ adminUrl, customers: 50, agents: 5, order, rounds: part(5, share), say }),
  })),
  {
    only: 'race',
    name: 'two agents on two nodes go for one customer',
    run: (adminUrl, share, say) =>
      raceForCustomers({ adminUrl, races: part(10_000, share), tracks: 20, say }),
  },
];

const names = [...new Set(trials.map(({ only }) => only))];

const help = `The trials of the delivery promise, in full: an hour or so on a quiet machine. "npm test" runs them in short.

  npm run soak [-- options]

  --only ${names.join(',')}
                 some of them
  --share 1      so much of the full number of repetitions, e.g. 0.1
  --json         the last line is one JSON object
  --help

They make and drop databases of their own in the PostgreSQL of TEST_DATABASE_URL
(postgres://postgres@127.0.0.1:5432/postgres), and need redis-server. Ends with 1 if a promise was broken.`;

class UsageError extends Error {}

function readArgs(argv: string[]) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string', default: names.join(',') },
      share: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',');
  const stranger = only.find((name) => !names.includes(name));
  if (stranger !== undefined) throw new UsageError(`--only knows ${names.join(', ')}, and not "${stranger}"`);
  const share = Number(values.share);
  if (!(share > 0 && share <= 1)) throw new UsageError(`--share is a number up to 1, not "${values.share}"`);
  return { only, share, json: values.json, help: values.help };
}

const print = (line: string) => process.stdout.write(`${line}\n`);

async function assertPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    throw new UsageError(`No PostgreSQL at ${url} (${error}). Start one, or set TEST_DATABASE_URL.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function runTrial(
  { name, run }: Trial,
  adminUrl: string,
  share: number,
): Promise<Verdict & { name: string }> {
  const startedAt = performance.now();
  const say = (line: string) =>
    print(`  ${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  print(`\n${name}`);
  try {
    const verdict = await run(adminUrl, share, say);
    for (const problem of verdict.problems) print(`! ${problem}`);
    return { name, ...verdict };
  } catch (error) {
    // A trial that cannot be finished has not kept the promise; the others are worth knowing all the same.
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    print(`! ${problem}`);
    return { name, figures: {}, problems: [problem] };
  }
}

async function main(argv: string[]): Promise<number> {
  const args = readArgs(argv);
  if (args.help) {
    print(help);
    return 0;
  }
  const adminUrl = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  await assertPostgres(adminUrl);
  const results = [];
  for (const trial of trials.filter(({ only }) => args.only.includes(only)))
    results.push(await runTrial(trial, adminUrl, args.share));
  for (const result of results) show(result.name, result);
  const broken = results.filter(({ problems }) => problems.length > 0);
  print(
    broken.length === 0
      ? '\nEvery promise was kept.'
      : `\nBroken: ${broken.map(({ name }) => name).join('; ')}`,
  );
  if (args.json) print(JSON.stringify({ isKept: broken.length === 0, trials: results }));
  return broken.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof UsageError || (error instanceof Error && 'code' in error);
    process.stderr.write(`${isUsage ? `${(error as Error).message}\n\n${help}` : error}\n`);
    process.exitCode = 1;
  },
);
