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
  /** Until when a turn that begins here counts as running, epoch ms. */
  readonly leaseUntil: number;
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

/** Columns by name with their type in PostgreSQL: each goes to the statement as one parameter. */
type Types = Readonly<Record<string, string>>;
const keyTypes = { id: 'uuid', after: 'int' } as const;
const saidTypes = {
  seq: 'int',
  state: 'jsonb',
  last_text: 'text',
  last_author: 'text',
  last_at: 'bigint',
} as const;
const standingTypes = {
  status: 'text',
  topic: 'text',
  waiting_since: 'bigint',
  reason: 'text',
  priority: 'text',
  agent_id: 'text',
  agent_name: 'text',
  downvotes: 'int',
  resolved_at: 'bigint',
} as const;
const turnTypes = { is_ended: 'bool', turn: 'int', lease_until: 'bigint' } as const;
const factTypes = { id: 'uuid', seq: 'int', type: 'text', at: 'bigint', body: 'jsonb' } as const;
const commandTypes = {
  id: 'uuid',
  senderId: 'text',
  cid: 'uuid',
  bodyHash: 'hex',
  seq: 'int',
  at: 'bigint',
} as const;

const plainTypes = new Set(['uuid', 'int', 'bigint', 'bool', 'hex']);

const columns = (rows: readonly object[], types: Types) =>
  Object.entries(types).map(([name, type]) => {
    const column = rows.map((row) => (row as Readonly<Record<string, unknown>>)[name]);
    // One JSON array: the driver would look for quotes in each, and escape every one of them once more.
    if (type === 'jsonb' || type === 'text') return JSON.stringify(column);
    // Nothing in these needs a quote; the driver would look for one in each.
    return plainTypes.has(type) ? `{${column.map((value) => value ?? 'null').join()}}` : column;
  });

/** The columns' arrays side by side, as rows; their parameters begin behind `from`. */
const given = (alias: string, types: Types, from: number) => {
  const parameters = Object.values(types).map((type, index) => {
    if (type === 'jsonb') return `jsonb_array_elements($${from + index + 1})`;
    if (type === 'text') return `jsonb_array_elements_text($${from + index + 1})`;
    return `unnest($${from + index + 1}::${type === 'hex' ? 'text' : type}[])`;
  });
  return `rows from (${parameters.join(', ')}) as ${alias}(${Object.keys(types).join(', ')})`;
};

const turnsOf = ({ conversation, facts, leaseUntil }: Commit) => {
  const change = turnChange(facts, conversation.state);
  return {
    is_ended: change === 'ended',
    turn: change === null || change === 'ended' ? null : change.turn,
    lease_until: leaseUntil,
  };
};

/**
 * The statement that saves these columns of a conversation's row, and its turn if `turns` are among them. What most
 * messages do not change is half of the row: to send and parse it all the same took a quarter of the time.
 */
function statementOf(name: string, saved: Types, turns: Types) {
  const rowTypes = { ...keyTypes, ...saved, ...turns };
  const rowCount = Object.keys(rowTypes).length;
  const factCount = Object.keys(factTypes).length;
  const hasTurns = Object.keys(turns).length > 0;
  return {
    name,
    valuesOf(commits: readonly Commit[]): unknown[] {
      const rows = commits.map((commit) => {
        const row = Object.assign(columnsOf(commit.conversation), { after: commit.after });
        return hasTurns ? { ...row, ...turnsOf(commit) } : row;
      });
      const facts = commits.flatMap(({ conversation: { id }, facts }) =>
        facts.map((body) => ({ id, seq: body.seq, type: body.type, at: body.at, body })),
      );
      const commands = commits.flatMap(({ conversation: { id }, commands }) =>
        commands.map((command) => ({ id, ...command })),
      );
      return [...columns(rows, rowTypes), ...columns(facts, factTypes), ...columns(commands, commandTypes)];
    },
    text: `
with sent as materialized (select * from ${given('sent', commandTypes, rowCount + factCount)}),
-- Written so that every row of a table is found by its key, however small the tables were when this was planned: limits
-- and "is true" keep the planner from joining, and the pool's settings from reading a table from end to end.
repeated as materialized (
  select sent.id from sent, lateral (
    select from commands where conversation_id = sent.id and sender_id = sent.senderId and cid = sent.cid limit 1
  ) as earlier),
held as materialized (
  select wanted.* from ${given('wanted', rowTypes, 0)}, lateral (
    select from conversations where conversations.id = wanted.id and conversations.seq = wanted.after
    limit 1 for update skip locked
  ) as row
  where wanted.id not in (select id from repeated)),
saved as (
  update conversations set ${Object.keys(saved)
    .map((column) => `${column} = held.${column}`)
    .join(', ')}
  from held where conversations.id = held.id),
new_facts as (
  insert into facts (conversation_id, seq, type, at, body)
  select fact.id, fact.seq, fact.type, fact.at, fact.body
  from ${given('fact', factTypes, rowCount)} where (fact.id in (select id from held)) is true),
${hasTurns ? turnsText : ''}new_commands as (
  insert into commands (conversation_id, sender_id, cid, body_hash, seq, at)
  select id, senderId, cid, decode(bodyHash, 'hex'), seq, at from sent where (id in (select id from held)) is true)
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
  all: statementOf('handrail-commit', { ...saidTypes, ...standingTypes }, turnTypes),
  said: statementOf('handrail-commit-said', saidTypes, {}),
};
