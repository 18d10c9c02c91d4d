import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.ts';

/** The right to send a conversation to a webhook, for a while: nobody else does meanwhile. */
export interface Claim {
  readonly webhookId: string;
  readonly conversationId: string;
  readonly lease: string;
  readonly deliveredSeq: number;
  /** Tries of the next fact that have failed. */
  readonly attempt: number;
}

/** Clocks of two machines differ a little: a job that is due by one is taken by the other, too. */
const clockMs = 1_000;
/** Facts are found by their time, which is taken before they are committed: a slow commit shows late. */
const slowCommitMs = 90_000;
/** What was said just now is on its way by the process that committed it. */
const freshMs = 30_000;
/** Where another node has looked a moment ago nothing is found. */
const lookedMs = 45_000;
export const dueAtOnce = 500;

/** How far each conversation has been sent to each webhook: the truth that sending starts from, on any node. */
export function createWebhookCursors(db: Database) {
  const held = ({ webhookId, conversationId, lease }: Claim) =>
    sql`webhook_id = ${webhookId}::uuid and conversation_id = ${conversationId}::uuid and lease = ${lease}::uuid`;

  /**
   * Moves cursors back, and makes them due. A send that is under way finds its cursor moved, and stops.
   * @param starts `starts as (…)`: conversations with the seq to begin behind
   */
  const rewind = async (webhookId: string, starts: ReturnType<typeof sql>, now: number): Promise<number> => {
    const { numAffectedRows } = await sql`
      with ${starts}
      insert into webhook_cursors as cursor (webhook_id, conversation_id, delivered_seq, attempt, due_at)
      select ${webhookId}::uuid, conversation_id, seq, 0, ${now}::bigint from starts
      on conflict (webhook_id, conversation_id) do update set
        delivered_seq = least(cursor.delivered_seq, excluded.delivered_seq), attempt = 0, due_at = excluded.due_at`.execute(
      db,
    );
    return Number(numAffectedRows ?? 0n);
  };

  return {
    /**
     * Takes the right to send, until the lease runs out.
     * @returns null if somebody else has it, its next try is due later, or the webhook is paused or gone
     */
    async claim(
      webhookId: string,
      conversationId: string,
      now: number,
      leaseMs: number,
    ): Promise<Claim | null> {
      const lease = randomUUID();
      const taken = await sql<{ delivered_seq: number; attempt: number }>`
        update webhook_cursors as cursor set lease = ${lease}::uuid, lease_until = ${now + leaseMs}
        from webhooks
        where webhooks.id = cursor.webhook_id and webhooks.paused is null
          and cursor.webhook_id = ${webhookId}::uuid and cursor.conversation_id = ${conversationId}::uuid
          and cursor.lease_until < ${now} and (cursor.due_at is null or cursor.due_at <= ${now + clockMs})
        returning delivered_seq, attempt`.execute(db);
      // The first time: it begins with what happened since the webhook is there.
      const made =
        taken.rows.length > 0
          ? taken
          : await sql<{ delivered_seq: number; attempt: number }>`
        insert into webhook_cursors (webhook_id, conversation_id, delivered_seq, lease, lease_until)
        select webhooks.id, conversations.id, ${beforeCreation}, ${lease}::uuid, ${now + leaseMs}
        from webhooks join conversations on conversations.site_id = webhooks.site_id
        where webhooks.id = ${webhookId}::uuid and conversations.id = ${conversationId}::uuid
          and webhooks.paused is null
        on conflict do nothing
        returning delivered_seq, attempt`.execute(db);
      const row = made.rows[0];
      if (row === undefined) return null;
      return { webhookId, conversationId, lease, deliveredSeq: row.delivered_seq, attempt: row.attempt };
    },

    /**
     * What was sent, or passed over, counts; the lease begins anew.
     * @returns `lost`: the right was lost meanwhile, or a replay moved the cursor. `paused`: it counts, but stop now.
     */
    async advance(
      claim: Claim,
      from: number,
      through: number,
      now: number,
      leaseMs: number,
    ): Promise<'on' | 'paused' | 'lost'> {
      const { rows } = await sql<{ is_on: boolean }>`
        update webhook_cursors set delivered_seq = ${through}, attempt = 0, lease_until = ${now + leaseMs}
        where ${held(claim)} and delivered_seq = ${from}
        returning (select paused is null from webhooks where id = webhook_id) as is_on`.execute(db);
      const [row] = rows;
      return row === undefined ? 'lost' : row.is_on ? 'on' : 'paused';
    },

    /** Gives the right back after a failed try: the next one comes at this time. */
    async postpone(claim: Claim, attempt: number, dueAt: number): Promise<void> {
      await sql`
        update webhook_cursors set attempt = ${attempt}, due_at = ${dueAt}, lease = null, lease_until = 0
        where ${held(claim)}`.execute(db);
    },

    /**
     * Gives the right back. Looks at the conversation in the same statement: what was committed before it and found the
     * right taken is seen here, and what comes later finds it free.
     * @returns whether there is more to send
     */
    async release(claim: Claim, now: number): Promise<boolean> {
      const { rows } = await sql<{ due_at: number | null }>`
        update webhook_cursors set lease = null, lease_until = 0,
          due_at = case when conversations.seq > delivered_seq then ${now}::bigint end
        from conversations
        where conversations.id = conversation_id and ${held(claim)}
        returning due_at`.execute(db);
      return (rows[0]?.due_at ?? null) !== null;
    },

    /**
     * Finds conversations whose facts nobody sends: their process died after the commit, or the webhook was paused. They
     * become due, and stay so until they are sent.
     */
    async sweep(webhookId: string, now: number): Promise<void> {
      await db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ swept_at: number; site_id: string }>`
          select swept_at, site_id from webhooks where id = ${webhookId}::uuid and paused is null
            and swept_at < ${now - freshMs - lookedMs}
          for no key update skip locked`.execute(tx);
        const [webhook] = rows;
        if (webhook === undefined) return;
        const until = now - freshMs;
        await sql`
          with recent as (
            select conversation_id, max(facts.seq) as seq from facts
            where at >= ${webhook.swept_at - slowCommitMs} and at <= ${until} group by conversation_id)
          insert into webhook_cursors as cursor (webhook_id, conversation_id, delivered_seq, due_at)
          select webhooks.id, conversations.id, ${beforeCreation}, ${now}::bigint
          from recent
          join conversations on conversations.id = recent.conversation_id
          join webhooks on webhooks.id = ${webhookId}::uuid and webhooks.site_id = conversations.site_id
          left join webhook_cursors known
            on known.webhook_id = webhooks.id and known.conversation_id = conversations.id
          where (known.webhook_id is null and exists (
              select from facts where facts.conversation_id = conversations.id and at >= webhooks.created_at))
            or (known.due_at is null and known.delivered_seq < recent.seq)
          on conflict (webhook_id, conversation_id) do update set due_at = excluded.due_at
          where cursor.due_at is null`.execute(tx);
        await sql`update webhooks set swept_at = greatest(swept_at, ${until}) where id = ${webhookId}::uuid`.execute(
          tx,
        );
      });
    },

    /** Conversations that are due and that nobody sends, the oldest first; at most `dueAtOnce` of them. */
    async due(webhookId: string, now: number): Promise<string[]> {
      const rows = await db
        .selectFrom('webhook_cursors')
        .select('conversation_id')
        .where('webhook_id', '=', webhookId)
        .where('due_at', '<=', now)
        .where('lease_until', '<', now)
        .orderBy('due_at')
        .limit(dueAtOnce)
        .execute();
      return rows.map((row) => row.conversation_id);
    },

    /** Sends a conversation again from this seq on. @returns 0 if it is none of the webhook's site */
    replayConversation: (webhookId: string, conversationId: string, fromSeq: number, now: number) =>
      rewind(
        webhookId,
        sql`starts as (
          select conversations.id as conversation_id, ${Math.max(0, fromSeq - 1)}::integer as seq
          from conversations join webhooks on webhooks.site_id = conversations.site_id
          where webhooks.id = ${webhookId}::uuid and conversations.id = ${conversationId}::uuid)`,
        now,
      ),

    /** Sends again each conversation that had facts in this time, from the first of them on. */
    replayRange: (webhookId: string, from: number, until: number, now: number) =>
      rewind(
        webhookId,
        sql`starts as (
          select facts.conversation_id, min(facts.seq) - 1 as seq
          from facts join conversations on conversations.id = facts.conversation_id
          join webhooks on webhooks.site_id = conversations.site_id
          where webhooks.id = ${webhookId}::uuid and at >= ${from} and at < ${until}
          group by facts.conversation_id)`,
        now,
      ),

    /** Sends again what failed for good, each conversation from the first such fact on. */
    replayFailed: (webhookId: string, now: number) =>
      rewind(
        webhookId,
        sql`failed as (
            update webhook_deliveries set result = 'replayed'
            where webhook_id = ${webhookId}::uuid and result = 'failed'
            returning conversation_id, from_seq),
          starts as (
            select conversation_id, min(from_seq) - 1 as seq from failed group by conversation_id)`,
        now,
      ),
  };
}

/** The seq that a webhook begins behind in a conversation that it has not heard of: its last fact before the webhook. */
const beforeCreation = sql`coalesce((
  select max(facts.seq) from facts
  where facts.conversation_id = conversations.id and facts.at < webhooks.created_at), 0)`;
