import type pg from 'pg';
import type { Fact } from '../../protocol/conversation.ts';
import { type StoredConversation, toRow } from './conversation-row.ts';

/** What one conversation gains: facts decided on the state that it had at `after`. */
export interface Commit {
  /** The seq that the decision was made on. If the row has moved on since, nothing of this is saved. */
  readonly after: number;
  /** As it is behind the facts. */
  readonly conversation: StoredConversation;
  readonly facts: readonly Fact[];
  readonly commands: readonly CommittedCommand[];
  /** Until when a turn that begins here counts as running, epoch ms. */
  readonly leaseUntil: number;
}

export interface CommittedCommand {
  readonly senderId: string;
  readonly cid: string;
  readonly bodyHash: Buffer;
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
      const { rows } = await pool.query<{ id: string; repeated: boolean }>({
        name: 'handrail-commit',
        text: statement,
        values: valuesOf(commits),
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

function valuesOf(commits: readonly Commit[]): unknown[] {
  const rows = commits.map(({ conversation, after, facts, leaseUntil }) => {
    const change = turnChange(facts, conversation.state);
    return {
      ...toRow(conversation),
      state: conversation.state,
      after,
      is_ended: change === 'ended',
      turn: change === null || change === 'ended' ? null : change.turn,
      lease_until: leaseUntil,
    };
  });
  const facts = commits.flatMap(({ conversation, facts }) =>
    facts.map((fact) => ({
      id: conversation.id,
      seq: fact.seq,
      type: fact.type,
      at: fact.at,
      body: fact,
    })),
  );
  const commands = commits.flatMap(({ conversation, commands }) =>
    commands.map((command) => ({ id: conversation.id, ...command })),
  );
  return [...columns(rows, rowTypes), ...columns(facts, factTypes), ...columns(commands, commandTypes)];
}

/** A part at a time, so that no lock is held for long; rows that another process is at are left to it. */
const forgetStatement = `
delete from commands using (
  select conversation_id, sender_id, cid from commands where at < $1 limit 5000 for update skip locked
) as old
where commands.conversation_id = old.conversation_id and commands.sender_id = old.sender_id and commands.cid = old.cid`;

/** Columns by name with their type in PostgreSQL: each goes to the statement as one parameter. */
const rowTypes = {
  id: 'uuid',
  after: 'int',
  seq: 'int',
  state: 'jsonb',
  status: 'text',
  topic: 'text',
  last_text: 'text',
  last_author: 'text',
  last_at: 'bigint',
  waiting_since: 'bigint',
  reason: 'text',
  priority: 'text',
  agent_id: 'text',
  agent_name: 'text',
  downvotes: 'int',
  resolved_at: 'bigint',
  is_ended: 'bool',
  turn: 'int',
  lease_until: 'bigint',
} as const;
const factTypes = { id: 'uuid', seq: 'int', type: 'text', at: 'bigint', body: 'jsonb' } as const;
const commandTypes = {
  id: 'uuid',
  senderId: 'text',
  cid: 'uuid',
  bodyHash: 'bytea',
  seq: 'int',
  at: 'bigint',
} as const;

const columns = <N extends string>(rows: readonly Record<NoInfer<N>, unknown>[], types: Record<N, string>) =>
  (Object.keys(types) as N[]).map((name) => {
    const column = rows.map((row) => row[name]);
    // One JSON array: each by itself would be quoted, and every quote in it escaped, once more.
    return types[name] === 'jsonb' ? JSON.stringify(column) : column;
  });

/** The columns' arrays side by side, as rows; their parameters begin behind `from`. */
const given = (alias: string, types: Record<string, string>, from: number) => {
  const parameters = Object.values(types).map((type, index) =>
    type === 'jsonb'
      ? `jsonb_array_elements($${from + index + 1})`
      : `unnest($${from + index + 1}::${type}[])`,
  );
  return `rows from (${parameters.join(', ')}) as ${alias}(${Object.keys(types).join(', ')})`;
};
const rowCount = Object.keys(rowTypes).length;
const factCount = Object.keys(factTypes).length;

const statement = `
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
  update conversations set seq = held.seq, state = held.state, status = held.status, topic = held.topic,
    last_text = held.last_text, last_author = held.last_author, last_at = held.last_at,
    waiting_since = held.waiting_since, reason = held.reason, priority = held.priority, agent_id = held.agent_id,
    agent_name = held.agent_name, downvotes = held.downvotes, resolved_at = held.resolved_at
  from held where conversations.id = held.id),
new_facts as (
  insert into facts (conversation_id, seq, type, at, body)
  select fact.id, fact.seq, fact.type, fact.at, fact.body
  from ${given('fact', factTypes, rowCount)} where (fact.id in (select id from held)) is true),
new_commands as (
  insert into commands (conversation_id, sender_id, cid, body_hash, seq, at)
  select id, senderId, cid, bodyHash, seq, at from sent where (id in (select id from held)) is true),
begun as (
  insert into running_turns (conversation_id, turn, text, lease_until)
  select id, turn, '', lease_until from held where turn is not null
  on conflict (conversation_id) do update set turn = excluded.turn, text = '', lease_until = excluded.lease_until),
ended as (
  delete from running_turns using held where running_turns.conversation_id = held.id and held.is_ended)
select id, false as repeated from held union all select id, true from repeated`;
