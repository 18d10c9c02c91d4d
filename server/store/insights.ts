import { type RawBuilder, sql } from 'kysely';
import type { InsightsVisits, WeakQuestion } from '../../protocol/insights.ts';
import type { Days } from '../domain/insights/days.ts';
import { sliceMeasures } from '../domain/insights/figures.ts';
import type { Measures } from '../domain/insights/measures.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { type Slice, sliceNumber } from './insights-sums.ts';

/** The last visit of a page. */
interface End {
  readonly day: number;
  readonly begunAt: number;
  readonly conversationId: string;
  readonly visit: number;
}
export const visitCursor = createCursor<End>({
  day: 'number',
  begunAt: 'time',
  conversationId: 'uuid',
  visit: 'number',
});

/** Whose visits are asked about: those that began on these days. */
export interface AskedVisits extends Slice {
  readonly siteIds: readonly string[];
  readonly days: Days;
}

/** Sums of some measures in one piece of the range. */
export interface Piece {
  /** From 0. */
  readonly piece: number;
  readonly sums: Measures;
}

/** A thumb down says it outright; whoever goes to a person instead says nearly as much. */
const harm = sql`sum(3 * is_down::int + 2 * led_to_person::int + is_unknown::int)`;
const pieceMeasures = ['visits', 'contained', 'false', 'handed', 'missed'];

