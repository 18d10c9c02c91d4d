import { sql } from 'kysely';
import { changeOf, type Measures } from '../domain/insights/measures.ts';
import type { Tx } from './database.ts';
import type { KeptVisit } from './insights-visits.ts';

/** Which sums a question reads: without a language or topic, those of all. */
export interface Slice {
  readonly language?: string | undefined;
  readonly topic?: string | undefined;
}

/** Its number in `insight_sums`. */
export const sliceNumber = ({ language, topic }: Slice): number =>
  (language === undefined ? 0 : 1) + (topic === undefined ? 0 : 2);

/** Takes what was known off the sums and adds what is known now. Whoever calls it is the only one who reads. */
export async function addToSums(
  tx: Tx,
  before: readonly KeptVisit[],
  now: readonly KeptVisit[],
): Promise<void> {
  const cells = new Map<string, { cell: Cell; before: Measures; now: Measures }>();
  const put = (visit: KeptVisit, side: 'before' | 'now') => {
    for (const cell of cellsOf(visit)) {
      const key = JSON.stringify(cell);
      const known = cells.get(key) ?? { cell, before: {}, now: {} };
      cells.set(key, { ...known, [side]: plus(known[side], visit.measures) });
    }
  };
  for (const visit of before) put(visit, 'before');
  for (const visit of now) put(visit, 'now');
  const changes = [...cells.values()].flatMap(({ cell, before, now }) => {
    const change = changeOf(before, now);
    return Object.keys(change).length === 0 ? [] : [{ ...cell, change }];
  });
  if (changes.length === 0) return;
  const { rows } = await sql<Cell & { change: Measures; sums: Measures | null }>`
    select asked."siteId", asked.slice, asked.language, asked.topic, asked.day, change, sums
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as asked("siteId" uuid, slice smallint, language text,
        topic text, day integer, change jsonb)
      left join insight_sums on site_id = asked."siteId" and insight_sums.slice = asked.slice
        and insight_sums.language = asked.language and insight_sums.topic = asked.topic
        and insight_sums.day = asked.day`.execute(tx);
  const written = rows.map(({ change, sums, ...cell }) => ({ ...cell, sums: plus(sums ?? {}, change) }));
  await sql`insert into insight_sums (site_id, slice, language, topic, day, sums)
    select "siteId", slice, language, topic, day, sums
    from jsonb_to_recordset(${JSON.stringify(written)}::jsonb) as cell("siteId" uuid, slice smallint, language text,
      topic text, day integer, sums jsonb)
    on conflict (site_id, slice, language, topic, day) do update set sums = excluded.sums`.execute(tx);
}

/** Makes all sums anew from the visits. */
export async function sumAnew(tx: Tx): Promise<void> {
  await sql`delete from insight_sums`.execute(tx);
  await sql`insert into insight_sums (site_id, slice, language, topic, day, sums)
    select site_id, slice, of_language, of_topic, day, jsonb_object_agg(key, n)
    from (select site_id, slice, case when slice in (1, 3) then language else '' end as of_language,
          case when slice in (2, 3) then topic else '' end as of_topic, day, key, sum(n) as n
        from (select site_id, language, topic, day, measure.key, sum(measure.value::bigint) as n
            from insight_visits, jsonb_each_text(measures) as measure group by 1, 2, 3, 4, 5) as whole,
          generate_series(0, 3) as slice
        group by 1, 2, 3, 4, 5, 6) as sliced
    group by 1, 2, 3, 4, 5`.execute(tx);
}

interface Cell extends Pick<KeptVisit, 'siteId' | 'language' | 'topic' | 'day'> {
  readonly slice: number;
}

/** The sums that a visit is in. */
const cellsOf = ({ siteId, language, topic, day }: KeptVisit): Cell[] =>
  [{}, { language }, { topic }, { language, topic }].map((slice: Slice) => ({
    siteId,
    slice: sliceNumber(slice),
    language: slice.language ?? '',
    topic: slice.topic ?? '',
    day,
  }));

/** Without keys of which nothing is left. */
function plus(one: Measures, other: Measures): Measures {
  const sum: Record<string, number> = { ...one };
  for (const [key, count] of Object.entries(other)) {
    const all = (sum[key] ?? 0) + count;
    if (all === 0) delete sum[key];
    else sum[key] = all;
  }
  return sum;
}
