/**
 * `npm run bench -- <name>`: measures what the documentation claims. Every number that is printed was measured in
 * this run; ratios are of things measured side by side in it.
 */
import { parseArgs } from 'node:util';
import { deadBot } from './dead-bot.ts';
import { exporting } from './export.ts';
import { guidance } from './guidance.ts';
import { guidanceLive } from './guidance-live.ts';
import { handoff } from './handoff.ts';
import { handoffPolicy } from './handoff-policy.ts';
import { idle } from './idle.ts';
import { inbox } from './inbox.ts';
import { insights } from './insights.ts';
import { keyboard } from './keyboard.ts';
import { nodes } from './nodes.ts';
import { type Benchmark, type BenchmarkContext, UsageError } from './options.ts';
import { dropDatabases } from './postgres.ts';
import { queue } from './queue.ts';
import { relay } from './relay.ts';
import { routing } from './routing.ts';
import { search } from './search.ts';
import { walk } from './walk.ts';
import { weakQuestions } from './weak-questions.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  relay,
  idle,
  handoff,
  queue,
  nodes,
  'handoff-policy': handoffPolicy,
  'dead-bot': deadBot,
  routing,
  search,
  inbox,
  insights,
  keyboard,
  export: exporting,
  guidance,
  'weak-questions': weakQuestions,
  'guidance-live': guidanceLive,
  walk,
};

const everywhere = ({ runs, seconds }: Benchmark['defaults']) =>
  ({
    runs: { type: 'string', default: String(runs), about: 'runs, of which the medians are told' },
    seconds: { type: 'string', default: String(seconds), about: 'length of each measurement' },
    json: { type: 'boolean', about: 'the result as one object in the last line' },
    help: { type: 'boolean', about: 'what is measured, and how' },
  }) as const;

const summaryOf = ({ about }: Benchmark) => about.split('\n', 1)[0] ?? '';

const usage = () =>
  `npm run bench -- <name> [options]\n\n${Object.values(benchmarks)
    .map((one) => `  ${summaryOf(one)}`)
    .join('\n')}\n\n` +
  'npm run bench -- <name> --help tells the method and the options.\n' +
  'PostgreSQL: DATABASE_URL, or the one at 127.0.0.1:5432. The exit code is 1 when a run does not count.';

function helpOf({ about, options, defaults }: Benchmark): string {
  const rows = Object.entries({ ...options, ...everywhere(defaults) }).map(([name, option]) => {
    const fallback = 'default' in option && option.default !== undefined ? ` (${option.default})` : '';
    return `  --${name.padEnd(15)}${option.about}${fallback}`;
  });
  return `${about}\n\n${rows.join('\n')}`;
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) {
    console.log(usage());
    return name === '--help' || name === 'help' ? 0 : 2;
  }
  const { values } = parseArgs({
    args: [...args],
    options: { ...benchmark.options, ...everywhere(benchmark.defaults) },
  });
  if (values.help === true) {
    console.log(helpOf(benchmark));
    return 0;
  }
  const text = (option: string) => {
    const value = (values as Record<string, unknown>)[option];
    return typeof value === 'string' ? value : undefined;
  };
  const count = (option: string) => {
    const value = Number(text(option));
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${option} is a whole number above 0`);
    return value;
  };
  const context: BenchmarkContext = {
    runs: count('runs'),
    seconds: count('seconds'),
    print: (line) => console.log(line),
    text,
    count,
    flag: (option) => (values as Record<string, unknown>)[option] === true,
  };
  const { problems, result } = await benchmark.run(context);
  const isValid = problems.length === 0;
  if (!isValid) console.log(`\nDoes not count:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  if (values.json === true) console.log(JSON.stringify({ ...result, valid: isValid, problems }));
  return isValid ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    dropDatabases().then(
      () => process.exit(130),
      (error) => {
        console.error(error);
        process.exit(130);
      },
    );
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isTyped = error instanceof UsageError || String(Object(error).code).startsWith('ERR_PARSE_ARGS');
    console.error(isTyped && error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
