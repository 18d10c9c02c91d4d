import pg from 'pg';

/** Questions per site, and wordings of each. */
const [questions, wordingsOfEach] = [20_000, 3];

/**
 * Gathers the weak answers among the visits (`seedVisits`) by question, as the reader of the facts would have: 20,000
 * questions a site in three wordings each, a few of them asked by very many. Two of a hundred have an agent's better
 * answer, those with a thumb down their feedback and its receipt.
 * @returns how large it became
 */
export async function seedWeakQuestions(url: string): Promise<Readonly<Record<string, string>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    await client.query('select setseed(0.42)');
    await client.query(questionsAndWordings(questions, wordingsOfEach));
    await client.query(answers(questions, wordingsOfEach));
    await client.query('analyze');
    await client.query(feedback);
    await client.query(receipts);
    await client.query(better);
    await client.query(
      'delete from weak_wordings where not exists (select from weak_answers where wording_id = weak_wordings.id)',
    );
    await client.query(
      'delete from weak_questions where not exists (select from weak_wordings where question_id = weak_questions.id)',
    );
    await client.query(counts);
    await client.query('vacuum analyze');
    const { rows } = await client.query(sizes);
    return rows[0];
  } finally {
    await client.end();
  }
}

const idOf = (what: string, parts: string) => `md5('${what} ' || ${parts})::uuid`;

/** Words as a site has them: few verbs and things, so that thousands of questions share each. */
const words = `(array['cancel','change','find','get','lose','move','order','pay','return','send','stop','track'])[1 + n % 12] as verb,
  (array['blue','business','first','joint','last','lost','new','old','second','spare'])[1 + n / 12 % 10] as which,
  (array['account','address','card','charge','contract','fee','invoice','limit','number','order','parcel','password','payment',
    'plan','refund','statement','ticket','transfer'])[1 + n / 120 % 18] as thing, 'q' || n as own`;

const questionsAndWordings = (count: number, each: number) => `
  with drawn as (select sites.id as site_id, n, ${words} from sites, generate_series(0, ${count - 1}) n),
  question as (
    insert into weak_questions (id, site_id, title, status, since_at, reason, returned)
    select ${idOf('question', "site_id || ' ' || n")}, site_id, 'How do I ' || verb || ' my ' || which || ' ' || thing || ' ' || own || '?',
      case when n % 10 = 9 then 'declined' else 'open' end, 0, '', 0 from drawn)
  insert into weak_wordings (id, site_id, question_id, words, text, contents, is_anchor, at)
  select ${idOf('wording', "site_id || ' ' || n || ' ' || k")}, site_id, ${idOf('question', "site_id || ' ' || n")},
    'how do i ' || verb || ' my ' || which || ' ' || thing || ' ' || own || ' ' || k,
    (array['How do I ', 'Can I ', 'Please, how to '])[1 + k] || verb || ' my ' || which || ' ' || thing || ' ' || own || '?',
    array[own, thing, verb, which], k = 0, n
  from drawn, generate_series(0, ${each - 1}) k`;

const answers = (count: number, each: number) => `
  insert into weak_answers (conversation_id, turn, customer_id, wording_id, question, answer, sources, answered_at, at, weight,
    is_down, is_unknown, is_improved, reasons, signals, do_not_train)
  select conversation_id, turn, customer_id,
    ${idOf('wording', "site_id || ' ' || n || ' ' || k")}, question, repeat('It is on its way, and takes three to five working days. ', 3),
    jsonb_build_array(jsonb_build_object('title', 'Help ' || n % 40, 'url', 'https://help.example/' || n % 40)),
    quiet_at, quiet_at, case when is_down then 4 else 1 end, is_down, is_unknown, improved < 0.02,
    case when is_down then array['wrong'] else '{}' end, case when led_to_person then array['asked_for_person'] else '{}' end, false
  from (
    select weak.*, visit.customer_id, visit.quiet_at, random() as improved,
      floor(${count} * power(random(), 4))::int as n, floor(${each} * power(random(), 2))::int as k
    from insight_weak weak join insight_visits visit using (conversation_id, visit)) as drawn`;

const feedback = `
  insert into answer_feedback (conversation_id, turn, verdict, reasons, comment, question, answer, sources, at)
  select conversation_id, turn, 'down', reasons, 'That is not so.', question, answer, sources, at from weak_answers where is_down`;

const receipts = `
  insert into receipts (conversation_id, about, site_id, status, received_at)
  select conversation_id, turn::text, site_id, 'received', weak_answers.at
  from weak_answers join weak_wordings on weak_wordings.id = wording_id where is_down`;

const better = `
  insert into better_answers (conversation_id, turn, question, answer, text, agent_id, at)
  select conversation_id, turn, question, answer, 'It takes two days since May.', 'nobody', at from weak_answers where is_improved`;

/** As server/store/weak-counts.ts counts them, and ranks them by harm (server/domain/weak/rank.ts). */
const counts = `
  with met as (
    select question_id, customer_id, count(*)::int as answers, max(weight) as weight, max(answer.at) as last_at,
      min(answer.at) as first_at, (count(*) filter (where is_down))::int as down,
      (count(*) filter (where is_improved))::int as better,
      log(2, max(weight)::numeric)::float8 + (max(answer.at) - 1577836800000) / 2592000000.0::float8 as exponent
    from weak_wordings join weak_answers answer on wording_id = weak_wordings.id group by 1, 2),
  most as (select question_id, max(exponent) as exponent from met group by 1),
  counted as (
    select question_id, sum(answers)::int as answers, count(*)::int as customers, sum(down)::int as down,
      sum(better)::int as better, min(first_at) as first_at, max(last_at) as last_at,
      max(most.exponent) + log(2, sum(power(2::float8, met.exponent - most.exponent))::numeric)::float8 as heat
    from met join most using (question_id) group by 1)
  update weak_questions set answers = counted.answers, customers = counted.customers, down = counted.down,
    better = counted.better, first_at = counted.first_at, last_at = counted.last_at,
    heat = round(counted.heat * 10000000000)::bigint
  from counted where question_id = weak_questions.id`;

const sizes = `
  select (select count(*) from weak_questions) as questions, (select count(*) from weak_wordings) as wordings,
    (select count(*) from weak_answers) as answers, (select max(answers) from weak_questions) as largest,
    pg_size_pretty(pg_total_relation_size('weak_answers')) as size`;
