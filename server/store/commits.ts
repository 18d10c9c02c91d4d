import type pg from 'pg';
import type { Fact } from '../../protocol/conversation.ts';
import { columnsOf, type StoredConversation } from './conversation-row.ts';

/** What one conversation gains: facts decided on the state that it had at `after`. */
export interface Commit {
  /** The seq that the decision was made on. If the row has moved on since, nothing of this is saved. */
  readonly after: number;
  /** As it is behind the facts. */
  readonly conversation: StoredConversation;
  readonly facts: readonly Fact[];
  readonly commands: readonly CommittedCommand[];
  /** Nothing but the last words of the row changed, and no turn began or ended: the other columns are left alone. */
  readonly isOnlySaid: boolean;
  /** The state moved on by its seq alone: the rest of it is left where it is. */
  readonly isStateKept: boolean;
  /** Until when a turn that begins here counts as running, epoch ms. */
  readonly leaseUntil: number;
}

/** What several commits of one conversation, each decided on what the one before has left, make together. */
export function asOne(commits: readonly Commit[]): Commit {
  const [first, last] = [commits[0], commits.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no commits');
  if (commits.length === 1) return first;
  return {
    ...last,
    after: first.after,
    facts: commits.flatMap(({ facts }) => facts),
    commands: commits.flatMap(({ commands }) => commands),
    isOnlySaid: commits.every(({ isOnlySaid }) => isOnlySaid),
    isStateKept: commits.every(({ isStateKept }) => isStateKept),
  };
}

export interface CommittedCommand {
  readonly senderId: string;
  readonly cid: string;
  /** Hexadecimal. */
  readonly bodyHash: string;
  /** Seq of the last fact that it made. */
  readonly seq: number;
  readonly at: number;
}

/**
 * What became of a commit. `repeated`: one of its commands had been carried out before (D1). `outrun`: somebody else
 * has changed the conversation, or is doing so right now; nothing was waited for.
 */
export type Fate = 'saved' | 'repeated' | 'outrun';

/** How a turn is kept after these facts: begun anew, ended, or as it was (null). */
export function turnChange(facts: readonly Fact[], { pending }: StoredConversation['state']) {
  if (!facts.some((fact) => fact.type === 'answer.started' || fact.type === 'answer.ended')) return null;
  return pending === null ? 'ended' : { turn: pending.turn };
}

/**
 * Saves the commits of many conversations in one statement, which is one transaction: one round trip and one write
 * to disk for all of them. Each conversation stands for itself: either its row is still at `after` and none of its
 * commands is known, then all of it is saved, or nothing of it.
 *
 * Rows that others hold are passed by and not waited for, so that two processes with overlapping batches cannot lock
 * each other out, and one slow transaction holds up nobody else's message.
 */
export function createCommits(pool: pg.Pool) {
  return {
    /** @returns the fate of each commit, in their order */
    async save(commits: readonly Commit[]): Promise<Fate[]> {
      const statement = commits.every(({ isOnlySaid }) => isOnlySaid) ? statements.said : statements.all;
      const { rows } = await pool.query<{ id: string; repeated: boolean }>({
        name: statement.name,
        text: statement.text,
        values: statement.valuesOf(commits),
      });
      const fates = new Map(rows.map(({ id, repeated }) => [id, repeated ? 'repeated' : 'saved'] as const));
      return commits.map(({ conversation }) => fates.get(conversation.id) ?? 'outrun');
    },

    /**
     * Forgets some of the commands that were carried out before this time: sent again, they would be new ones.
     * @returns how many; 0 when none is left
     */
    async forgetCommands(before: number): Promise<number> {
      const { rowCount } = await pool.query(forgetStatement, [before]);
      return rowCount ?? 0;
    },
  };
}

export type Commits = ReturnType<typeof createCommits>;

/** A part at a time, so that no lock is held for long; rows that another process is at are left to it. */
const forgetStatement = `
delete from commands using (
  select conversation_id, sender_id, cid from commands where at < $1 limit 5000 for update skip locked
) as old
where commands.conversation_id = old.conversation_id and commands.sender_id = old.sender_id and commands.cid = old.cid`;

/** A column of what is sent: one parameter for all rows, and how PostgreSQL makes rows of it again. */
interface Column<S> {
  /** @param parameter such as $1 */
  sql(parameter: string): string;
  valueOf(sources: readonly S[]): string;
}
type Columns<S> = Readonly<Record<string, Column<S>>>;

/** Of a type whose values need no quotes: the driver would look for a reason in each. */
const plain = <S>(type: string, of: (source: S) => string | number | boolean | null): Column<S> => ({
  sql: (parameter) => `unnest(${parameter}::${type}[])`,
  valueOf: (sources) => `{${sources.map((source) => of(source) ?? 'null').join()}}`,
});
/** One JSON array: the driver would escape every quote in each once more. */
const text = <S>(of: (source: S) => string | null): Column<S> => ({
  sql: (parameter) => `jsonb_array_elements_text(${parameter})`,
  valueOf: (sources) => JSON.stringify(sources.map(of)),
});
/**
 * JSON by lines, which none has a break in; null is an empty one. With the hundred states of a batch as one jsonb array
 * PostgreSQL 15 took 77 µs a message for the statement, by lines 35.
 */
const json = <S>(of: (source: S) => object | null): Column<S> => ({
  sql: (parameter) => `unnest(string_to_array(${parameter}, E'\\n', '')::jsonb[])`,
  valueOf: (sources) =>
    sources
      .map((source) => {
        const value = of(source);
        return value === null ? '' : JSON.stringify(value);
      })
      .join('\n'),
});

interface RowSource {
  readonly commit: Commit;
  readonly row: ReturnType<typeof columnsOf>;
}
interface FactSource {
  readonly id: string;
  readonly fact: Fact;
}
interface CommandSource {
  readonly id: string;
  readonly command: CommittedCommand;
}

const keyColumns: Columns<RowSource> = {
  id: plain('uuid', ({ row }) => row.id),
  after: plain('int', ({ commit }) => commit.after),
};
const saidColumns: Columns<RowSource> = {
  seq: plain('int', ({ row }) => row.seq),
  state: json(({ commit, row }) => (commit.isStateKept ? null : row.state)),
  last_text: text(({ row }) => row.last_text),
  last_author: text(({ row }) => row.last_author),
  last_at: plain('bigint', ({ row }) => row.last_at),
};
const standingColumns: Columns<RowSource> = {
  status: text(({ row }) => row.status),
  topic: text(({ row }) => row.topic),
  waiting_since: plain('bigint', ({ row }) => row.waiting_since),
  reason: text(({ row }) => row.reason),
  priority: text(({ row }) => row.priority),
  agent_id: text(({ row }) => row.agent_id),
  agent_name: text(({ row }) => row.agent_name),
  downvotes: plain('int', ({ row }) => row.downvotes),
  resolved_at: plain('bigint', ({ row }) => row.resolved_at),
};
const turnColumns: Columns<RowSource> = {
  is_ended: plain('bool', ({ commit }) => turnOf(commit) === 'ended'),
  turn: plain('int', ({ commit }) => {
    const change = turnOf(commit);
    return change === null || change === 'ended' ? null : change.turn;
  }),
  lease_until: plain('bigint', ({ commit }) => commit.leaseUntil),
};
const factColumns: Columns<FactSource> = {
  id: plain('uuid', ({ id }) => id),
  seq: plain('int', ({ fact }) => fact.seq),
  type: text(({ fact }) => fact.type),
  at: plain('bigint', ({ fact }) => fact.at),
  body: json(({ fact }) => fact),
};
const commandColumns: Columns<CommandSource> = {
  id: plain('uuid', ({ id }) => id),
  sender_id: text(({ command }) => command.senderId),
  cid: plain('uuid', ({ command }) => command.cid),
  body_hash: plain('text', ({ command }) => command.bodyHash),
  seq: plain('int', ({ command }) => command.seq),
  at: plain('bigint', ({ command }) => command.at),
};

const turnOf = ({ conversation, facts }: Commit) => turnChange(facts, conversation.state);

const valuesOf = <S>(columns: Columns<S>, sources: readonly S[]): string[] =>
  Object.values(columns).map((column) => column.valueOf(sources));

/** The columns side by side, as rows; their parameters begin behind `from`. */
const given = <S>(alias: string, columns: Columns<S>, from: number) => {
  const parameters = Object.values(columns).map((column, index) => column.sql(`$${from + index + 1}`));
  return `rows from (${parameters.join(', ')}) as ${alias}(${Object.keys(columns).join(', ')})`;
};

/** What becomes of a column of the conversation's row. */
const savedAs = (column: string) =>
  column === 'state'
    ? `state = coalesce(held.state, jsonb_set(conversations.state, '{seq}', to_jsonb(held.seq)))`
    : `${column} = held.${column}`;

/**
 * The statement that saves these columns of a conversation's row, and its turn if `turns` are among them. What most
 * messages do not change is half of the row: to send and parse it all the same took a quarter of the time.
 */
function statementOf(name: string, saved: Columns<RowSource>, turns: Columns<RowSource>) {
  const rowColumns = { ...keyColumns, ...saved, ...turns };
  const rowCount = Object.keys(rowColumns).length;
  const factCount = Object.keys(factColumns).length;
  const hasTurns = Object.keys(turns).length > 0;
  return {
    name,
    valuesOf(commits: readonly Commit[]): string[] {
      const rows = commits.map((commit) => ({ commit, row: columnsOf(commit.conversation) }));
      const facts = commits.flatMap(({ conversation: { id }, facts }) => facts.map((fact) => ({ id, fact })));
      const commands = commits.flatMap(({ conversation: { id }, commands }) =>
        commands.map((command) => ({ id, command })),
      );
      return [
        ...valuesOf(rowColumns, rows),
        ...valuesOf(factColumns, facts),
        ...valuesOf(commandColumns, commands),
      ];
    },
    text: `
with sent as materialized (select * from ${given('sent', commandColumns, rowCount + factCount)}),
-- Written so that every row of a table is found by its key, however small the tables were when this was planned: limits
-- and "is true" keep the planner from joining, and the pool's settings from reading a table from end to end.
repeated as materialized (
  select sent.id from sent, lateral (
    select from commands where conversation_id = sent.id and sender_id = sent.sender_id and cid = sent.cid limit 1
  ) as earlier),
held as materialized (
  select wanted.* from ${given('wanted', rowColumns, 0)}, lateral (
    select from conversations where conversations.id = wanted.id and conversations.seq = wanted.after
    limit 1 for update skip locked
  ) as row
  where wanted.id not in (select id from repeated)),
saved as (
  update conversations set ${Object.keys(saved).map(savedAs).join(', ')}
  from held where conversations.id = held.id),
new_facts as (
  insert into facts (conversation_id, seq, type, at, body)
  select fact.id, fact.seq, fact.type, fact.at, fact.body
  from ${given('fact', factColumns, rowCount)} where (fact.id in (select id from held)) is true),
${hasTurns ? turnsText : ''}new_commands as (
  insert into commands (conversation_id, sender_id, cid, body_hash, seq, at)
  select id, sender_id, cid, decode(body_hash, 'hex'), seq, at from sent where (id in (select id from held)) is true)
select id, false as repeated from held union all select id, true from repeated`,
  };
}

const turnsText = `begun as (
  insert into running_turns (conversation_id, turn, text, lease_until)
  select id, turn, '', lease_until from held where turn is not null
  on conflict (conversation_id) do update set turn = excluded.turn, text = '', lease_until = excluded.lease_until),
ended as (
  delete from running_turns using held where running_turns.conversation_id = held.id and held.is_ended),
`;

const statements = {
  all: statementOf('handrail-commit', { ...saidColumns, ...standingColumns }, turnColumns),
  said: statementOf('handrail-commit-said', saidColumns, {}),
};
