import pg from 'pg';

export const days = 365;

/** Puts so many visits of a year into the tables, a conversation each; the sums are made from them afterwards. */
export async function seedVisits(
  url: string,
  { count, siteIds, lastDay }: { count: number; siteIds: readonly string[]; lastDay: number },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set synchronous_commit = off');
    await client.query('select setseed(0.42)');
    await client.query(visits, [count, siteIds, lastDay - days + 1, days]);
    await client.query(customers);
    await client.query(conversations);
    await client.query(weak);
    await client.query(promises);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** A share of the visits has each of these, whatever else it has, within what is possible at all. */
const visits = `
  with drawn as (
    select n, random() as at, random() as site, random() as tongue, random() as topic, random() as ending, random() as bad,
      random() as thumb, random() as back, random() as asks, random() as wait, random() as leaves, random() as rates,
      random() as stars, 1 + floor(random() * 5)::int as answers, random() as knows, random() as question
    from generate_series(1, $1::int) as n),
  told as (
    select *, $3::int + floor(at * $4::int)::int as day, ending < 0.3 as is_handed, ending >= 0.3 and ending < 0.302 as is_open,
      thumb < case when bad < 0.2 then 0.3 else 0.02 end as is_down, thumb > 0.93 as is_up, back < 0.06 as is_back,
      asks < 0.5 as is_button, leaves < 0.12 as has_left, rates < 0.12 as is_rated, knows < 0.08 as is_unknown
    from drawn),
  timed as (
    select *, (day::bigint * 86400000 + floor(random() * 86400000)::bigint) as begun_at from told)
  insert into insight_visits (conversation_id, visit, site_id, customer_id, day, begun_at, quiet_at, language, topic, asked, measures)
  select (lpad(to_hex(begun_at), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid, 0,
    ($2::uuid[])[case when site < 0.8 then 1 when site < 0.95 then 2 else 3 end],
    md5('customer ' || (n % ($1::int / 2 + 1)))::uuid, day, begun_at, begun_at + 600000,
    (array['en','de','fr','es','it','pt',''])[1 + floor(7 * tongue * tongue)::int],
    (array['cards','payments','','accounts','transfers','fees','identity','limits','travel'])[1 + floor(9 * topic * topic)::int],
    array['q' || floor(300 * question * question)::int || ' card'],
    jsonb_strip_nulls(jsonb_build_object('visits', 1, 'handed', case when is_handed then 1 end,
      'contained', case when not is_handed and not is_open then 1 end, 'open', case when is_open then 1 end,
      'handoffs', case when is_handed then 1 end, 'handoffs.customer_asked', case when is_handed and is_button then 1 end,
      'handoffs.customer_said', case when is_handed and not is_button and asks < 0.85 then 1 end,
      'handoffs.bot_asked', case when is_handed and asks >= 0.85 then 1 end,
      'person', case when is_handed and not has_left then 1 end, 'left', case when is_handed and has_left then 1 end,
      'waits', case when is_handed and not has_left then 1 end, 'answers', answers,
      'unknown', case when is_unknown then 1 end, 'failed', case when knows > 0.985 then 1 end,
      'up', case when is_up then 1 end, 'down', case when is_down then 1 end,
      'down.wrong', case when is_down and stars < 0.5 then 1 end, 'down.outdated', case when is_down and stars >= 0.5 then 1 end,
      'missed', case when not is_handed and is_down and bad < 0.1 then 1 end,
      'missed.downvotes', case when not is_handed and is_down and bad < 0.1 then 1 end,
      'false', case when not is_handed and not is_open and (is_down or is_back) then 1 end,
      'false.down', case when not is_handed and not is_open and is_down then 1 end,
      'false.back', case when not is_handed and not is_open and is_back then 1 end,
      'causes.missing_knowledge', case when is_handed and leaves > 0.7 then 1 end,
      'rated.bot', case when is_rated and not is_handed then 1 end,
      'rated.people', case when is_rated and is_handed and not has_left then 1 end,
      'weak', case when is_down or is_unknown then 1 end))
    || case when is_handed and not has_left
        then jsonb_build_object('waits.' || (10 + floor(60 * wait * wait))::int, 1) else '{}' end
    || case when is_rated and not has_left
        then jsonb_build_object('rated.' || case when is_handed then 'people.' else 'bot.' end
          -- Ones are rare: what is seldom is looked for longest.
          || case when stars < 0.0005 then 1 else 2 + floor(4 * stars)::int end, 1) else '{}' end
  from timed order by begun_at`;

const customers = `
  insert into customers (id, site_id, secret_hash, created_at)
  select distinct on (customer_id) customer_id, site_id, ''::bytea, begun_at from insight_visits`;

/** As much of each as the lists read. */
const conversations = `
  insert into conversations (id, site_id, customer_id, state, seq, status, created_at, topic, last_text, last_author, last_at,
    priority, downvotes, context, resolved_at)
  select conversation_id, site_id, customer_id, '{}', 8, 'resolved', begun_at, 'Where is my new card? ' || asked[1],
    'It is on its way, and takes three to five working days.', 'bot', quiet_at, 'normal', 0, '{}', quiet_at
  from insight_visits`;

const weak = `
  insert into insight_weak (conversation_id, visit, turn, site_id, day, language, topic, key, question, is_down, is_unknown,
    led_to_person)
  select conversation_id, visit, 1, site_id, day, language, topic, asked[1], 'Where is my new card? ' || asked[1],
    measures ? 'down', measures ? 'unknown', measures ? 'handed' from insight_visits where measures ? 'weak'`;

/** One in ten has a promise. */
const promises = `
  insert into promises (conversation_id, promise, site_id, kind, text, made_at, due_at, state, ended_at)
  select conversation_id, 5, site_id, (array['wait','answer','follow_up'])[1 + (day % 3)], '', begun_at, begun_at + 600000,
    case when random() < 0.9 then 'kept' else 'missed' end, begun_at + 500000
  from insight_visits where random() < 0.1`;
