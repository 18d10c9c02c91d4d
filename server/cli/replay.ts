import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import { uuidPattern } from '../../protocol/ids.ts';
import type { ReplayReport } from '../../protocol/replay.ts';
import { createOutbound, type Outbound } from '../bots/outbound.ts';
import { botLimitsOf, type Config } from '../config.ts';
import { meaningOf } from '../domain/replay/verdict.ts';
import { notAskableWords } from '../replay/bot-asker.ts';
import { readCaseLines } from '../replay/case-lines.ts';
import { prepare, type ReplayWorld, type Tried } from '../replay/prepare.ts';
import { workOn } from '../replay/run.ts';
import { createSiteMatchers } from '../retrieval/site-matcher.ts';
import { operator } from '../store/audit-log.ts';
import { migrate, openDatabase } from '../store/database.ts';
import type { KeptRun } from '../store/replays.ts';
import type { Site } from '../store/sites.ts';
import { createStore, type Store } from '../store/store.ts';
import { type Command, needed, optionsOf, type Surroundings, siteWith, UsageError } from './command.ts';
import { withDatabase } from './open-database.ts';
import { plural } from './progress.ts';
import { junitOf, linesOf } from './replay-report.ts';

/** A killed run is ended as interrupted by whoever looks after this time. */
const leaseMs = 30_000;
const exitCodes = { passed: 0, failed: 1, unknown: 2 } as const;
const sayEveryMs = 5_000;

/** For the bot owner's CI: 0 all passed, 1 something failed, 2 it could not be told. */
export const replay: Command<Surroundings> = {
  failureCode: exitCodes.unknown,
  options:
    '--site pk_… [--bot-version TEXT] [--guidance ID [--version N]] [--json] [--junit FILE] | --site pk_… --import FILE.jsonl',
  about:
    "Asks the site's live bot with and without guidance, and scores the answers (docs/replay.md). Ends with 0 if all\n" +
    '      passed, 1 if an old failure fails again or a close question changed, 2 if it could not be told.\n' +
    '      --import says what guidances are tried with, one a line; - reads from standard input.',
  async run({ config, print, signal }, args) {
    const given = optionsOf(args, {
      site: { type: 'string' },
      'bot-version': { type: 'string' },
      guidance: { type: 'string' },
      version: { type: 'string' },
      json: { type: 'boolean', default: false },
      junit: { type: 'string' },
      import: { type: 'string' },
    });
    const key = needed(given.site, 'site', 63);
    const botVersion =
      given['bot-version'] === undefined ? null : needed(given['bot-version'], 'bot-version', 80);
    const tried = triedIn(given.guidance, given.version);
    await withDatabase(config, { alone: false, make: false }, async (connection) => {
      const store = createStore(openDatabase(connection, () => undefined));
      try {
        await migrate(store.db);
        const site = await siteWith({ store }, key);
        if (given.import !== undefined) {
          await importCases(store, site, given.import, print);
          return;
        }
        const call = createOutbound({ allowPrivate: config.outboundAllow });
        const report = await runAll({ store, config, call, signal }, site, tried, botVersion).finally(() =>
          call.close(),
        );
        if (given.junit !== undefined) writeFileSync(given.junit, junitOf(report));
        if (given.json) print(JSON.stringify(report));
        else for (const line of [...linesOf(report), summaryOf(report)]) print(line);
        const { state, problem, counts } = report.run;
        process.exitCode = exitCodes[meaningOf(state === 'done' && problem === null, counts)];
      } finally {
        await store.close();
      }
    });
  },
};

/** @throws UsageError */
function triedIn(id: string | undefined, version: string | undefined): Tried {
  if (id === undefined) {
    if (version !== undefined) throw new UsageError('--version needs --guidance.');
    return null;
  }
  if (!new RegExp(uuidPattern).test(id)) throw new UsageError(`--guidance must be an id, not ${id}.`);
  if (version !== undefined && !/^[1-9]\d{0,2}$/.test(version)) {
    throw new UsageError(`--version must be the number of a version, not ${version}.`);
  }
  return { id, version: version === undefined ? null : Number(version) };
}

