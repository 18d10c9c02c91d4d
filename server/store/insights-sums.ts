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

/** Takes what was known off the sums and adds what is known now. */
export async function addToSums(
  tx: Tx,
  before: readonly KeptVisit[],
  now: readonly KeptVisit[],
): Promise<void> {
  const cells = new Map<string, { cell: Cell; before: Measures; now: Measures }>();
  const put = (visit: KeptVisit, side: 'before' | 'now') => {
    const cell = cellOf(visit);
    const key = JSON.stringify(cell);
    const known = cells.get(key) ?? { cell, before: {}, now: {} };
    cells.set(key, { ...known, [side]: plus(known[side], visit.measures) });
  };
  for (const visit of before) put(visit, 'before');
  for (const visit of now) put(visit, 'now');
  const changes = [...cells.values()].flatMap(({ cell, before, now }) =>
    Object.entries(changeOf(before, now)).map(([key, n]) => ({ ...cell, key, n })),
  );
  if (changes.length === 0) return;
  await sql`insert into insight_sums (site_id, slice, language, topic, day, key, n)
    select "siteId", slice, ${ofLanguage}, ${ofTopic}, day, key, sum(n)
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as change("siteId" uuid, language text, topic text,
      day integer, key text, n bigint), ${slices}
    group by 1, 2, 3, 4, 5, 6
    on conflict (site_id, slice, language, topic, day, key) do update set n = insight_sums.n + excluded.n`.execute(
    tx,
  );
}

/** Makes all sums anew from the visits. */
export async function sumAnew(tx: Tx): Promise<void> {
  await sql`delete from insight_sums`.execute(tx);
  await sql`insert into insight_sums (site_id, slice, language, topic, day, key, n)
    select site_id, slice, ${ofLanguage}, ${ofTopic}, day, key, sum(n)
    from (select site_id, language, topic, day, measure.key, sum(measure.value::bigint) as n
        from insight_visits, jsonb_each_text(measures) as measure group by 1, 2, 3, 4, 5) as whole, ${slices}
    group by 1, 2, 3, 4, 5, 6`.execute(tx);
}

const slices = sql`generate_series(0, 3) as slice`;
const ofLanguage = sql`case when slice in (1, 3) then language else '' end`;
const ofTopic = sql`case when slice in (2, 3) then topic else '' end`;

type Cell = Pick<KeptVisit, 'siteId' | 'language' | 'topic' | 'day'>;
const cellOf = ({ siteId, language, topic, day }: KeptVisit): Cell => ({ siteId, language, topic, day });

function plus(one: Measures, other: Measures): Measures {
  const sum: Record<string, number> = { ...one };
  for (const [key, count] of Object.entries(other)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}
