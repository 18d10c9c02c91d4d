import { type Selectable, sql } from 'kysely';
import type { ReplayState } from '../../protocol/replay.ts';
import type { Database } from './database.ts';
import type { ReplayOutcome, ReplayResultsTable, ReplayRunsTable } from './schema-replay.ts';
import { storable } from './storable.ts';

export type { ReplayOutcome };

/** A question that a run is to ask. */
export type PlannedQuestion = Pick<
  Selectable<ReplayResultsTable>,
  'guidance_id' | 'version' | 'kind' | 'question' | 'conversation_id'
>;
export type OpenQuestion = PlannedQuestion & { readonly seq: number };

export interface NewRun {
  readonly id: string;
  readonly siteId: string;
  readonly botVersion: string | null;
  readonly guidance: string | null;
  /** Of that guidance. */
  readonly version: number | null;
  readonly by: string | null;
  readonly startedAt: number;
  readonly leaseUntil: number;
}

/** As a run goes on, and as it is asked for. */
export interface KeptRun
  extends Pick<NewRun, 'id' | 'siteId' | 'botVersion' | 'guidance' | 'version' | 'startedAt'> {
  readonly state: ReplayState;
  /** Null before its questions are chosen. */
  readonly total: number | null;
}

/** Runs of a site that are kept. */
const mostRuns = 200;
/** Longer answers are kept up to here. */
const mostLetters = 8_000;

