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
      const { rows } = await pool.query<{ id: string; saved: boolean; repeated: boolean }>({
        name: 'handrail-commit',
        text: statement,
        values: valuesOf(commits),
      });
      const fates = new Map(rows.map(({ id, saved, repeated }) => [id, fateOf(saved, repeated)]));
      return commits.map(({ conversation }) => fates.get(conversation.id) ?? 'outrun');
    },
  };
}

export type Commits = ReturnType<typeof createCommits>;

const fateOf = (saved: boolean, repeated: boolean): Fate =>
  repeated ? 'repeated' : saved ? 'saved' : 'outrun';

function valuesOf(commits: readonly Commit[]): unknown[] {
  const rows = commits.map(({ conversation, after, facts, leaseUntil }) => {
    const change = turnChange(facts, conversation.state);
    return {
      ...toRow(conversation),
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
      body: JSON.stringify(fact),
    })),
  );
  const commands = commits.flatMap(({ conversation, commands }) =>
    commands.map((command) => ({ id: conversation.id, ...command })),
  );
  return [...columns(rows, rowTypes), ...columns(facts, factTypes), ...columns(commands, commandTypes)];
}

/** Columns by name with their type in PostgreSQL: each goes to the statement as one array. */
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
  (Object.keys(types) as N[]).map((name) => rows.map((row) => row[name]));

/** `unnest` of the columns' arrays, whose parameters begin behind `from`. */
const given = (alias: string, types: Record<string, string>, from: number) => {
  const parameters = Object.values(types).map((type, index) => `$${from + index + 1}::${type}[]`);
  return `unnest(${parameters.join(', ')}) as ${alias}(${Object.keys(types).join(', ')})`;
};
const rowCount = Object.keys(rowTypes).length;
const factCount = Object.keys(factTypes).length;

const statement = `
with wanted as materialized (select * from ${given('wanted', rowTypes, 0)}),
sent as materialized (select * from ${given('sent', commandTypes, rowCount + factCount)}),
-- The limit keeps this a look into the index for each command, however large the table has grown.
repeated as materialized (
  select sent.id from sent, lateral (
    select from commands where conversation_id = sent.id and sender_id = sent.senderId and cid = sent.cid limit 1
  ) as earlier),
-- The case hides from the planner that few rows would match: nearly all do.
held as materialized (
  select conversations.id from wanted join conversations on conversations.id = wanted.id
  where case when conversations.seq = wanted.after then true else false end
    and conversations.id not in (select id from repeated)
  for update of conversations skip locked),
saved as (
  update conversations set seq = wanted.seq, state = wanted.state, status = wanted.status, topic = wanted.topic,
    last_text = wanted.last_text, last_author = wanted.last_author, last_at = wanted.last_at,
    waiting_since = wanted.waiting_since, reason = wanted.reason, priority = wanted.priority,
    agent_id = wanted.agent_id, agent_name = wanted.agent_name, downvotes = wanted.downvotes,
    resolved_at = wanted.resolved_at
  from wanted join held using (id) where conversations.id = wanted.id),
new_facts as (
  insert into facts (conversation_id, seq, type, at, body)
  select fact.id, fact.seq, fact.type, fact.at, fact.body
  from ${given('fact', factTypes, rowCount)} join held using (id)),
new_commands as (
  insert into commands (conversation_id, sender_id, cid, body_hash, seq, at)
  select sent.id, sent.senderId, sent.cid, sent.bodyHash, sent.seq, sent.at from sent join held using (id)),
begun as (
  insert into running_turns (conversation_id, turn, text, lease_until)
  select id, turn, '', lease_until from wanted join held using (id) where turn is not null
  on conflict (conversation_id) do update set turn = excluded.turn, text = '', lease_until = excluded.lease_until),
ended as (
  delete from running_turns using wanted join held using (id)
  where running_turns.conversation_id = wanted.id and wanted.is_ended)
select wanted.id, held.id is not null as saved, wanted.id in (select id from repeated) as repeated
from wanted left join held using (id)`;
