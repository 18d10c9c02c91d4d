import { randomUUID } from 'node:crypto';
import type { AuditAction, AuditDetail } from '../../protocol/audit-log.ts';
import { decideWeak, newlyFound, type WeakCommand, type WeakProblem } from '../domain/weak/standing.ts';
import { type Actor, addEntries } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import { createRefusable } from './refusable.ts';
import { countAnew } from './weak-counts.ts';
import { waitForWeakLock } from './weak-reader.ts';
import { lockQuestions, saveStanding, standingColumns, toStanding } from './weak-standing.ts';

/** Who changes a weak question, of which sites, and when. */
export interface WeakAct {
  readonly by: { readonly id: string; readonly name: string };
  readonly actor: Actor;
  readonly siteIds: readonly string[];
  readonly at: number;
}

export type WeakRefusal = WeakProblem | 'not_found' | 'same_question' | 'stale_question' | 'nothing_left';

/** What was moved from one question to another. */
export interface Moved {
  /** The question that is shown from now on. */
  readonly id: string;
  readonly siteId: string;
  readonly other: string;
  readonly wordings: readonly string[];
}

const { Refused, refusable } = createRefusable<WeakRefusal>();

/** How people change weak questions: each change under the locks of its rows, with an entry of the audit log. */
export function createWeakChanges(db: Database) {
  /** The question that is changed, and another one that takes part, of the same site. */
  const own = async (tx: Tx, id: string, other: string | null, { siteIds }: WeakAct) => {
    const rows = await lockQuestions(tx, other === null ? [id] : [id, other]);
    const row = rows.find((one) => one.id === id);
    if (row === undefined || row.merged_into !== null || !siteIds.includes(row.site_id))
      throw new Refused('not_found');
    const beside = rows.find((one) => one.id === other && one.site_id === row.site_id) ?? null;
    return { row, beside };
  };
  const note = (
    tx: Tx,
    { at, actor }: WeakAct,
    siteId: string,
    id: string,
    action: AuditAction,
    detail: AuditDetail = {},
  ) =>
    addEntries(tx, [
      { at, by: actor, action, siteIds: [siteId], object: { kind: 'weak_question', id }, detail },
    ]);

  return {
    /** Takes, releases, declines or opens a question again. @returns why not, or which it is */
    act: (id: string, command: Exclude<WeakCommand, { name: 'fail' }>, act: WeakAct) =>
      refusable(db, async (tx) => {
        const { row } = await own(tx, id, null, act);
        const next = decideWeak(toStanding(row), command, act.at);
        if (typeof next === 'string') throw new Refused(next);
        await saveStanding(tx, id, next);
        await note(tx, act, row.site_id, id, 'weak_question.decided', { status: next.status });
        return { id, siteId: row.site_id };
      }),

    /** All wordings of `id` become wordings of `into`, which stays as it stands. */
    merge: (id: string, into: string, act: WeakAct) =>
      refusable(db, async (tx): Promise<Moved> => {
        await waitForWeakLock(tx);
        if (id === into) throw new Refused('same_question');
        const { row: from, beside: to } = await own(tx, id, into, act);
        if (to === null || to.merged_into !== null) throw new Refused('stale_question');
        const wordings = await tx
          .updateTable('weak_wordings')
          .set({ question_id: into, is_by_hand: true })
          .where('question_id', '=', id)
          .returning('id')
          .execute();
        await tx
          .updateTable('weak_questions')
          .set({ merged_into: into, answers: 0 })
          .where((where) => where.or([where('id', '=', id), where('merged_into', '=', id)]))
          .execute();
        // What was written for it is written for both.
        if (to.guidance_id === null && from.guidance_id !== null)
          await tx
            .updateTable('weak_questions')
            .set({ guidance_id: from.guidance_id })
            .where('id', '=', into)
            .execute();
        await countAnew(tx, [into], act.at);
        await note(tx, act, to.site_id, into, 'weak_question.merged', { from: id });
        return { id: into, siteId: to.site_id, other: id, wordings: wordings.map((one) => one.id) };
      }),

    /**
     * These wordings become a question of their own; with `back`, the one that was merged into this, which stands again
     * as it did then.
     */
    split: (id: string, wordings: readonly string[], back: string | null, act: WeakAct) =>
      refusable(db, async (tx): Promise<Moved> => {
        await waitForWeakLock(tx);
        const { row, beside } = await own(tx, id, back, act);
        if (back !== null && beside?.merged_into !== id) throw new Refused('stale_question');
        const all = await tx
          .selectFrom('weak_wordings')
          .select(['id', 'text', 'is_anchor', 'at'])
          .where('question_id', '=', id)
          .orderBy('at')
          .execute();
        const leaving = all.filter((one) => wordings.includes(one.id));
        const [first] = leaving;
        if (first === undefined || leaving.length !== wordings.length) throw new Refused('stale_question');
        const staying = all.filter((one) => !wordings.includes(one.id));
        if (staying.length === 0) throw new Refused('nothing_left');
        const other = back ?? randomUUID();
        if (back === null) {
          const standing = standingColumns(newlyFound(act.at));
          await tx
            .insertInto('weak_questions')
            .values({ id: other, site_id: row.site_id, title: first.text, ...standing })
            .execute();
        } else {
          await tx.updateTable('weak_questions').set({ merged_into: null }).where('id', '=', back).execute();
          // What came with it goes with it.
          if (row.guidance_id !== null && row.guidance_id === beside?.guidance_id)
            await tx.updateTable('weak_questions').set({ guidance_id: null }).where('id', '=', id).execute();
        }
        // A person has said that these are another question: what is like them goes there from now on.
        await tx
          .updateTable('weak_wordings')
          .set({ question_id: other, is_anchor: true, is_by_hand: true })
          .where('id', 'in', [...wordings])
          .execute();
        if (!staying.some((one) => one.is_anchor))
          await tx
            .updateTable('weak_wordings')
            .set({ is_anchor: true })
            .where('question_id', '=', id)
            .execute();
        await countAnew(tx, [id, other], act.at);
        await note(tx, act, row.site_id, id, 'weak_question.split', { to: other });
        return { id, siteId: row.site_id, other, wordings };
      }),
  };
}

