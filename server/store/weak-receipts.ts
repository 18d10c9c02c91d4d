import { sql } from 'kysely';
import type { ReceiptStatus } from '../../protocol/feedback.ts';
import { guidanceReachesWithinMs, type WeakStanding } from '../domain/weak/standing.ts';
import type { Database } from './database.ts';
import { countAnew } from './weak-counts.ts';
import { waitForWeakLock } from './weak-reader.ts';
import { toStanding } from './weak-standing.ts';

/** A feedback with a thumb down, on an answer to a question that was decided. */
export interface OwedReceipt {
  readonly conversationId: string;
  readonly turn: number;
  readonly status: ReceiptStatus;
}

export interface OwedQuestion {
  readonly id: string;
  readonly siteId: string;
  /** Which decision it is that they are owed. */
  readonly owed: number;
  readonly standing: WeakStanding;
}

const atOnce = 100;

/** What receipts follow from decisions on weak questions. */
export function createWeakReceipts(db: Database) {
  return {
    /** A question, behind this one in the order of ids, whose receipts do not yet say what was decided on it. */
    async owed(after: string | null): Promise<OwedQuestion | null> {
      const row = await db
        .selectFrom('weak_questions')
        .selectAll()
        .where(sql<boolean>`owed > settled`)
        .where('merged_into', 'is', null)
        .$if(after !== null, (query) => query.where('id', '>', after))
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row === undefined
        ? null
        : { id: row.id, siteId: row.site_id, owed: row.owed, standing: toStanding(row) };
    },

    /**
     * The feedback that a question's standing is about, page by page: given by the time somebody took it; or on answers
     * from before it was decided, however late it came.
     */
    async receipts({ id, standing }: OwedQuestion, after: OwedReceipt | null): Promise<OwedReceipt[]> {
      const { status, sinceAt } = standing;
      const until = status === 'guided' ? sinceAt + guidanceReachesWithinMs : sinceAt;
      const isConcerned =
        status === 'taken'
          ? sql`receipts.received_at <= ${until}`
          : sql`weak_answers.answered_at <= ${until}`;
      const { rows } = await sql<OwedReceipt>`
        select weak_answers.conversation_id as "conversationId", turn, receipts.status
        from weak_wordings join weak_answers on wording_id = weak_wordings.id
        join receipts on receipts.conversation_id = weak_answers.conversation_id and about = turn::text
        where question_id = ${id} and is_down and ${isConcerned}
          and (${after?.conversationId ?? null}::uuid is null
            or (weak_answers.conversation_id, turn) > (${after?.conversationId ?? null}::uuid, ${after?.turn ?? 0}::int))
        order by weak_answers.conversation_id, turn limit ${atOnce}`.execute(db);
      return rows;
    },

    /** All receipts say what was decided by then. What has failed again meanwhile is open again now. */
    async settle(id: string, owed: number, now: number): Promise<void> {
      await db.transaction().execute(async (tx) => {
        await waitForWeakLock(tx);
        await tx
          .updateTable('weak_questions')
          .set({ settled: sql<number>`greatest(settled, ${owed})` })
          .where('id', '=', id)
          .execute();
        await countAnew(tx, [id], now, false);
      });
    },
  };
}
