import { type SqlBool, sql } from 'kysely';
import type { FactOf } from '../../protocol/conversation.ts';
import type { FeedbackAbout, ReceiptFigures } from '../../protocol/feedback.ts';
import type { ReceiptChange } from '../domain/receipts.ts';
import { addEntries } from './audit-log.ts';
import type { Ownership } from './conversation-row.ts';
import type { Database, Tx } from './database.ts';

/** A feedback that led to a change, of which its customer is to be told by e-mail. */
export interface UntoldReceipt {
  readonly conversationId: string;
  readonly about: string;
  readonly siteId: string;
  readonly word: string;
  readonly reviewedAt: number;
}

/** Letters that are looked for at once. */
const atOnce = 200;

/** The ledger of receipts. Its rows are written with the facts that say them (`saveReceipts`). */
export function createReceipts(db: Database) {
  const untold = () =>
    db
      .selectFrom('receipts')
      .select([
        'conversation_id as conversationId',
        'about',
        'site_id as siteId',
        'word',
        sql<number>`reviewed_at`.as('reviewedAt'),
      ])
      .where('status', '=', 'changed')
      .where('told_at', 'is', null);

  return {
    /** One that is to be told; null once it has been. */
    untold: async (conversationId: string, about: string): Promise<UntoldReceipt | null> =>
      (await untold()
        .where('conversation_id', '=', conversationId)
        .where('about', '=', about)
        .executeTakeFirst()) ?? null,

    /** Those reviewed in [since, before) whose customers have left an address. */
    untoldBetween: (since: number, before: number): Promise<UntoldReceipt[]> =>
      untold()
        .where('reviewed_at', '>=', since)
        .where('reviewed_at', '<', before)
        .where((where) =>
          where.exists(
            where
              .selectFrom('conversations')
              .select('id')
              .whereRef('conversations.id', '=', 'receipts.conversation_id')
              .where(sql<SqlBool>`state->'followUp'->>'email' is not null`),
          ),
        )
        .orderBy('reviewed_at')
        .limit(atOnce)
        .execute(),

    async setTold({ conversationId, about, reviewedAt }: UntoldReceipt, at: number): Promise<void> {
      await db
        .updateTable('receipts')
        .set({ told_at: at })
        .where('conversation_id', '=', conversationId)
        .where('about', '=', about)
        // Given anew and changed once more meanwhile: that is another matter.
        .where('reviewed_at', '=', reviewedAt)
        .execute();
    },

    /** What has become of what was received in [from, until). */
    async figures(siteIds: readonly string[], from: number, until: number): Promise<ReceiptFigures> {
      const none = { received: 0, lookedAt: 0, changed: 0, notChanged: 0, median: null };
      const row =
        siteIds.length === 0
          ? none
          : await db
              .selectFrom('receipts')
              .select([
                sql<number>`count(*)`.as('received'),
                sql<number>`count(looked_at)`.as('lookedAt'),
                sql<number>`count(*) filter (where status = 'changed')`.as('changed'),
                sql<number>`count(*) filter (where status = 'not_changed')`.as('notChanged'),
                sql<number | null>`percentile_cont(0.5) within group (order by looked_at - received_at)`.as(
                  'median',
                ),
              ])
              .where('site_id', 'in', [...siteIds])
              .where('received_at', '>=', from)
              .where('received_at', '<', until)
              .executeTakeFirstOrThrow();
      const { median, ...counts } = row;
      const decided = counts.changed + counts.notChanged;
      return {
        ...counts,
        medianToLookedAtMs: median === null ? null : Math.round(median),
        changedShare: decided === 0 ? null : counts.changed / decided,
      };
    },
  };
}

/** Keeps the ledger beside the facts that say it. */
export async function saveReceipts(
  tx: Tx,
  { id, siteId }: Ownership,
  changes: readonly ReceiptChange[],
): Promise<void> {
  for (const { about, receipt, isNew, at, word } of changes) {
    const rows = { conversation_id: id, about: String(about) };
    if (receipt === null) {
      await tx
        .deleteFrom('receipts')
        .where('conversation_id', '=', id)
        .where('about', '=', rows.about)
        .execute();
    } else if (isNew) {
      const begun = { status: receipt.status, word: '', received_at: at };
      const unreviewed = { looked_at: null, reviewed_at: null, told_at: null };
      await tx
        .insertInto('receipts')
        .values({ ...rows, site_id: siteId, ...begun, ...unreviewed })
        .onConflict((conflict) =>
          conflict.columns(['conversation_id', 'about']).doUpdateSet({ ...begun, ...unreviewed }),
        )
        .execute();
    } else if (word !== null) {
      await tx
        .updateTable('receipts')
        .set({
          status: receipt.status,
          word,
          looked_at: sql<number>`coalesce(looked_at, ${at})`,
          ...(receipt.status === 'looked_at' ? {} : { reviewed_at: at }),
        })
        .where('conversation_id', '=', id)
        .where('about', '=', rows.about)
        .execute();
    }
  }
}

/** Feedback is the product's to answer for: who decided about it is found in the audit log, beside who read it. */
export async function logReview(
  tx: Tx,
  { id, siteId }: Ownership,
  { by, at, about, status }: FactOf<'feedback.reviewed'>,
): Promise<void> {
  if (by.kind !== 'agent') return;
  await addEntries(tx, [
    {
      at,
      by: { agent: { id: by.id, name: by.name }, ip: null },
      action: 'feedback.reviewed',
      siteIds: [siteId],
      object: { kind: 'conversation', id },
      detail: { about, status },
    },
  ]);
}

/** The latest word of the customer on how they came to a person. */
export async function saveHandoffRating(
  tx: Tx,
  id: string,
  { at, hadToRepeat, wasWaitAsSaid, doNotTrain }: FactOf<'handoff.rated'>,
): Promise<void> {
  const values = {
    had_to_repeat: hadToRepeat ?? null,
    was_wait_as_said: wasWaitAsSaid ?? null,
    do_not_train: doNotTrain === true,
    at,
  };
  await tx
    .insertInto('handoff_ratings')
    .values({ conversation_id: id, ...values })
    .onConflict((conflict) => conflict.column('conversation_id').doUpdateSet(values))
    .execute();
}

/** Which feedback a row of the ledger is about. */
export const aboutOf = (text: string): FeedbackAbout =>
  text === 'conversation' || text === 'handoff' ? text : Number(text);