/** Runs of replays, and what came of each question: planned as a run begins, so that any process can go on with it. */
export function createReplays(db: Database) {
  const endDead = async (now: number): Promise<number> => {
    const { numUpdatedRows } = await db
      .updateTable('replay_runs')
      .set({ state: 'interrupted', problem: 'its process died', ended_at: now })
      .where('state', '=', 'running')
      .where('lease_until', '<', now)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  };

  return {
    /** Ends runs whose process has died. @returns how many there were */
    endDead,

    /** @returns false: another run of this site goes on */
    async begin(run: NewRun): Promise<boolean> {
      await endDead(run.startedAt);
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('replay_runs')
        .values({
          id: run.id,
          site_id: run.siteId,
          bot_version: run.botVersion,
          guidance_id: run.guidance,
          version: run.version,
          by_name: run.by,
          state: 'running',
          problem: null,
          total: null,
          lease_until: run.leaseUntil,
          started_at: run.startedAt,
          ended_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 0n) return false;
      await sql`delete from replay_runs where id in (select id from replay_runs where site_id = ${run.siteId}
        order by started_at desc, id desc offset ${mostRuns})`.execute(db);
      return true;
    },

    /** Gives a run its questions, once: whoever comes second changes nothing. */
    async choose(
      id: string,
      questions: readonly PlannedQuestion[],
      problem: string | null = null,
    ): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('replay_runs')
          .set({ total: questions.length, problem })
          .where('id', '=', id)
          .where('total', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return;
        const rows = storable(questions).map((one, seq) => ({
          ...one,
          run_id: id,
          seq,
          verdict: null,
          result: null,
        }));
        for (let at = 0; at < rows.length; at += 500) {
          const some = rows.slice(at, at + 500);
          await tx.insertInto('replay_results').values(some).execute();
        }
      });
    },

    async byId(id: string): Promise<KeptRun | null> {
      const row = await db.selectFrom('replay_runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toKept(row);
    },

    /** Says that somebody is at it. @returns false: it has been ended meanwhile */
    async extend(id: string, leaseUntil: number, botVersion: string | null): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('replay_runs')
        .set({ lease_until: leaseUntil, bot_version: botVersion })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** @returns false: it had ended already */
    async end(id: string, state: Exclude<ReplayState, 'running'>, problem: string | null, now: number) {
      const { numUpdatedRows } = await db
        .updateTable('replay_runs')
        .set({ state, ended_at: now, ...(problem === null ? {} : { problem }) })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** What is still to be asked. A customer's question is left out once their conversation is gone. */
    async open(id: string): Promise<OpenQuestion[]> {
      return shown(db)
        .select([
          'replay_results.seq',
          'guidance_id',
          'version',
          'kind',
          'question',
          'replay_results.conversation_id',
        ])
        .where('run_id', '=', id)
        .where('verdict', 'is', null)
        .orderBy('replay_results.seq')
        .execute();
    },

    /** What came of a question, while its run goes on; the first answer stays, should two have asked. */
    async keep(id: string, seq: number, { verdict, ...outcome }: ReplayOutcome): Promise<void> {
      const cut = (text: string | null) => (text === null ? null : text.slice(0, mostLetters));
      const result = storable({ ...outcome, without: cut(outcome.without), with: cut(outcome.with) });
      await db
        .updateTable('replay_results')
        .set({ verdict, result: JSON.stringify(result) })
        .where('run_id', '=', id)
        .where('seq', '=', seq)
        .where('verdict', 'is', null)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('replay_runs')
              .select('id')
              .where('id', '=', id)
              .where('replay_runs.state', '=', 'running'),
          ),
        )
        .execute();
    },

    /**
     * The newest other version of the bot that by itself answered a question of a run right, since the guidance and its
     * case are what they are: one that was right once is not let off by a version in between that was not.
     * @returns the version, by guidance and question
     */
    async rightBefore({ id, siteId }: Pick<KeptRun, 'id' | 'siteId'>, botVersion: string) {
      const { rows } = await sql<{ key: string; version: string }>`
        select distinct on (now.guidance_id, now.question)
          now.guidance_id || ' ' || now.question as key, run.bot_version as version
        from replay_results now
        join replay_results old on old.guidance_id = now.guidance_id and old.question = now.question
          and old.version = now.version and old.kind = 'must_get' and old.run_id <> now.run_id
          and (old.result->>'isRightAlone')::boolean
        join replay_runs run on run.id = old.run_id and run.site_id = ${siteId}
          and run.bot_version is not null and run.bot_version <> ${botVersion}
        left join replay_cases on replay_cases.guidance_id = now.guidance_id
        where now.run_id = ${id} and now.kind = 'must_get'
          and run.started_at >= coalesce(replay_cases.changed_at, 0)
        order by now.guidance_id, now.question, run.started_at desc, run.id desc`.execute(db);
      return new Map(rows.map(({ key, version }) => [key, version]));
    },

    /** The neighbours that were found among past questions for the last run of each of these guidances. */
    async lastNeighbours(siteId: string, guidances: readonly string[]) {
      const { rows } = await sql<{ guidance: string; conversationId: string; text: string }>`
        select guidance_id as guidance, conversation_id as "conversationId", question as text
        from (select one.*, first_value(run_id) over (
            partition by one.guidance_id order by run.started_at desc, run.id desc) as newest
          from replay_results one join replay_runs run on run.id = run_id
          where site_id = ${siteId} and run.state = 'done' and kind = 'neighbour'
            and conversation_id is not null and one.guidance_id = any(${[...guidances]}::uuid[])) found
        where run_id = newest and exists (select from conversations where id = conversation_id)
        order by seq`.execute(db);
      return Map.groupBy(rows, ({ guidance }) => guidance);
    },
  };
}

export type Replays = ReturnType<typeof createReplays>;

/** Without what customers asked whose conversation is gone. */
export const shown = (db: Database) =>
  db
    .selectFrom('replay_results')
    .leftJoin('conversations', 'conversations.id', 'replay_results.conversation_id')
    .where((where) =>
      where.or([
        where('replay_results.conversation_id', 'is', null),
        where('conversations.id', 'is not', null),
      ]),
    );

const toKept = (row: Selectable<ReplayRunsTable>): KeptRun => ({
  id: row.id,
  siteId: row.site_id,
  botVersion: row.bot_version,
  guidance: row.guidance_id,
  version: row.version,
  startedAt: row.started_at,
  state: row.state,
  total: row.total,
});
