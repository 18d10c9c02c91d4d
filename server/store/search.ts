import { type RawBuilder, sql } from 'kysely';
import type { Fact } from '../../protocol/conversation.ts';
import type { SaidBy, SearchFilter, SearchHit, SearchPage } from '../../protocol/search.ts';
import { markedLine, type SearchQuery, searchCondition, searchVector } from '../domain/search.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import { createCursor } from './cursor.ts';
import type { Database, Tx } from './database.ts';
import { saidTypes, transcriptLine } from './transcript-line.ts';

/** A search that takes longer is given up: it must not take the database from those who write. */
const searchWithinMs = 2_000;
/** So many of the newest lines are looked through before the index of words is asked. */
const newestLooked = 5_000;
/**
 * From this share of them on the words are common: the newest of many hits are found sooner by going back through time
 * than by sorting all that the index of words knows.
 */
const commonShare = 0.01;

/** A search took too long and was given up. */
export class SearchTooSlow extends Error {}

/** Of a line; of the last one of a page. */
interface Place {
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

interface Asked {
  readonly siteIds: readonly string[];
  readonly query: SearchQuery;
  readonly filter: Omit<SearchFilter, 'site'>;
  readonly cursor: Place | null;
  readonly limit: number;
}

/** Full-text search over transcripts, and the index that it reads. What is searched for: domain/search.ts. */
export function createSearch(db: Database) {
  return {
    /**
     * Conversations behind this one, in the order of their ids, whose lines have not all been read into the index.
     * @returns null behind the last one
     */
    async unread(after: string | null, limit: number): Promise<{ ids: string[]; last: string } | null> {
      const { rows } = await sql<{ id: string; isBehind: boolean }>`
        select id, coalesce(search_heads.seq, 0) < conversations.seq as "isBehind"
        from conversations left join search_heads on conversation_id = id
        where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}`.execute(db);
      const last = rows.at(-1)?.id;
      return last === undefined
        ? null
        : { ids: rows.filter(({ isBehind }) => isBehind).map(({ id }) => id), last };
    },

    /** Reads what is new in these conversations into the index. Any number of processes may do it at once. */
    async read(ids: readonly string[]): Promise<void> {
      const { rows } = await sql<NewFact>`
        select conversations.id, site_id as "siteId", conversations.seq as through, facts.body
        from conversations
        left join search_heads on search_heads.conversation_id = id
        left join facts on facts.conversation_id = id and facts.seq > coalesce(search_heads.seq, 0)
          and facts.type = any(${[...searchedTypes]}::text[])
        where id = any(${[...ids]}::uuid[]) and coalesce(search_heads.seq, 0) < conversations.seq`.execute(
        db,
      );
      if (rows.length === 0) return;
      const lines = rows.flatMap(({ id, siteId, body }) =>
        body === null
          ? []
          : searchedLines(body).map(({ text, author }, line) => ({
              id,
              seq: body.seq,
              line,
              at: body.at,
              words: searchVector(text, author, siteId),
            })),
      );
      const heads = new Map(rows.map(({ id, through }) => [id, through]));
      await sql`insert into search_lines (conversation_id, seq, line, at, words)
        select * from unnest(${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ seq }) => seq)}::int[],
          ${lines.map(({ line }) => line)}::smallint[], ${lines.map(({ at }) => at)}::bigint[],
          ${lines.map(({ words }) => words)}::tsvector[])
        on conflict do nothing`.execute(db);
      // Behind the lines: whoever dies in between has them read again, which changes nothing.
      await sql`insert into search_heads (conversation_id, seq)
        select * from unnest(${[...heads.keys()]}::uuid[], ${[...heads.values()]}::int[])
        on conflict (conversation_id) do update set seq = greatest(search_heads.seq, excluded.seq)`.execute(
        db,
      );
    },

    /**
     * Lines of these sites in which the words are, newest first.
     * @throws SearchTooSlow
     */
    async find(asked: Asked): Promise<SearchPage> {
      if (asked.siteIds.length === 0) return { hits: [], next: null };
      const found = await places(db, { ...asked, limit: asked.limit + 1 });
      const page = found.slice(0, asked.limit);
      const last = page.at(-1);
      const next = found.length > asked.limit && last !== undefined ? searchCursor.encode(last) : null;
      return { hits: await hitsOf(db, page, asked.query), next };
    },

    /** How PostgreSQL carries out each of the three ways to search, for the benchmark. */
    async explain(asked: Asked): Promise<Readonly<Record<string, string>>> {
      const ways = { newest: newestWay(asked), common: commonWay(asked), rare: rareWay(asked) };
      return db.transaction().execute(async (tx) => {
        await restrain(tx);
        const plans: Record<string, string> = {};
        for (const [name, way] of Object.entries(ways)) {
          const { rows } = await sql<Record<string, string>>`explain (analyze, buffers) ${way}`.execute(tx);
          plans[name] = rows.map((row) => Object.values(row).join('')).join('\n');
        }
        return plans;
      });
    },
  };
}

interface NewFact {
  readonly id: string;
  readonly siteId: string;
  readonly through: number;
  readonly body: Fact | null;
}

const searchedTypes = [...saidTypes, 'note.added'] as const;

/** What is searched of a fact: what it says in a transcript, and notes. */
function searchedLines(fact: Fact): { text: string; author: SaidBy }[] {
  return fact.type === 'note.added' ? [{ text: fact.text, author: 'note' }] : transcriptLine(fact);
}

const restrain = (tx: Tx) =>
  sql`select set_config('statement_timeout', ${String(searchWithinMs)}, true),
    set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`.execute(tx);

/** Where the words are: among the newest lines, or else found in the way that suits how common they are. */
async function places(db: Database, asked: Asked): Promise<Place[]> {
  try {
    return await db.transaction().execute(async (tx) => {
      await restrain(tx);
      const { rows } = await newestWay(asked).execute(tx);
      const found = rows.filter(({ at }) => at !== null);
      const [{ looked, matches } = { looked: 0, matches: 0 }] = rows;
      if (found.length >= asked.limit || looked < newestLooked) return found;
      const way = matches >= looked * commonShare ? commonWay(asked) : rareWay(asked);
      return (await way.execute(tx)).rows;
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
const newestWay = (asked: Asked): RawBuilder<Place & { looked: number; matches: number }> => sql`
  with newest as materialized (
    select at, conversation_id, seq, line, words from search_lines where ${within(asked)}
    order by ${order} limit ${newestLooked}),
  matched as materialized (select at, conversation_id, seq, line from newest where ${condition(asked)})
  select (select count(*) from newest) as looked, (select count(*) from matched) as matches, hit.*
  from (select) as counted left join lateral (
    select ${columns} from matched where ${ofConversation(asked)} order by ${order} limit ${asked.limit}) as hit on true`;

/** Back through time until there are enough. */
const commonWay = (asked: Asked): RawBuilder<Place> => sql`
  select ${columns} from (
    select at, conversation_id, seq, line, words from search_lines where ${within(asked)}
    order by ${order} offset 0) as newest
  where ${condition(asked)} and ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;

/** All that the index of words knows, sorted. */
const rareWay = (asked: Asked): RawBuilder<Place> => sql`
  with found as materialized (
    select at, conversation_id, seq, line from search_lines where ${condition(asked)} and ${within(asked)})
  select ${columns} from found where ${ofConversation(asked)} order by ${order} limit ${asked.limit}`;

async function hitsOf(db: Database, found: readonly Place[], query: SearchQuery): Promise<SearchHit[]> {
  if (found.length === 0) return [];
  const ids = [...new Set(found.map(({ conversationId }) => conversationId))];
  const [facts, rows] = await Promise.all([
    sql<{ id: string; body: Fact }>`
      select conversation_id as id, body from facts where (conversation_id, seq) in (
        select * from unnest(${found.map(({ conversationId }) => conversationId)}::uuid[],
          ${found.map(({ seq }) => seq)}::int[]))`.execute(db),
    summaries(db).where('conversations.id', 'in', ids).execute(),
  ]);
  const bodies = new Map(facts.rows.map(({ id, body }) => [`${id} ${body.seq}`, body]));
  const conversations = new Map(rows.map((row) => [row.id, toSummary(row)]));
  return found.flatMap(({ conversationId, seq, line, at }) => {
    const body = bodies.get(`${conversationId} ${seq}`);
    const conversation = conversations.get(conversationId);
    const said = body === undefined ? undefined : searchedLines(body)[line];
    // Erased at this very moment.
    if (conversation === undefined || said === undefined) return [];
    const pieces = markedLine(said.author === 'bot' ? withoutMarks(said.text) : said.text, query);
    return [{ conversation, seq, at, by: said.author, pieces }];
  });
}

/** A line of a list shows no headings, tables and bold words. */
const withoutMarks = (markdown: string) => markdown.replace(/[*`]+/g, '').replace(/[#>|]+|-{3,}/g, ' ');
