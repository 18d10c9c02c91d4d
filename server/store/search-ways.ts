import { type RawBuilder, sql } from 'kysely';
import type { SearchFilter } from '../../protocol/search.ts';
import { type SearchQuery, searchCondition } from '../domain/search.ts';
import { createCursor } from './cursor.ts';
import type { Database, Tx } from './database.ts';

/** How the lines of a search are found: which way suits how common the words and the conversations are. */

/** A search that takes longer is given up: it must not take the database from those who write. */
const searchWithinMs = 2_000;
/** So many of the newest lines are looked through before the index of words is asked. */
const newestLooked = 5_000;
/**
 * From this share of them on the words are common: the newest of many hits are found sooner by going back through time
 * than by sorting all that the index of words knows.
 */
const commonShare = 0.01;
/** Reading a conversation's lines (about ten) takes as long as about so many steps back through time in the index. */
const stepsOfConversation = 200;
/** More conversations than these are not kept in mind while going back. */
const mostInMind = 20_000;

/** A search took too long and was given up. */
export class SearchTooSlow extends Error {}

/** Of a line; of the last one of a page. */
export interface Place {
  readonly at: number;
  readonly conversationId: string;
  readonly seq: number;
  readonly line: number;
}
export const searchCursor = createCursor<Place>({
  at: 'time',
  conversationId: 'uuid',
  seq: 'number',
  line: 'number',
});

export interface Asked {
  readonly siteIds: readonly string[];
  readonly query: SearchQuery;
  readonly filter: Omit<SearchFilter, 'site'>;
  readonly cursor: Place | null;
  readonly limit: number;
}

export const restrain = (tx: Tx, { withinMs = searchWithinMs }: { withinMs?: number } = {}) =>
  sql`select set_config('statement_timeout', ${String(withinMs)}, true),
    set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`.execute(tx);

/** Where the words are: among the newest lines, or else found in the way that suits how common they are. */
export async function places(db: Database, asked: Asked): Promise<Place[]> {
  try {
    return await db.transaction().execute(async (tx) => {
      await restrain(tx);
      const { rows } = await newestWay(asked).execute(tx);
      const found = rows.filter(({ at }) => at !== null);
      const [{ looked, matches } = { looked: 0, matches: 0 }] = rows;
      if (found.length >= asked.limit || looked < newestLooked) return found;
      const suited = async () => {
        if (matches < looked * commonShare) return rareWay(asked);
        const count = await countChosen(tx, asked);
        if (count === null || count > mostInMind) return commonWay(asked);
        // So far back one would have to go, by what was found among the newest.
        const steps = (looked * asked.limit) / Math.max(found.length, 0.5);
        return count * stepsOfConversation <= steps ? chosenWay(asked) : narrowWay(asked);
      };
      return (await (await suited()).execute(tx)).rows;
    });
  } catch (error) {
    // 57014: cancelled by statement_timeout.
    if ((Object(error) as { code?: unknown }).code === '57014') throw new SearchTooSlow();
    throw error;
  }
}

const order = sql`at desc, conversation_id desc, seq desc, line desc`;
const columns = sql`at, conversation_id as "conversationId", seq, line`;

const condition = ({ query, siteIds, filter }: Asked) =>
  sql`words @@ ${searchCondition(query, { siteIds, by: filter.by })}::tsquery`;

const within = ({ filter: { from, until }, cursor }: Asked) => {
  const since = from === undefined ? sql`true` : sql`at >= ${from}::bigint`;
  const before = until === undefined ? sql`true` : sql`at < ${until}::bigint`;
  const behind =
    cursor === null
      ? sql`true`
      : sql`(at, conversation_id, seq, line) < (${cursor.at}::bigint, ${cursor.conversationId}::uuid,
          ${cursor.seq}::int, ${cursor.line}::smallint)`;
  return sql`${since} and ${before} and ${behind}`;
};

/** Whose they are is asked of the conversations once more: no mistake in the index shows another site's words. */
const ofConversation = ({ siteIds, filter: { status, agent } }: Asked) => {
  const inStatus = status === undefined ? sql`true` : sql`conversations.status = ${status}`;
  const ofAgent =
    agent === undefined
      ? sql`true`
      : sql`coalesce(conversations.agent_id, conversations.state->'lastAgent'->>'id') = ${agent}`;
  return sql`exists (select from conversations where conversations.id = conversation_id
    and conversations.site_id = any(${[...siteIds]}::uuid[]) and ${inStatus} and ${ofAgent} offset 0)`;
};

/** The newest lines one by one. Also tells how many were looked at, and in how many the words are. */
export const newestWay = (asked: Asked): RawBuilder<Place & { looked: number; matches: number }> => sql`
  with newest as materialized (
    select at, conversation_id, seq, line, words from search_lines where ${within(asked)}
    order by ${order} limit ${newestLooked}),
  matched as materialized (select at, conversation_id, seq, line from newest where ${condition(asked)})
  select (select count(*) from newest) as looked, (select count(*) from matched) as matches, hit.*
  from (select) as counted left join lateral (
    select ${columns} from matched where ${ofConversation(asked)} order by ${order} limit ${asked.limit}) as hit on true`;

/** Back through time until there are enough. */
export const commonWay = (asked: Asked): RawBuilder<Place> => sql`
  select ${columns} from (
    select at, conversation_id, seq, line, words from search_lines where ${within(asked)}
    order by ${order} offset 0) as newest
  where ${condition(asked)} and ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;

const everyHead = sql`select conversation_id as id from search_heads`;
/** The conversations that it is narrowed to, as the index knows them; null without such a filter. */
const chosen = ({ filter: { status, agent } }: Asked) =>
  status === undefined && agent === undefined
    ? null
    : sql`select conversation_id as id from search_heads
        where ${status === undefined ? sql`true` : sql`status = ${status}`}
          and ${agent === undefined ? sql`true` : sql`agent_id = ${agent}`}`;

/** How many these are, counted up to one more than are kept in mind; null without such a filter. */
async function countChosen(tx: Tx, asked: Asked): Promise<number | null> {
  const narrowed = chosen(asked);
  if (narrowed === null) return null;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (${narrowed} limit ${mostInMind + 1}) as counted`.execute(tx);
  return rows[0]?.count ?? 0;
}

/**
 * Back through time in the index alone, which knows the conversations: only their own lines are read. `is true` keeps
 * PostgreSQL from joining, which would sort all of it.
 */
export const narrowWay = (asked: Asked): RawBuilder<Place> => sql`
  with chosen as materialized (${chosen(asked) ?? everyHead})
  select ${columns} from (
    select at, conversation_id, seq, line from search_lines
    where ${within(asked)} and (conversation_id in (select id from chosen)) is true
    order by ${order} offset 0) as newest
  where exists (select from search_lines as said where said.conversation_id = newest.conversation_id
      and said.seq = newest.seq and said.line = newest.line and ${condition(asked)} offset 0)
    and ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;

/** All lines of few conversations, however long ago: of an agent who has not been here for long, of those who wait. */
export const chosenWay = (asked: Asked): RawBuilder<Place> => sql`
  with chosen as materialized (${chosen(asked) ?? everyHead})
  select ${columns} from chosen cross join lateral (
    select at, conversation_id, seq, line, words from search_lines where conversation_id = chosen.id offset 0) as said
  where ${condition(asked)} and ${within(asked)} and ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;

/** All that the index of words knows, sorted. */
export const rareWay = (asked: Asked): RawBuilder<Place> => sql`
  with found as materialized (
    select at, conversation_id, seq, line from search_lines where ${condition(asked)} and ${within(asked)})
  select ${columns} from found where ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;
