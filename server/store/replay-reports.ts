import { type Selectable, sql } from 'kysely';
import type { ReplayFilter, ReplayPage, ReplayReport, ReplayRun } from '../../protocol/replay.ts';
import { saysTheSame } from '../domain/replay/checks.ts';
import { wordDiff } from '../domain/replay/word-diff.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { shown } from './replays.ts';
import type { ReplayResultsTable, ReplayRunsTable } from './schema-replay.ts';

interface End {
  readonly at: number;
  readonly id: string;
}
export const replayCursor = createCursor<End>({ at: 'time', id: 'uuid' });

/** Runs of replays as people read them. */
export function createReplayReports(db: Database) {
  const visible = (siteIds: readonly string[]) =>
    db
      .selectFrom('replay_runs')
      .innerJoin('sites', 'sites.id', 'site_id')
      .where('site_id', 'in', [...siteIds]);

  /** How many came to what, of all questions of a run or of those of one guidance. */
  const counted = (guidance: string | undefined) =>
    sql<Counted>`(
    select jsonb_build_object('passed', count(*) filter (where verdict = 'passed'),
      'failed', count(*) filter (where verdict in ('missed', 'wrong', 'relapsed', 'changed')),
      'open', count(*) filter (where verdict in ('unjudged', 'unasked')), 'total', count(*))
    from replay_results where run_id = replay_runs.id
      ${guidance === undefined ? sql`` : sql`and guidance_id = ${guidance}`})`.as('counted');

  return {
    async page(
      siteIds: readonly string[],
      { site, guidance }: ReplayFilter,
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<ReplayPage> {
      if (siteIds.length === 0) return { items: [], next: null };
      const rows = await visible(siteIds)
        .select([...columns, counted(guidance)])
        .$if(site !== undefined, (query) => query.where('sites.key', '=', site ?? ''))
        .$if(guidance !== undefined, (query) =>
          // Also before its questions are chosen.
          query.where((where) =>
            where.or([
              where('replay_runs.guidance_id', '=', guidance ?? ''),
              where.exists(
                where
                  .selectFrom('replay_results')
                  .select('seq')
                  .whereRef('run_id', '=', 'replay_runs.id')
                  .where('replay_results.guidance_id', '=', guidance ?? ''),
              ),
            ]),
          ),
        )
        .$if(cursor !== null, (query) =>
          query.where(
            sql<boolean>`(started_at, replay_runs.id) < (${cursor?.at ?? 0}::bigint, ${cursor?.id ?? ''}::uuid)`,
          ),
        )
        .orderBy('started_at', 'desc')
        .orderBy('replay_runs.id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toRun);
      const last = items.at(-1);
      const next =
        rows.length > limit && last !== undefined
          ? replayCursor.encode({ at: last.startedAt, id: last.id })
          : null;
      return { items, next };
    },

    /** A run with what came of its questions; null: there is none at these sites. */
    async report(id: string, siteIds: readonly string[]): Promise<ReplayReport | null> {
      if (siteIds.length === 0) return null;
      const run = await visible(siteIds)
        .select([...columns, counted(undefined)])
        .where('replay_runs.id', '=', id)
        .executeTakeFirst();
      if (run === undefined) return null;
      const [rows, before] = await Promise.all([
        shown(db)
          .select(['replay_results.seq', 'guidance_id', 'version', 'kind', 'question', 'verdict', 'result'])
          .where('run_id', '=', id)
          .orderBy('replay_results.seq')
          .execute(),
        answersBefore(db, run),
      ]);
      return { run: toRun(run), results: rows.map((row) => toResult(row, before.get(row.seq) ?? null)) };
    },
  };
}

interface AnswerBefore {
  readonly botVersion: string;
  readonly answer: string;
}

/**
 * What the bot said by itself to the close questions of a run, in the newest earlier run of another version in which it
 * answered them.
 * @returns by seq of the question; of a bot whose version nobody knows there is none
 */
async function answersBefore(
  db: Database,
  { id, bot_version: version, started_at: startedAt }: Pick<RunRow, 'id' | 'bot_version' | 'started_at'>,
): Promise<ReadonlyMap<number, AnswerBefore>> {
  if (version === null) return new Map();
  const { rows } = await sql<AnswerBefore & { seq: number }>`
    select distinct on (now.seq) now.seq, run.bot_version as "botVersion", old.result->>'without' as answer
    from replay_results now
    join replay_runs own on own.id = now.run_id
    join replay_results old on old.guidance_id = now.guidance_id and old.question = now.question
      and old.kind = 'neighbour' and old.run_id <> now.run_id and old.result->>'without' is not null
    join replay_runs run on run.id = old.run_id and run.site_id = own.site_id and run.bot_version <> ${version}
      and (run.started_at, run.id) < (${startedAt}::bigint, ${id}::uuid)
    where now.run_id = ${id} and now.kind = 'neighbour' and now.result->>'without' is not null
    order by now.seq, run.started_at desc, run.id desc`.execute(db);
  return new Map(rows.map(({ seq, ...before }) => [seq, before]));
}

export type ReplayReports = ReturnType<typeof createReplayReports>;

const columns = [
  'replay_runs.id',
  'key',
  'title',
  'bot_version',
  'guidance_id',
  'replay_runs.version',
  'by_name',
  'state',
  'problem',
  'started_at',
  'ended_at',
] as const;

interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly open: number;
  readonly total: number;
}

type RunRow = Omit<Selectable<ReplayRunsTable>, 'site_id' | 'lease_until' | 'total'> & {
  readonly key: string;
  readonly title: string;
  readonly counted: Counted;
};

const toRun = ({ counted: { total, ...counts }, ...row }: RunRow): ReplayRun => ({
  id: row.id,
  site: row.key,
  siteName: row.title,
  botVersion: row.bot_version,
  guidance: row.guidance_id,
  version: row.version,
  by: row.by_name,
  state: row.state,
  problem: row.problem,
  total,
  counts,
  startedAt: row.started_at,
  endedAt: row.ended_at,
});

const unasked = {
  applied: null,
  without: null,
  with: null,
  checks: [],
  isRightAlone: null,
  rightBefore: null,
  failure: null,
};

function toResult(
  row: Pick<
    Selectable<ReplayResultsTable>,
    'guidance_id' | 'version' | 'kind' | 'question' | 'verdict' | 'result'
  >,
  before: AnswerBefore | null,
): ReplayReport['results'][number] {
  const { checks, ...outcome } = row.result ?? unasked;
  const { without, with: given } = outcome;
  return {
    guidance: row.guidance_id,
    version: row.version,
    kind: row.kind,
    question: row.question,
    verdict: row.verdict,
    ...outcome,
    checks: [...checks],
    diff: without === null || given === null ? [] : wordDiff(without, given),
    before:
      before === null || without === null || saysTheSame(before.answer, without)
        ? null
        : { ...before, diff: wordDiff(before.answer, without) },
  };
}