/** Once through, here and now. What a signal breaks off is ended as interrupted. */
async function runAll(
  { store, config, call, signal }: { store: Store; config: Config; call: Outbound; signal: AbortSignal },
  site: Site,
  tried: Tried,
  botVersion: string | null,
): Promise<ReplayReport> {
  const confirmWithinMs = config.guidanceWithinMs;
  const createMatcher = await createSiteMatchers(config, call, () => undefined);
  const world: ReplayWorld = { store, call, limits: botLimitsOf(config), confirmWithinMs, createMatcher };
  const prepared = await prepare(world, site, tried);
  if (prepared === 'not_found')
    throw new UsageError(`${site.key} has no such guidance, or not that version.`);
  if (typeof prepared === 'string') throw new UsageError(notAskableWords[prepared]);
  const startedAt = Date.now();
  const one = tried === null ? null : (prepared.tried[0] ?? null);
  const run: KeptRun = {
    id: randomUUID(),
    siteId: site.id,
    botVersion,
    guidance: one?.id ?? null,
    version: one?.version ?? null,
    startedAt,
    state: 'running',
    total: null,
  };
  const isOurs = await store.replays.begin({ ...run, by: null, leaseUntil: startedAt + leaseMs });
  if (!isOurs) throw new UsageError(`A replay of ${site.key} is going on; wait for its end, or stop it.`);
  await store.auditLog.addByOperator('guidance.replayed', { kind: 'site', id: site.key }, [site.id], {
    replay: run.id,
  });
  const progress = createProgress();
  try {
    const came = await workOn(world, prepared, run, {
      signal,
      leaseMs,
      onChosen: (count) => progress.begin(count),
      onTried: () => progress.advance(),
    });
    if (came === 'done') await store.replays.end(run.id, 'done', null, Date.now());
    else await store.replays.end(run.id, 'interrupted', 'stopped by the operator', Date.now());
  } catch (error) {
    await store.replays.end(run.id, 'failed', 'it broke on our side', Date.now());
    throw error;
  } finally {
    progress.end();
  }
  const report = await store.replayReports.report(run.id, [site.id]);
  if (report === null) throw new Error('the run is not there any more');
  return report;
}

async function importCases(
  store: Store,
  site: Site,
  path: string,
  print: (line: string) => void,
): Promise<void> {
  const cases = readCaseLines(readFileSync(path === '-' ? 0 : path, 'utf8'));
  if ('fault' in cases) throw new UsageError(`${path} ${cases.fault}. Nothing was kept.`);
  const act = { by: 'operator', actor: operator, at: Date.now() };
  const missing = await store.replayCases.save(cases, [site.id], act);
  if (missing !== null) {
    const line = cases[missing]?.line;
    throw new UsageError(`${path} line ${line}: ${site.key} has no such guidance. Nothing was kept.`);
  }
  print(`${plural(cases.length, 'case')} kept.`);
}

function summaryOf({ run }: ReplayReport): string {
  const { total, counts, state, problem, botVersion } = run;
  const version = botVersion === null ? '' : ` Bot version ${botVersion}.`;
  const unasked = total - counts.passed - counts.failed - counts.open;
  const ended = state === 'done' && problem === null ? '' : ` ${state}: ${problem}.`;
  if (total === 0) return `Nothing to ask: no guidance is live.${ended}`;
  return (
    `${plural(total, 'question')}: ${counts.passed} passed, ${counts.failed} failed` +
    `${counts.open + unasked === 0 ? '' : `, ${counts.open + unasked} not told`}.${version}${ended}`
  );
}

/** On standard error, so that what is printed can be piped: a bar on a terminal, elsewhere a line now and then. */
function createProgress() {
  const stream = process.stderr;
  let done = 0;
  let total = 0;
  let saidAt = Date.now();
  const shown = stream.isTTY
    ? new SingleBar(
        { format: '  {bar} {percentage}%  {value} of {total} questions', hideCursor: true, fps: 10, stream },
        Presets.shades_classic,
      )
    : null;
  return {
    begin(count: number) {
      total = count;
      shown?.start(count, 0);
    },
    advance() {
      done += 1;
      shown?.update(done);
      if (shown !== null || Date.now() - saidAt < sayEveryMs) return;
      saidAt = Date.now();
      stream.write(`  ${done} of ${total} questions\n`);
    },
    end: () => shown?.stop(),
  };
}
