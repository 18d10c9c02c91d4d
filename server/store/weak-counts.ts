import { sql } from 'kysely';
import { heatOf } from '../domain/weak/rank.ts';
import { decideWeak } from '../domain/weak/standing.ts';
import type { Tx } from './database.ts';
import { lockQuestions, standingColumns, toStanding } from './weak-standing.ts';

interface Counted {
  readonly question: string;
  readonly answers: number;
  readonly customers: number;
  readonly down: number;
  readonly better: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly answeredAt: number;
  /** Weight and time of what each customer has met with. */
  readonly met: readonly (readonly [weight: number, at: number])[];
}
const nothing = {
  answers: 0,
  customers: 0,
  down: 0,
  better: 0,
  firstAt: 0,
  lastAt: 0,
  answeredAt: 0,
  met: [],
};

/** A weak question, and of which site it is. */
export interface QuestionAt {
  readonly id: string;
  readonly siteId: string;
}

/** A heat as it is kept: whole, so that a page of the list ends at an exact number, and fine enough for a millisecond. */
const kept = (heat: number) => Math.max(0, Math.round(heat * heatUnit));
export const heatUnit = 10_000_000_000;

/**
 * Counts the answers of these questions anew. What has failed again after it was decided is open again; wordings that
 * nobody has used (any more) go, unless a person has put them there, and questions without any.
 * @param hasNews there may be answers whose receipts follow from what was decided
 * @returns those of them that there were
 */
export async function countAnew(
  tx: Tx,
  questionIds: readonly string[],
  now: number,
  hasNews = true,
): Promise<QuestionAt[]> {
  const rows = await lockQuestions(tx, questionIds);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  await sql`delete from weak_wordings where question_id = any(${ids}::uuid[]) and not is_by_hand
    and not exists (select from weak_answers where wording_id = weak_wordings.id)`.execute(tx);
  await sql`delete from weak_questions where id = any(${ids}::uuid[]) and merged_into is null
    and not exists (select from weak_wordings where question_id = weak_questions.id)`.execute(tx);
  // As one value each: of ten thousand customers as many rows would take longer to carry than to count.
  const counted = await sql<Counted>`
    select question_id as question, sum(answers)::int as answers, count(*)::int as customers, sum(down)::int as down,
      sum(better)::int as better, min(first_at) as "firstAt", max(at) as "lastAt", max(answered_at) as "answeredAt",
      json_agg(json_build_array(weight, at)) as met
    from (
      select question_id, max(weight)::int as weight, max(weak_answers.at) as at, min(weak_answers.at) as first_at,
        max(answered_at) as answered_at, count(*)::int as answers, (count(*) filter (where is_down))::int as down,
        (count(*) filter (where is_improved))::int as better
      from weak_wordings join weak_answers on wording_id = weak_wordings.id
      where question_id = any(${ids}::uuid[]) group by question_id, customer_id) as customer
    group by question_id`.execute(tx);
  const titles = await titlesOf(tx, ids);
  const byQuestion = new Map(counted.rows.map((one) => [one.question, one]));
  for (const row of rows) {
    const { met, answeredAt, firstAt, lastAt, ...counts } = byQuestion.get(row.id) ?? {
      question: row.id,
      ...nothing,
    };
    const standing = toStanding(row);
    // Not before everybody has been told of what was decided: otherwise nobody would tell them any more.
    const isSettled = row.owed === row.settled;
    const decided = isSettled ? decideWeak(standing, { name: 'fail', answeredAt }, now) : standing;
    const next = typeof decided === 'string' ? standing : decided;
    await tx
      .updateTable('weak_questions')
      .set({
        ...standingColumns(next),
        title: titles.get(row.id) ?? row.title,
        answers: counts.answers,
        customers: counts.customers,
        down: counts.down,
        better: counts.better,
        heat: kept(heatOf(met.map(([weight, at]) => ({ weight, at })))),
        first_at: firstAt,
        last_at: lastAt,
        // A thumb that comes behind the decision is owed it, too.
        ...(hasNews && next.status !== 'open' && { owed: row.owed + 1 }),
      })
      .where('id', '=', row.id)
      .execute();
  }
  return rows.map((row) => ({ id: row.id, siteId: row.site_id }));
}

/** Each question in the words in which it was asked most; of as many, in those that came first. */
async function titlesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ question: string; text: string }>`
    select distinct on (question_id) question_id as question, text
    from weak_wordings left join lateral (
      select count(*) as n from weak_answers where wording_id = weak_wordings.id) as used on true
    where question_id = any(${[...ids]}::uuid[]) order by question_id, n desc, at, id`.execute(tx);
  return new Map(rows.map(({ question, text }) => [question, text]));
}
