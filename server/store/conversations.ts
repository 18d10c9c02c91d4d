import { type SelectQueryBuilder, sql } from 'kysely';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { TranscriptLine } from '../../protocol/message.ts';
import { headStartMs } from '../domain/queue-order.ts';
import { toHead } from './conversation-head.ts';
import { type StoredConversation, toStored } from './conversation-row.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import { type ConversationTransaction, conversationTransaction } from './conversation-transaction.ts';
import type { Customer } from './customers.ts';
import type { Database } from './database.ts';
import { gather } from './gather.ts';
import type { Tables } from './schema.ts';
import { saidTypes, transcriptLine } from './transcript-line.ts';

const pageSize = 200;

/** Conversations and their facts. Writing happens inside `transaction`, under the conversation's row lock. */
export function createConversations(db: Database) {
  return {
    /** Runs the work in one transaction; nothing of it stays if it throws. */
    transaction<T>(work: (tx: ConversationTransaction) => Promise<T>): Promise<T> {
      return db.transaction().execute((tx) => work(conversationTransaction(tx)));
    },

    /** As they are at this moment, unlocked; those that are not there are left out. */
    async byIds(ids: readonly string[]): Promise<StoredConversation[]> {
      const rows = await db
        .selectFrom('conversations')
        .selectAll()
        .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
        .execute();
      return rows.map(toStored);
    },

    /** Whose it is and how far it has come: what every read and every resume begins with. */
    head: gather(async (ids: readonly string[]) => {
      const rows = await db
        .selectFrom('conversations')
        .select(['id', 'site_id', 'customer_id', 'seq', 'status'])
        .select(sql<boolean>`state->>'pending' is not null`.as('is_answering'))
        .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
        .execute();
      return new Map(rows.map((row) => [row.id, toHead(row)]));
    }),

    /** Facts behind `after`, in order, at most a page of them. */
    async factsAfter(id: string, after: number): Promise<{ facts: Fact[]; hasMore: boolean }> {
      const rows = await db
        .selectFrom('facts')
        .select('body')
        .where('conversation_id', '=', id)
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(pageSize + 1)
        .execute();
      return { facts: rows.slice(0, pageSize).map((row) => row.body), hasMore: rows.length > pageSize };
    },

    /** The newest things said, oldest first, at most `limit` lines, up to and without `beforeSeq`. */
    async transcript(id: string, options: { limit: number; beforeSeq?: number }): Promise<TranscriptLine[]> {
      const rows = await db
        .selectFrom('facts')
        .select('body')
        .where('conversation_id', '=', id)
        .where('type', 'in', saidTypes)
        .$if(options.beforeSeq !== undefined, (query) => query.where('seq', '<', options.beforeSeq ?? 0))
        .orderBy('seq', 'desc')
        .limit(options.limit)
        .execute();
      return rows
        .reverse()
        .flatMap((row) => transcriptLine(row.body))
        .slice(-options.limit);
    },

    async fact(id: string, seq: number): Promise<Fact | null> {
      const row = await db
        .selectFrom('facts')
        .select('body')
        .where('conversation_id', '=', id)
        .where('seq', '=', seq)
        .executeTakeFirst();
      return row?.body ?? null;
    },

    /** What the last person who handed back decided; null if nobody has. */
    async lastHandback(id: string): Promise<{ agent: string; decision: string; at: number } | null> {
      const row = await db
        .selectFrom('facts')
        .select('body')
        .where('conversation_id', '=', id)
        .where('type', '=', 'handoff.returned')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      const fact = row?.body;
      if (fact?.type !== 'handoff.returned') return null;
      return { agent: fact.agent.name, decision: fact.decision, at: fact.at };
    },

    /** How far these conversations have come; those that are not there are left out. */
    async heads(ids: readonly string[]): Promise<{ conversationId: string; seq: number }[]> {
      if (ids.length === 0) return [];
      return db
        .selectFrom('conversations')
        .select(['id as conversationId', 'seq'])
        .where('id', 'in', [...ids])
        .execute();
    },

    /** A customer's own conversations, newest first. */
    async ofCustomer({ id, only }: Customer) {
      const rows = await db
        .selectFrom('conversations')
        .select(['id', 'status', 'seq', 'last_at'])
        .where('customer_id', '=', id)
        .$if(only !== undefined, (query) => query.where('id', '=', only ?? ''))
        .orderBy('last_at', 'desc')
        .limit(20)
        .execute();
      return rows.map((row) => ({ id: row.id, status: row.status, seq: row.seq, lastAt: row.last_at }));
    },

    /** Rows of a site's desk with how far they have come: who waits, who is with a person, what has just been resolved. */
    async onDesk(siteId: string): Promise<{ id: string; seq: number }[]> {
      const at = (status: ConversationSummary['status']) =>
        db
          .selectFrom('conversations')
          .select(['id', 'seq'])
          .where('site_id', '=', siteId)
          .where('status', '=', status);
      const groups = await Promise.all([
        inQueueOrder(at('waiting')).limit(500).execute(),
        at('human').limit(1_000).execute(),
        at('resolved').orderBy('resolved_at', 'desc').limit(30).execute(),
      ]);
      return groups.flat();
    },

    async summaries(ids: readonly string[]): Promise<ConversationSummary[]> {
      if (ids.length === 0) return [];
      const rows = await summaries(db)
        .where('conversations.id', 'in', [...ids])
        .execute();
      return rows.map(toSummary);
    },

    async summary(id: string): Promise<ConversationSummary | null> {
      const row = await summaries(db).where('conversations.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSummary(row);
    },

    /**
     * What stands on the desk of this agent of these sites: the first that wait, all of their own, the last of
     * their colleagues and of what was resolved. Each group has a limit of its own, so that a long queue hides
     * nobody's own customers.
     */
    async desk(siteIds: readonly string[], agentId: string): Promise<ConversationSummary[]> {
      if (siteIds.length === 0) return [];
      const inState = (status: ConversationSummary['status']) =>
        summaries(db)
          .where('conversations.site_id', 'in', [...siteIds])
          .where('status', '=', status);
      const newest = (status: ConversationSummary['status']) => inState(status).orderBy('last_at', 'desc');
      const groups = await Promise.all([
        inQueueOrder(inState('waiting')).limit(500).execute(),
        newest('human').where('agent_id', '=', agentId).limit(500).execute(),
        newest('human').where('agent_id', '!=', agentId).limit(200).execute(),
        inState('resolved').orderBy('resolved_at', 'desc').limit(30).execute(),
      ]);
      return groups.flat().map(toSummary);
    },

    /**
     * Waiting conversations of a site in the order in which they are to be taken, and whether each customer was told
     * that somebody is there (null: nothing has been said yet), and whether an agent is being asked.
     */
    async queue(
      siteId: string,
      now: number,
    ): Promise<{ id: string; toldOnline: boolean | null; isOffered: boolean }[]> {
      const waiting = db
        .selectFrom('conversations')
        .select('conversations.id')
        .select(sql<boolean | null>`(state->'told'->>'isAnyoneOnline')::boolean`.as('toldOnline'))
        .select(
          sql<boolean>`coalesce((state->'offer'->>'expiresAt')::bigint > ${now}, false)`.as('isOffered'),
        )
        .where('site_id', '=', siteId)
        .where('status', '=', 'waiting');
      return inQueueOrder(waiting).execute();
    },

    /**
     * Where one who waits stands in the queue of their site, 1 for the first. Counted by the database: a queue that is
     * read as a whole for each who waits in it takes the square of its length.
     * @returns null if they do not wait any longer
     */
    async place(id: string): Promise<number | null> {
      const { rows } = await sql<{ place: number }>`
        select (select count(*) + 1 from conversations
          where site_id = own.site and status = 'waiting' and (${queueStart}, id) < (own.start, own.own)) as place
        from (select id as own, site_id as site, ${queueStart} as start from conversations
          where id = ${id} and status = 'waiting') as own`.execute(db);
      return rows[0]?.place ?? null;
    },

    /** Sites in which somebody waits for a person. */
    async sitesWithQueue(): Promise<string[]> {
      const rows = await db
        .selectFrom('conversations')
        .select('site_id')
        .distinct()
        .where('status', '=', 'waiting')
        .execute();
      return rows.map((row) => row.site_id);
    },

    /**
     * Keeps what a running turn has said so far, and the lease of the process that runs it (D7).
     * @returns false if the turn has ended meanwhile, perhaps on another node
     */
    async keepPartial(id: string, turn: number, text: string, leaseUntil: number): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('running_turns')
        .set({ text, lease_until: leaseUntil })
        .where('conversation_id', '=', id)
        .where('turn', '=', turn)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async partial(id: string): Promise<{ turn: number; text: string } | null> {
      const row = await db
        .selectFrom('running_turns')
        .select(['turn', 'text'])
        .where('conversation_id', '=', id)
        .executeTakeFirst();
      return row ?? null;
    },

    /**
     * Takes over turns whose process has not been heard of in time: it died, or the page was closed. Each goes to one
     * of the processes that look; should that one die as well, the turn is there again after `leaseMs`.
     */
    async claimAbandonedTurns(now: number, leaseMs: number) {
      const abandoned = db
        .selectFrom('running_turns')
        .select('conversation_id')
        .where('lease_until', '<', now)
        .orderBy('lease_until')
        .limit(100)
        .forUpdate()
        .skipLocked();
      const rows = await db
        .updateTable('running_turns')
        .set({ lease_until: now + leaseMs })
        .where('conversation_id', 'in', abandoned)
        .returning(['conversation_id', 'turn'])
        .execute();
      return rows.map((row) => ({ conversationId: row.conversation_id, turn: row.turn }));
    },
  };
}

export type Conversations = ReturnType<typeof createConversations>;

/** As `inQueueOrder` of the domain: the one order of desk and queue, and that of its index (migration 014). */
export const inQueueOrder = <T>(query: SelectQueryBuilder<Tables, 'conversations', T>) =>
  query.orderBy(queueStart).orderBy('conversations.id');

const queueStart = sql<number>`(waiting_since - case priority when 'first' then ${sql.lit(headStartMs.first)}
  when 'high' then ${sql.lit(headStartMs.high)} else 0 end)`;
