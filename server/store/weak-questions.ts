import { type RawBuilder, sql } from 'kysely';
import type {
  WeakQuestionDetail,
  WeakQuestionFilter,
  WeakQuestionPage,
  WeakQuestionRow,
  WeakView,
} from '../../protocol/weak-questions.ts';
import type { Anchor } from '../domain/weak/gathering.ts';
import { contentsOfWording } from '../domain/weak/gathering.ts';
import { harmAt } from '../domain/weak/rank.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { behindQuestion } from './weak-answers.ts';
import { heatUnit, type QuestionAt } from './weak-counts.ts';
import { personOf } from './weak-standing.ts';
import { anchorsWith } from './weak-wordings.ts';

/** The last question of a page. */
interface End {
  readonly heat: number;
  readonly id: string;
}
export const weakCursor = createCursor<End>({ heat: 'time', id: 'uuid' });

/** Whose questions are looked at, by whom and when. */
export interface WeakAsked extends WeakQuestionFilter {
  readonly siteIds: readonly string[];
  readonly agentId: string;
  readonly now: number;
}

/** Others of a site that are held against one that is to be merged: those that share most words with it. */
const mostAlike = 300;

/** Weak questions as reviewers read them. */
export function createWeakQuestions(db: Database) {
  const rows = async (where: RawBuilder<unknown>, now: number, more: RawBuilder<unknown> = sql``) => {
    const found = await sql<Row>`
      select weak_questions.*, sites.key, sites.title as "siteName", wordings,
        guidance.state as "guidanceState", guidance.live, guidance.proposed
      from weak_questions join sites on sites.id = weak_questions.site_id
      left join guidance on guidance.id = guidance_id
      left join lateral (select count(*)::int as wordings from weak_wordings
        where question_id = weak_questions.id) as worded on true
      where ${where} ${more}`.execute(db);
    return found.rows.map((row) => ({ heat: row.heat, row: toRow(row, now) }));
  };
  const one = async (id: string, siteIds: readonly string[], now: number) => {
    const [found] = await rows(
      sql`weak_questions.id = ${id} and merged_into is null and ${ofSites(siteIds)}`,
      now,
    );
    return found?.row ?? null;
  };

  return {
    one,

    /** The greatest harm first. */
    async page(
      asked: WeakAsked,
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<Omit<WeakQuestionPage, 'isReading'>> {
      const shown = sql`${ofSites(asked.siteIds)} and merged_into is null and answers > 0
        and ${inView(asked.view ?? 'todo', asked.agentId)}
        and ${asked.site === undefined ? sql`true` : sql`sites.key = ${asked.site}`}`;
      const behind =
        cursor === null
          ? sql`true`
          : sql`(heat, weak_questions.id) < (${cursor.heat}::bigint, ${cursor.id}::uuid)`;
      const [found, counted] = await Promise.all([
        rows(
          sql`${shown} and ${behind}`,
          asked.now,
          sql`order by heat desc, weak_questions.id desc limit ${limit + 1}`,
        ),
        sql<{
          total: number;
        }>`select count(*)::int as total from weak_questions join sites on sites.id = weak_questions.site_id
          where ${shown}`.execute(db),
      ]);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const hasMore = found.length > limit && last !== undefined;
      return {
        items: page.map(({ row }) => row),
        total: counted.rows[0]?.total ?? 0,
        next: hasMore ? weakCursor.encode({ heat: last.heat, id: last.row.id }) : null,
      };
    },

    /** @returns null: there is none, or it is of another site */
    async detail(id: string, siteIds: readonly string[], now: number): Promise<WeakQuestionDetail | null> {
      const question = await one(id, siteIds, now);
      return question === null ? null : { question, ...(await behindQuestion(db, id)) };
    },

    /** Those that a guidance was written for. */
    async ofGuidance(guidanceId: string): Promise<QuestionAt[]> {
      return db
        .selectFrom('weak_questions')
        .select(['id', 'site_id as siteId'])
        .where('guidance_id', '=', guidanceId)
        .where('merged_into', 'is', null)
        .execute();
    },

    /** What others of the site it may be the same as: to be put in order by likeness. */
    async anchorsBeside(id: string, text: string): Promise<Anchor[]> {
      const row = await db
        .selectFrom('weak_questions')
        .select('site_id')
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return [];
      const anchors = await anchorsWith(db, row.site_id, contentsOfWording(text), mostAlike, 'nearest');
      return anchors.filter(({ question }) => question !== id);
    },

    /** These questions in this order; what is not there any more is left out. */
    async inOrder(
      ids: readonly string[],
      siteIds: readonly string[],
      now: number,
    ): Promise<WeakQuestionRow[]> {
      const found = await rows(
        sql`weak_questions.id = any(${[...ids]}::uuid[]) and merged_into is null and answers > 0
          and ${ofSites(siteIds)}`,
        now,
      );
      return ids.flatMap((id) => found.find(({ row }) => row.id === id)?.row ?? []);
    },
  };
}

const ofSites = (siteIds: readonly string[]) => sql`weak_questions.site_id = any(${[...siteIds]}::uuid[])`;

function inView(view: WeakView, agentId: string): RawBuilder<unknown> {
  if (view === 'todo') return sql`status in ('open', 'taken')`;
  if (view === 'mine') return sql`status = 'taken' and owner_id = ${agentId}`;
  return sql`status = ${view}`;
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly key: string;
  readonly siteName: string;
  readonly wordings: number;
  readonly answers: number;
  readonly customers: number;
  readonly down: number;
  readonly better: number;
  readonly heat: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly status: WeakQuestionRow['status'];
  readonly owner_id: string | null;
  readonly owner_name: string | null;
  readonly by_name: string | null;
  readonly since_at: number;
  readonly reason: string;
  readonly returned: number;
  readonly guidance_id: string | null;
  readonly guidanceState: NonNullable<WeakQuestionRow['guidance']>['state'] | null;
  readonly live: number | null;
  readonly proposed: number | null;
}

const toRow = (row: Row, now: number): WeakQuestionRow => ({
  id: row.id,
  site: row.key,
  siteName: row.siteName,
  question: row.title,
  wordings: row.wordings,
  answers: row.answers,
  customers: row.customers,
  down: row.down,
  better: row.better,
  harm: Math.round(10 * harmAt(row.heat / heatUnit, now)) / 10,
  firstAt: row.first_at,
  lastAt: row.last_at,
  status: row.status,
  owner: personOf(row.owner_id, row.owner_name),
  decidedBy: row.by_name ?? '',
  sinceAt: row.since_at,
  reason: row.reason,
  returned: row.returned,
  guidance:
    row.guidance_id === null || row.guidanceState === null
      ? null
      : { id: row.guidance_id, state: row.guidanceState, live: row.live, proposed: row.proposed },
});
