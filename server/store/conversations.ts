import { sql } from 'kysely';
import type { ConversationSummary } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { TranscriptLine } from '../../protocol/message.ts';
import { type Conversation, unstarted } from '../domain/conversation.ts';
import { emptySummary, type Summary } from '../domain/summary.ts';
import type { Database, Tx } from './database.ts';
import type { ConversationsTable } from './schema.ts';

/** Whose a conversation is. Every read and write is checked against it. */
export interface Ownership {
  readonly id: string;
  readonly siteId: string;
  readonly customerId: string;
}

export interface LockedConversation extends Ownership {
  readonly state: Conversation;
  readonly summary: Summary;
}

/** What a cid was answered with before (D1). */
export interface EarlierCommand {
  readonly seq: number;
  readonly bodyHash: Buffer;
}

const pageSize = 200;

/** Conversations and their facts. Writing happens inside `transaction`, under the conversation's row lock. */
export function createConversations(db: Database) {
  return {
    /** Runs the work in one transaction; nothing of it stays if it throws. */
    transaction<T>(work: (tx: ConversationTransaction) => Promise<T>): Promise<T> {
      return db.transaction().execute((tx) => work(conversationTransaction(tx)));
    },

    async ownership(id: string): Promise<Ownership | null> {
      const row = await db
        .selectFrom('conversations')
        .select(['id', 'site_id', 'customer_id'])
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : { id: row.id, siteId: row.site_id, customerId: row.customer_id };
    },

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
        .where('type', 'in', ['message.sent', 'answer.ended'])
        .$if(options.beforeSeq !== undefined, (query) => query.where('seq', '<', options.beforeSeq ?? 0))
        .orderBy('seq', 'desc')
        .limit(options.limit)
        .execute();
      return rows.reverse().flatMap((row) => transcriptLine(row.body));
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

    async seqOf(id: string): Promise<number> {
      const row = await db.selectFrom('conversations').select('seq').where('id', '=', id).executeTakeFirst();
      return row?.seq ?? 0;
    },

    /** A customer's own conversations, newest first. */
    async ofCustomer(customerId: string) {
      const rows = await db
        .selectFrom('conversations')
        .select(['id', 'status', 'seq', 'last_at'])
        .where('customer_id', '=', customerId)
        .orderBy('last_at', 'desc')
        .limit(20)
        .execute();
      return rows.map((row) => ({ id: row.id, status: row.status, seq: row.seq, lastAt: row.last_at }));
    },

    async summary(id: string): Promise<ConversationSummary | null> {
      const row = await summaries(db).where('conversations.id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSummary(row);
    },

    /** What stands on the desk of an agent of these sites: all that wait, all with a person, the last resolved. */
    async desk(siteIds: readonly string[]): Promise<ConversationSummary[]> {
      if (siteIds.length === 0) return [];
      const ofSites = summaries(db).where('conversations.site_id', 'in', [...siteIds]);
      const [open, resolved] = await Promise.all([
        ofSites
          .where('conversations.status', 'in', ['waiting', 'human'])
          .orderBy('waiting_since')
          .limit(1_000)
          .execute(),
        ofSites.where('conversations.status', '=', 'resolved').orderBy('last_at', 'desc').limit(30).execute(),
      ]);
      return [...open, ...resolved].map(toSummary);
    },

    /** Waiting conversations of a site in the order in which they are to be taken. */
    async queue(siteId: string): Promise<string[]> {
      const rows = await db
        .selectFrom('conversations')
        .select('id')
        .where('site_id', '=', siteId)
        .where('status', '=', 'waiting')
        .orderBy(sql`priority = 'high'`, 'desc')
        .orderBy('waiting_since')
        .orderBy('id')
        .execute();
      return rows.map((row) => row.id);
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

    /** Turns whose process has not been heard of in time: it died, or the page was closed. */
    async abandonedTurns(now: number) {
      const rows = await db
        .selectFrom('running_turns')
        .select(['conversation_id', 'turn'])
        .where('lease_until', '<', now)
        .limit(100)
        .execute();
      return rows.map((row) => ({ conversationId: row.conversation_id, turn: row.turn }));
    },
  };
}

export type Conversations = ReturnType<typeof createConversations>;
export type ConversationTransaction = ReturnType<typeof conversationTransaction>;

function conversationTransaction(tx: Tx) {
  return {
    /** Locks the row: everything about one conversation happens one after the other (D2). */
    async lock(id: string): Promise<LockedConversation | null> {
      const row = await tx
        .selectFrom('conversations')
        .selectAll()
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      return row === undefined ? null : toLocked(row);
    },

    /** Makes the row of a new conversation. Two that race for one id: the second finds the first's row. */
    async create({ id, siteId, customerId }: Ownership, now: number): Promise<void> {
      const row = toRow({ id, siteId, customerId, state: unstarted, summary: emptySummary(now) });
      await tx
        .insertInto('conversations')
        .values({ ...row, created_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    /** Read after the lock, so that a twin of this command that ran a moment ago is seen. */
    async earlier(id: string, senderId: string, cid: string): Promise<EarlierCommand | null> {
      const row = await tx
        .selectFrom('commands')
        .select(['seq', 'body_hash'])
        .where('conversation_id', '=', id)
        .where('sender_id', '=', senderId)
        .where('cid', '=', cid)
        .executeTakeFirst();
      return row === undefined ? null : { seq: row.seq, bodyHash: row.body_hash };
    },

    async remember(
      id: string,
      senderId: string,
      cid: string,
      command: EarlierCommand,
      now: number,
    ): Promise<void> {
      const row = {
        conversation_id: id,
        sender_id: senderId,
        cid,
        body_hash: command.bodyHash,
        seq: command.seq,
        at: now,
      };
      await tx.insertInto('commands').values(row).execute();
    },

    async partialText(id: string): Promise<string> {
      const row = await tx
        .selectFrom('running_turns')
        .select('text')
        .where('conversation_id', '=', id)
        .executeTakeFirst();
      return row?.text ?? '';
    },

    /** Appends the facts and saves the state they lead to, with the projections that other reads live on. */
    async append(
      conversation: LockedConversation,
      facts: readonly Fact[],
      leaseUntil: number,
    ): Promise<void> {
      const { id, state } = conversation;
      const rows = facts.map((fact) => ({
        conversation_id: id,
        seq: fact.seq,
        type: fact.type,
        at: fact.at,
        body: JSON.stringify(fact),
      }));
      if (rows.length > 0) await tx.insertInto('facts').values(rows).execute();
      await tx.updateTable('conversations').set(toRow(conversation)).where('id', '=', id).execute();
      if (facts.some((fact) => fact.type === 'answer.started' || fact.type === 'answer.ended')) {
        await tx.deleteFrom('running_turns').where('conversation_id', '=', id).execute();
        if (state.pending !== null) {
          const running = {
            conversation_id: id,
            turn: state.pending.turn,
            text: '',
            lease_until: leaseUntil,
          };
          await tx.insertInto('running_turns').values(running).execute();
        }
      }
    },

    /**
     * Keeps the latest verdict on an answer beside its question and answer.
     * @returns how the number of bad answers of the conversation changes: -1, 0 or 1
     */
    async saveFeedback(id: string, fact: Extract<Fact, { type: 'feedback.given' }>): Promise<number> {
      const before = await tx
        .deleteFrom('answer_feedback')
        .where('conversation_id', '=', id)
        .where('turn', '=', fact.turn)
        .returning(['verdict', 'id'])
        .executeTakeFirst();
      const change = Number(fact.verdict === 'down') - Number(before?.verdict === 'down');
      if (fact.verdict === 'none') return change;
      const answer = await factOfTurn(tx, id, 'answer.ended', fact.turn);
      const started = await factOfTurn(tx, id, 'answer.started', fact.turn);
      const question = started?.type === 'answer.started' ? await messageAt(tx, id, started.question) : '';
      await tx
        .insertInto('answer_feedback')
        .values({
          ...(before === undefined ? {} : { id: before.id }),
          conversation_id: id,
          turn: fact.turn,
          verdict: fact.verdict,
          reasons: fact.reasons,
          comment: fact.comment,
          question,
          answer: answer?.type === 'answer.ended' ? answer.text : '',
          sources: JSON.stringify(answer?.type === 'answer.ended' ? answer.sources : []),
          at: fact.at,
        })
        .execute();
      return change;
    },

    async saveRating(id: string, fact: Extract<Fact, { type: 'conversation.rated' }>): Promise<void> {
      const values = { rating: fact.rating, comment: fact.comment, at: fact.at };
      await tx
        .insertInto('conversation_ratings')
        .values({ conversation_id: id, ...values })
        .onConflict((conflict) => conflict.column('conversation_id').doUpdateSet(values))
        .execute();
    },
  };
}

async function factOfTurn(tx: Tx, id: string, type: 'answer.started' | 'answer.ended', turn: number) {
  const row = await tx
    .selectFrom('facts')
    .select('body')
    .where('conversation_id', '=', id)
    .where('type', '=', type)
    .where(sql<boolean>`(body->>'turn')::int = ${turn}`)
    .executeTakeFirst();
  return row?.body ?? null;
}

async function messageAt(tx: Tx, id: string, seq: number): Promise<string> {
  const row = await tx
    .selectFrom('facts')
    .select('body')
    .where('conversation_id', '=', id)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row?.body.type === 'message.sent' ? row.body.text : '';
}

/** What a fact says in a transcript for bots and exports, if anything. */
export function transcriptLine(fact: Fact): TranscriptLine[] {
  if (fact.type === 'message.sent' && (fact.by.kind === 'customer' || fact.by.kind === 'agent')) {
    return [{ author: fact.by.kind, text: fact.text, at: fact.at }];
  }
  if (fact.type === 'answer.ended' && fact.text !== '')
    return [{ author: 'bot', text: fact.text, at: fact.at }];
  return [];
}

function toRow({ id, siteId, customerId, state, summary }: LockedConversation) {
  return {
    id,
    site_id: siteId,
    customer_id: customerId,
    state: JSON.stringify(state),
    seq: state.seq,
    status: summary.status,
    topic: summary.topic,
    last_text: summary.lastText,
    last_author: summary.lastAuthor,
    last_at: summary.lastAt,
    waiting_since: summary.waitingSince,
    reason: summary.reason,
    priority: summary.priority,
    agent_id: summary.agent?.id ?? null,
    agent_name: summary.agent?.name ?? null,
    downvotes: summary.downvotes,
    context: JSON.stringify(summary.context),
  };
}

type ConversationRow = { [K in keyof ConversationsTable]: unknown } & {
  id: string;
  site_id: string;
  customer_id: string;
  state: Conversation;
} & SummaryColumns;

interface SummaryColumns {
  id: string;
  seq: number;
  status: ConversationSummary['status'];
  topic: string;
  last_text: string;
  last_author: TranscriptLine['author'];
  last_at: number;
  waiting_since: number | null;
  reason: ConversationSummary['reason'];
  priority: ConversationSummary['priority'];
  agent_id: string | null;
  agent_name: string | null;
  downvotes: number;
  context: ConversationSummary['context'];
}

const summaryOf = (row: SummaryColumns): Summary => ({
  status: row.status,
  topic: row.topic,
  lastText: row.last_text,
  lastAuthor: row.last_author,
  lastAt: row.last_at,
  waitingSince: row.waiting_since,
  reason: row.reason,
  priority: row.priority,
  agent: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? '' },
  downvotes: row.downvotes,
  context: row.context,
});

const toLocked = (row: ConversationRow): LockedConversation => ({
  id: row.id,
  siteId: row.site_id,
  customerId: row.customer_id,
  state: row.state,
  summary: summaryOf(row),
});

const summaries = (db: Database) =>
  db
    .selectFrom('conversations')
    .innerJoin('sites', 'sites.id', 'conversations.site_id')
    .select([
      'conversations.id',
      'seq',
      'status',
      'topic',
      'last_text',
      'last_author',
      'last_at',
      'waiting_since',
      'reason',
      'priority',
      'agent_id',
      'agent_name',
      'downvotes',
      'context',
      'sites.title as site',
    ]);

const toSummary = (row: SummaryColumns & { site: string }): ConversationSummary => ({
  id: row.id,
  seq: row.seq,
  site: row.site,
  ...summaryOf(row),
});
