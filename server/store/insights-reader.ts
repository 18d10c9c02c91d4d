import { sql } from 'kysely';
import type { Fact } from '../../protocol/conversation.ts';
import { dayIn } from '../domain/hours.ts';
import { measuresOf } from '../domain/insights/measures.ts';
import { changesAt, outcomesOf } from '../domain/insights/outcome.ts';
import { questionsOf } from '../domain/insights/returns.ts';
import { answeredQuestions } from '../domain/proof/answered.ts';
import type { Topic } from '../domain/topics.ts';
import type { Database, Tx } from './database.ts';
import { factsByConversation } from './facts-by-conversation.ts';
import { type ReadQuestion, writeQuestions } from './insights-questions.ts';
import { judgeReturns } from './insights-returns.ts';
import { addToSums, sumAnew } from './insights-sums.ts';
import { columnsOf, type KeptVisit, type ReadVisit, writeVisits } from './insights-visits.ts';
import { withinReach } from './within-reach.ts';

/** What a site has decided that its figures depend on. */
export interface InsightRules {
  /** Whose calendar its days are of. */
  readonly zone: string;
  readonly topics: readonly Topic[];
}

export interface Reading {
  readonly now: number;
  rulesOf(siteId: string): InsightRules;
  /** Facts that are read at once, about; without it there is no end to them. */
  readonly atOnce?: number;
}

/** One process reads at a time: what it takes off the sums and adds to them must be what is there. */
const readerKey = sql`1751084900, 23`;
const readerLock = sql`pg_try_advisory_xact_lock(${readerKey})`;

/** Reads what became of visits from their facts. Any number of processes may do it; they take turns. */
export function createInsightsReader(db: Database) {
  return {
    /**
     * Conversations behind this one, in the order of their ids, whose facts have not all been read.
     * @returns null behind the last one
     */
    async unread(after: string | null, limit: number): Promise<{ ids: string[]; last: string } | null> {
      const { rows } = await sql<{ id: string; isBehind: boolean }>`
        select id, coalesce(insight_heads.seq, 0) < conversations.seq as "isBehind"
        from conversations left join insight_heads on conversation_id = id
        where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}`.execute(db);
      const last = rows.at(-1)?.id;
      return last === undefined
        ? null
        : { ids: rows.filter(({ isBehind }) => isBehind).map(({ id }) => id), last };
    },

    /** Conversations behind this one, in the order of their ids, read or not. */
    async after(after: string | null, limit: number): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        select id from conversations where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}`.execute(
        db,
      );
      return rows.map(({ id }) => id);
    },

    /** Conversations of which time alone has changed what became of them. */
    async due(now: number, limit: number): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        select conversation_id as id from insight_heads where due_at <= ${now} order by due_at limit ${limit}`.execute(
        db,
      );
      return rows.map(({ id }) => id);
    },

    /**
     * Reads these conversations from their first fact on, and puts what became of them in the place of what was known,
     * in one transaction.
     * @returns those that are left to be read; all of them where another process reads just now
     */
    async read(asked: readonly string[], reading: Reading): Promise<readonly string[]> {
      return db.transaction().execute(async (tx) => {
        if (!(await isOurs(tx))) return asked;
        const { taken, left } = withinReach(await ownersOf(tx, asked), reading.atOnce);
        const ids = asked.filter((id) => !left.has(id));
        const facts = await factsByConversation(tx, ids);
        const before = await keptOf(tx, ids);
        const visits: ReadVisit[] = [];
        const questions: ReadQuestion[] = [];
        const heads: { id: string; seq: number; due_at: number | null }[] = [];
        for (const { id, siteId, customerId } of taken) {
          const told = facts.get(id) ?? [];
          const { zone, topics } = reading.rulesOf(siteId);
          const outcomes = outcomesOf(told, topics, reading.now);
          for (const one of answeredQuestions(told)) {
            questions.push({ ...one, conversationId: id, siteId, customerId });
          }
          heads.push({ id, seq: told.at(-1)?.seq ?? 0, due_at: changesAt(outcomes) });
          outcomes.forEach((outcome, visit) => {
            visits.push({
              conversationId: id,
              visit,
              siteId,
              customerId,
              day: dayIn(zone, outcome.begunAt),
              begunAt: outcome.begunAt,
              quietAt: outcome.quietAt,
              language: languageOf(told),
              topic: outcome.topic,
              asked: questionsOf(outcome.said),
              measures: measuresOf(outcome, false),
              weak: outcome.weak,
            });
          });
        }
        const { own, others } = await judgeReturns(tx, ids, before, visits);
        await writeVisits(tx, ids, own, others);
        await writeQuestions(tx, ids, questions);
        await addToSums(
          tx,
          [...before, ...others.map(({ before }) => before)],
          [...own, ...others.map(({ now }) => now)],
        );
        await sql`insert into insight_heads (conversation_id, seq, due_at)
          select id, seq, due_at from jsonb_to_recordset(${JSON.stringify(heads)}::jsonb)
            as head(id uuid, seq integer, due_at bigint)
          on conflict (conversation_id) do update set seq = excluded.seq, due_at = excluded.due_at`.execute(
          tx,
        );
        return [...left];
      });
    },

    /**
     * Forgets the visits of conversations that are gone, and makes the sums anew from the visits that are left.
     * @returns false: another process reads just now, and nothing was done
     */
    async sumAnew(): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
        // However many there are.
        await sql`set local statement_timeout = 0`.execute(tx);
        if (!(await isOurs(tx))) return false;
        for (const table of [
          'insight_visits',
          'insight_weak',
          'insight_questions',
          'insight_cases',
          'insight_heads',
        ]) {
          await sql`delete from ${sql.table(table)} where not exists (
            select from conversations where id = conversation_id)`.execute(tx);
        }
        await sumAnew(tx);
        return true;
      });
    },
  };
}

/** Takes the visits of these conversations off the sums and away; waits for whoever reads just now. */
export async function forgetVisits(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${readerKey})`.execute(tx);
  await addToSums(tx, await keptOf(tx, ids), []);
  await writeVisits(tx, ids, [], []);
}

const isOurs = async (tx: Tx): Promise<boolean> => {
  const { rows } = await sql<{ isOurs: boolean }>`select ${readerLock} as "isOurs"`.execute(tx);
  return rows[0]?.isOurs === true;
};

interface Owned {
  readonly id: string;
  readonly siteId: string;
  readonly customerId: string;
  readonly seq: number;
}

async function ownersOf(tx: Tx, ids: readonly string[]): Promise<Owned[]> {
  const { rows } = await sql<Owned>`
    select id, site_id as "siteId", customer_id as "customerId", seq from conversations
    where id = any(${[...ids]}::uuid[])`.execute(tx);
  return rows;
}

async function keptOf(tx: Tx, ids: readonly string[]): Promise<KeptVisit[]> {
  const { rows } = await sql<KeptVisit>`
    select ${columnsOf} from insight_visits where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  return rows;
}

/** The primary tag alone: figures of `de-AT` and `de-DE` apart would be too few to say. */
function languageOf(facts: readonly Fact[]): string {
  const [first] = facts;
  const tag = first?.type === 'conversation.started' ? (first.context.language ?? '') : '';
  return (tag.split('-')[0] ?? '').toLowerCase();
}