/** The figures that come of visits, and the visits behind each of them. */
export function createInsights(db: Database) {
  return {
    /** Sums of all measures. */
    async sums(asked: AskedVisits): Promise<Measures> {
      const { rows } = await sql<{ key: string; n: number }>`
        select key, sum(value::bigint)::bigint as n from insight_sums, jsonb_each_text(sums)
        where ${sumsOf(asked)} group by key`.execute(db);
      return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
    },

    /** Sums of the measures that a chart over time shows, by pieces of so many days; pieces without visits are left out. */
    async pieces(asked: AskedVisits, length: number): Promise<Piece[]> {
      const { rows } = await sql<Record<string, number> & { piece: number }>`
        select (day - ${asked.days.from}) / ${length} as piece, ${totalsOf(pieceMeasures)} from insight_sums
        where ${sumsOf(asked)} group by 1`.execute(db);
      return rows.map(({ piece, ...sums }) => ({ piece, sums }));
    },

    /** The same days by language or by topic. */
    async slices(asked: AskedVisits, by: 'language' | 'topic'): Promise<{ key: string; sums: Measures }[]> {
      const { rows } = await sql<{ of: string; sums: Measures }>`
        select ${sql.ref(by)} as of, jsonb_build_object(${namedTotalsOf(sliceMeasures)}) as sums from insight_sums
        where ${sumsOf({ ...asked, [by]: asked[by] ?? '' }, asked[by] === undefined ? by : null)}
        group by 1 having sum((sums->>'visits')::bigint) > 0`.execute(db);
      return rows.map(({ of, sums }) => ({ key: of, sums }));
    },

    /** The questions whose answers did most harm. */
    async weak(asked: AskedVisits, limit: number): Promise<WeakQuestion[]> {
      const { rows } = await sql<Omit<WeakQuestion, 'question'>>`
        select key, count(*) as count, count(*) filter (where is_down) as down,
          count(*) filter (where led_to_person) as "ledToPerson", count(*) filter (where is_unknown) as unknown
        from insight_weak where ${visitsOf(asked)} group by key order by ${harm} desc, key limit ${limit}`.execute(
        db,
      );
      const asWords = await sql<{ key: string; question: string }>`
        select asked.key, latest.question from unnest(${rows.map(({ key }) => key)}::text[]) as asked(key), lateral (
          select question from insight_weak where ${visitsOf(asked)} and insight_weak.key = asked.key
          order by day desc limit 1) as latest`.execute(db);
      const questions = new Map(asWords.rows.map(({ key, question }) => [key, question]));
      return rows.map((row) => ({ ...row, question: questions.get(row.key) ?? '' }));
    },

    /** The visits behind a figure, the one that began last first. */
    async visits(
      asked: AskedVisits & { readonly figure: string; readonly question?: string | undefined },
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<InsightsVisits> {
      const found =
        asked.question === undefined
          ? await counted(db, asked, cursor, limit + 1)
          : await weakOnes(db, { ...asked, question: asked.question }, cursor, limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const ids = [...new Set(page.map(({ conversationId }) => conversationId))];
      const rows = ids.length === 0 ? [] : await summaries(db).where('conversations.id', 'in', ids).execute();
      const byId = new Map(rows.map((row) => [row.id, toSummary(row)]));
      return {
        visits: page.flatMap(({ conversationId, begunAt }) => {
          const conversation = byId.get(conversationId);
          // Erased at this very moment.
          return conversation === undefined ? [] : [{ at: begunAt, conversation }];
        }),
        next: found.length > limit && last !== undefined ? visitCursor.encode(last) : null,
      };
    },
  };
}

const total = (measure: string) => sql`coalesce(sum((sums->>${sql.lit(measure)})::bigint), 0)::bigint`;
const totalsOf = (measures: readonly string[]) =>
  sql.join(measures.map((measure) => sql`${total(measure)} as ${sql.ref(measure)}`));
const namedTotalsOf = (measures: readonly string[]) =>
  sql.join(measures.map((measure) => sql`${sql.lit(measure)}, ${total(measure)}`));

const within = ({ from, to }: Days) => sql`day between ${from}::int and ${to}::int`;
const ofSites = ({ siteIds }: AskedVisits) => sql`site_id = any(${[...siteIds]}::uuid[])`;

/** @param every which of the two is told apart, whatever it is */
function sumsOf(asked: AskedVisits, every: 'language' | 'topic' | null = null): RawBuilder<unknown> {
  const language = every === 'language' ? sql`true` : sql`language = ${asked.language ?? ''}`;
  const topic = every === 'topic' ? sql`true` : sql`topic = ${asked.topic ?? ''}`;
  return sql`${ofSites(asked)} and slice = ${sliceNumber(asked)}::smallint and ${language} and ${topic}
    and ${within(asked.days)}`;
}

/** Of visits and weak answers alike. */
function visitsOf(asked: AskedVisits): RawBuilder<unknown> {
  const language = asked.language === undefined ? sql`true` : sql`language = ${asked.language}`;
  const topic = asked.topic === undefined ? sql`true` : sql`topic = ${asked.topic}`;
  return sql`${ofSites(asked)} and ${language} and ${topic} and ${within(asked.days)}`;
}

const newest = sql`day desc, begun_at desc, conversation_id desc, visit desc`;
const columns = sql`day, begun_at as "begunAt", conversation_id as "conversationId", visit`;
const behind = (cursor: End | null) =>
  cursor === null
    ? sql`true`
    : sql`(day, begun_at, conversation_id, visit) < (${cursor.day}::int, ${cursor.begunAt}::bigint,
        ${cursor.conversationId}::uuid, ${cursor.visit}::smallint)`;

/**
 * The sums know on which days there are any, and how many: only so many days are looked through as it takes, however
 * rare it is.
 */
async function counted(
  db: Database,
  asked: AskedVisits & { readonly figure: string },
  cursor: End | null,
  limit: number,
): Promise<End[]> {
  const known = await sql<{ day: number; n: number }>`
    select day, sum((sums->>${asked.figure}::text)::bigint)::bigint as n from insight_sums
    where ${sumsOf(asked)} and sums ? ${asked.figure} and day <= ${cursor?.day ?? asked.days.to}::int
    group by day order by day desc`.execute(db);
  const days: number[] = [];
  let most = 0;
  for (const { day, n } of known.rows) {
    // A visit counts several times where something happened in it several times: a day more is looked at then, below.
    if (most >= limit) break;
    days.push(day);
    if (day !== cursor?.day) most += n;
  }
  const lookedThrough = async (days: readonly number[]): Promise<End[]> => {
    const { rows } = await sql<End>`
      select ${columns} from insight_visits
      where ${visitsOf(asked)} and day = any(${[...days]}::int[]) and measures ? ${asked.figure} and ${behind(cursor)}
      order by ${newest} limit ${limit}`.execute(db);
    return rows;
  };
  const found = await lookedThrough(days);
  const rest = known.rows.length - days.length;
  return found.length >= limit || rest === 0
    ? found
    : lookedThrough(known.rows.slice(0, days.length + (limit - found.length) + 1).map(({ day }) => day));
}

async function weakOnes(
  db: Database,
  asked: AskedVisits & { readonly question: string },
  cursor: End | null,
  limit: number,
): Promise<End[]> {
  const { rows } = await sql<End>`
    select ${columns} from insight_visits
    where ${behind(cursor)} and (conversation_id, visit) in (
      select conversation_id, visit from insight_weak where ${visitsOf(asked)} and key = ${asked.question})
    order by ${newest} limit ${limit}`.execute(db);
  return rows;
}
