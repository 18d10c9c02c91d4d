import { sql } from 'kysely';
import type { Fact, FactOf } from '../../protocol/conversation.ts';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type { AttachedFile } from '../../protocol/files.ts';
import { unstarted } from '../domain/conversation.ts';
import { noHours } from '../domain/hours.ts';
import { defaultPromiseRules, type EndedPromise, type OpenPromise } from '../domain/promises.ts';
import { defaultFeedbackRules, type ReceiptChange } from '../domain/receipts.ts';
import type { SignalFound } from '../domain/signals.ts';
import { policyOf } from '../domain/site-policy.ts';
import { emptySummary } from '../domain/summary.ts';
import { createAgents, workingRoles } from './agents.ts';
import { type Commit, type CommittedCommand, turnChange } from './commits.ts';
import { type LockedConversation, type Ownership, toRow, toStored } from './conversation-row.ts';
import type { Tx } from './database.ts';
import { saveBetterAnswer, saveCause, saveMentions } from './desk-projections.ts';
import { attachFiles, unattachedFiles } from './files.ts';
import { logReview, saveHandoffRating, saveReceipts } from './receipts.ts';
import type { SiteBot } from './schema.ts';
import { saidElsewhere, saveSignal } from './signals.ts';

/** What a cid was answered with before (D1). */
export interface EarlierCommand {
  readonly seq: number;
  readonly bodyHash: CommittedCommand['bodyHash'];
}

export type ConversationTransaction = ReturnType<typeof conversationTransaction>;

/**
 * What may happen to one conversation inside one transaction. Everything runs on the transaction's own connection: a
 * second one from the pool, taken while this one is held, would let twenty commands at once wait for each other.
 */