/** A guidance is being written for this question of the site. @returns false: there is no such question */
export async function linkGuidance(
  tx: Tx,
  siteId: string,
  questionId: string,
  guidanceId: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('weak_questions')
    .set({ guidance_id: guidanceId })
    .where('id', '=', questionId)
    .where('site_id', '=', siteId)
    .where('merged_into', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0;
}

/** The question that an answer is a weak one to, and that no guidance is live for; null: there is none. */
export async function questionOfAnswer(
  tx: Tx,
  origin: { readonly conversationId: string; readonly turn: number },
): Promise<string | null> {
  const row = await tx
    .selectFrom('weak_answers')
    .innerJoin('weak_wordings', 'weak_wordings.id', 'wording_id')
    .innerJoin('weak_questions', 'weak_questions.id', 'question_id')
    .select('question_id')
    .where('conversation_id', '=', origin.conversationId)
    .where('turn', '=', origin.turn)
    .where('status', '!=', 'guided')
    .executeTakeFirst();
  return row?.question_id ?? null;
}

/** What was written for a question is live now, or nothing of it any more: in the very transaction that makes it so. */
export async function followGuidance(
  tx: Tx,
  guidanceId: string,
  name: 'guide' | 'unguide',
  { by, at }: Pick<WeakAct, 'by' | 'at'>,
): Promise<void> {
  const linked = await tx
    .selectFrom('weak_questions')
    .select('id')
    .where('guidance_id', '=', guidanceId)
    .where('merged_into', 'is', null)
    .execute();
  for (const row of await lockQuestions(
    tx,
    linked.map(({ id }) => id),
  )) {
    const next = decideWeak(toStanding(row), { name, by }, at);
    if (typeof next !== 'string') await saveStanding(tx, row.id, next);
  }
}
