import { sql } from 'kysely';
import type {
  BetterAnswerItem,
  WeakAnswerItem,
  WeakQuestionDetail,
  Wording,
} from '../../protocol/weak-questions.ts';
import type { Database } from './database.ts';

const [answersShown, wordingsShown, betterShown, sourcesShown] = [50, 500, 20, 20];

/**
 * What is behind a weak question. One that thousands have asked is read as fast as others: its newest answers are found
 * first, and what was said of these alone is looked up.
 */
export async function behindQuestion(
  db: Database,
  id: string,
): Promise<Omit<WeakQuestionDetail, 'question'>> {
  const of = sql`weak_wordings join weak_answers on wording_id = weak_wordings.id`;
  const [wordings, answers, better, sources] = await Promise.all([
    sql<Wording>`
      select weak_wordings.id, text, coalesce(used.answers, 0) as answers, is_by_hand as "isByHand",
        coalesce(used."mayTrain", false) as "mayTrain"
      from weak_wordings left join lateral (
        select count(*)::int as answers, bool_or(not do_not_train) as "mayTrain"
        from weak_answers where wording_id = weak_wordings.id) as used on true
      where question_id = ${id} order by answers desc, at, weak_wordings.id limit ${wordingsShown}`.execute(
      db,
    ),
    sql<WeakAnswerItem>`
      select weak_answers.conversation_id as "conversationId", weak_answers.turn, wording_id as wording, weak_answers.at,
        weak_answers.question, weak_answers.answer, weak_answers.sources, is_down as "isDown",
        is_unknown as "isUnknown", weak_answers.reasons, coalesce(comment, '') as comment,
        coalesce(right_answer, '') as "rightAnswer", signals, weak_answers.do_not_train as "doNotTrain",
        case when is_down then receipts.status end as status
      from (
        select own.* from weak_wordings cross join lateral (
          select * from weak_answers where wording_id = weak_wordings.id
          order by weak_answers.at desc, conversation_id, turn limit ${answersShown}) as own
        where question_id = ${id}
        order by own.at desc, conversation_id, turn limit ${answersShown}) as weak_answers
      left join answer_feedback on answer_feedback.conversation_id = weak_answers.conversation_id
        and answer_feedback.turn = weak_answers.turn
      left join receipts on receipts.conversation_id = weak_answers.conversation_id
        and about = weak_answers.turn::text
      order by weak_answers.at desc, weak_answers.conversation_id, weak_answers.turn`.execute(db),
    sql<BetterAnswerItem>`
      select better_answers.conversation_id as "conversationId", better_answers.turn, better_answers.text,
        coalesce(auth_user.name, '') as by, better_answers.at
      from ${of}
      join better_answers on better_answers.conversation_id = weak_answers.conversation_id
        and better_answers.turn = weak_answers.turn
      left join auth_user on auth_user.id = agent_id
      where question_id = ${id} and is_improved order by better_answers.at desc limit ${betterShown}`.execute(
      db,
    ),
    sql<WeakQuestionDetail['sources'][number]>`
      select source->>'title' as title, source->>'url' as url, count(*)::int as answers
      from ${of} cross join jsonb_array_elements(sources) as source
      where question_id = ${id} group by 1, 2 order by 3 desc, 1 limit ${sourcesShown}`.execute(db),
  ]);
  return { wordings: wordings.rows, answers: answers.rows, better: better.rows, sources: sources.rows };
}