export function conversationTransaction(tx: Tx) {
  return {
    /** Locks the row: everything about one conversation happens one after the other (D2). */
    async lock(id: string): Promise<LockedConversation | null> {
      const row = await tx
        .selectFrom('conversations')
        .innerJoin('sites', 'sites.id', 'conversations.site_id')
        .innerJoin('customers', 'customers.id', 'conversations.customer_id')
        .selectAll('conversations')
        .select(sql<SiteBot['kind']>`sites.bot->>'kind'`.as('bot'))
        .select(['sites.policy as policy', 'sites.hours as hours', 'sites.promises as promises'])
        .select('sites.feedback as feedbackRules')
        .select(
          sql<CustomerTraits | null>`case when verified_at is not null then customers.traits end`.as(
            'traits',
          ),
        )
        .where('conversations.id', '=', id)
        .forUpdate('conversations')
        .executeTakeFirst();
      if (row === undefined) return null;
      const { answerWithinMs: withinMs } = { ...defaultPromiseRules, ...row.promises };
      const answers = { hours: { ...noHours, ...row.hours }, withinMs };
      const { bot, policy, traits } = row;
      const feedback = { ...defaultFeedbackRules, ...row.feedbackRules };
      return { ...toStored(row), bot, policy: policyOf(policy), answers, feedback, traits };
    },

    /**
     * Makes the row of a new conversation. Two that race for one id: the second finds the first's row.
     * @returns false: there is no such customer any more
     */
    async create({ id, siteId, customerId }: Ownership, now: number): Promise<boolean> {
      // Held until the row is there: whoever erases the customer finds the conversation, or it never is.
      const customer = await sql`select from customers where id = ${customerId}::uuid for key share`.execute(
        tx,
      );
      if (customer.rows.length === 0) return false;
      const row = toRow({ id, siteId, customerId, state: unstarted, summary: emptySummary(now) });
      await tx
        .insertInto('conversations')
        .values({ ...row, created_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return true;
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
      return row === undefined ? null : { seq: row.seq, bodyHash: row.body_hash.toString('hex') };
    },

    /** Whether this agent could take a conversation of this site right now. */
    isAgentOnline: (agentId: string, siteId: string, now: number): Promise<boolean> =>
      createAgents(tx).isOnline(agentId, siteId, now),

    /** What is kept of these files, as far as a message of this sender may carry them. */
    filesOf: (id: string, senderId: string, files: readonly string[]): Promise<AttachedFile[]> =>
      unattachedFiles(tx, id, senderId, files),

    attach: (files: readonly AttachedFile[], seq: number): Promise<void> =>
      attachFiles(
        tx,
        files.map((file) => file.id),
        seq,
      ),

    /** The name of an agent of this site who takes customers; null for anyone else. */
    async agentName(agentId: string, siteId: string): Promise<string | null> {
      const agent = await createAgents(tx).byId(agentId);
      if (agent === null || !workingRoles.includes(agent.role)) return null;
      return agent.siteIds.includes(siteId) ? agent.name : null;
    },

    async partialText(id: string): Promise<string> {
      const row = await tx
        .selectFrom('running_turns')
        .select('text')
        .where('conversation_id', '=', id)
        .executeTakeFirst();
      return row?.text ?? '';
    },

    /** Saves it all: facts, the state they lead to with the projections that other reads live on, and the cid. */
    async append({ conversation, facts, commands, leaseUntil }: Commit): Promise<void> {
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
      for (const { senderId, cid, bodyHash, seq, at } of commands) {
        const row = {
          conversation_id: id,
          sender_id: senderId,
          cid,
          body_hash: Buffer.from(bodyHash, 'hex'),
          seq,
          at,
        };
        await tx.insertInto('commands').values(row).execute();
      }
      const change = turnChange(facts, state);
      if (change === null) return;
      await tx.deleteFrom('running_turns').where('conversation_id', '=', id).execute();
      if (change === 'ended') return;
      const running = { conversation_id: id, turn: change.turn, text: '', lease_until: leaseUntil };
      await tx.insertInto('running_turns').values(running).execute();
    },

    /**
     * Keeps the latest verdict on an answer beside its question and answer.
     * @returns how the number of bad answers of the conversation changes: -1, 0 or 1
     */
    async saveFeedback(
      id: string,
      fact: Extract<Fact, { type: 'feedback.given' }>,
      sameCommit: readonly Fact[],
    ): Promise<number> {
      const before = await tx
        .deleteFrom('answer_feedback')
        .where('conversation_id', '=', id)
        .where('turn', '=', fact.turn)
        .returning(['verdict', 'id'])
        .executeTakeFirst();
      const change = Number(fact.verdict === 'down') - Number(before?.verdict === 'down');
      if (fact.verdict === 'none') return change;
      const { question, answer, sources } = await saidInTurn(tx, id, sameCommit, fact.turn);
      await tx
        .insertInto('answer_feedback')
        .values({
          ...(before === undefined ? {} : { id: before.id }),
          conversation_id: id,
          turn: fact.turn,
          verdict: fact.verdict,
          reasons: fact.reasons,
          comment: fact.comment,
          right_answer: fact.rightAnswer ?? '',
          do_not_train: fact.doNotTrain === true,
          question,
          answer,
          sources: JSON.stringify(sources),
          at: fact.at,
        })
        .execute();
      return change;
    },

    /** Keeps the ledger of promises beside the facts that say it. */
    async savePromises(
      { id, siteId }: Ownership,
      { made, ended }: { made: readonly OpenPromise[]; ended: readonly EndedPromise[] },
    ): Promise<void> {
      if (made.length > 0)
        await tx
          .insertInto('promises')
          .values(
            made.map(({ promise, kind, text, owner, madeAt, dueAt }) => ({
              conversation_id: id,
              promise,
              site_id: siteId,
              kind,
              text,
              owner_id: owner?.id ?? null,
              owner_name: owner?.name ?? null,
              made_at: madeAt,
              due_at: dueAt,
            })),
          )
          .execute();
      for (const { promise, state, why, endedAt } of ended)
        await tx
          .updateTable('promises')
          .set({ state, why, ended_at: endedAt })
          .where('conversation_id', '=', id)
          .where('promise', '=', promise)
          .execute();
    },

    async saveRating(id: string, fact: Extract<Fact, { type: 'conversation.rated' }>): Promise<void> {
      const { rating, comment, at } = fact;
      const values = { rating, comment, do_not_train: fact.doNotTrain === true, at };
      await tx
        .insertInto('conversation_ratings')
        .values({ conversation_id: id, ...values })
        .onConflict((conflict) => conflict.column('conversation_id').doUpdateSet(values))
        .execute();
    },

    async saveBetterAnswer(id: string, fact: FactOf<'answer.improved'>): Promise<void> {
      const { question, answer } = await saidInTurn(tx, id, [], fact.turn);
      await saveBetterAnswer(tx, id, fact, { question, answer });
    },

    saveCause: (id: string, fact: FactOf<'handoff.returned'> | FactOf<'conversation.resolved'>) =>
      saveCause(tx, id, fact),

    saveHandoffRating: (id: string, fact: FactOf<'handoff.rated'>) => saveHandoffRating(tx, id, fact),

    saveReceipts: (of: Ownership, changes: readonly ReceiptChange[]) => saveReceipts(tx, of, changes),

    logReview: (of: Ownership, fact: FactOf<'feedback.reviewed'>) => logReview(tx, of, fact),

    saidElsewhere: (of: Ownership, now: number) => saidElsewhere(tx, of, now),

    async saveSignal(found: SignalFound, doNotTrain: boolean): Promise<void> {
      const said = await saidInTurn(tx, found.conversationId, [], found.turn);
      await saveSignal(tx, found, said, doNotTrain);
    },

    saveMentions: (id: string, fact: FactOf<'note.added'>) => saveMentions(tx, id, fact),
  };
}

/** What was asked and answered in a turn that has ended. */
async function saidInTurn(tx: Tx, id: string, sameCommit: readonly Fact[], turn: number) {
  const ended = await factOfTurn(tx, id, sameCommit, 'answer.ended', turn);
  const started = await factOfTurn(tx, id, sameCommit, 'answer.started', turn);
  return {
    question: started?.type === 'answer.started' ? await messageAt(tx, id, sameCommit, started.question) : '',
    answer: ended?.type === 'answer.ended' ? ended.text : '',
    sources: ended?.type === 'answer.ended' ? ended.sources : [],
  };
}

/** What this commit makes has not been saved yet: looked for there first. */
async function factOfTurn(
  tx: Tx,
  id: string,
  sameCommit: readonly Fact[],
  type: 'answer.started' | 'answer.ended',
  turn: number,
): Promise<Fact | null> {
  const made = sameCommit.find((fact) => fact.type === type && fact.turn === turn);
  if (made !== undefined) return made;
  const row = await tx
    .selectFrom('facts')
    .select('body')
    .where('conversation_id', '=', id)
    .where('type', '=', type)
    .where(sql<boolean>`(body->>'turn')::int = ${turn}`)
    .executeTakeFirst();
  return row?.body ?? null;
}

async function messageAt(tx: Tx, id: string, sameCommit: readonly Fact[], seq: number): Promise<string> {
  const made = sameCommit.find((fact) => fact.seq === seq);
  if (made?.type === 'message.sent') return made.text;
  const row = await tx
    .selectFrom('facts')
    .select('body')
    .where('conversation_id', '=', id)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row?.body.type === 'message.sent' ? row.body.text : '';
}
