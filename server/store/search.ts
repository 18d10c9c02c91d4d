import { sql } from 'kysely';
import type { ConversationStatus } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import type { SaidBy, SearchHit, SearchPage } from '../../protocol/search.ts';
import { markedLine, type SearchQuery, searchVector } from '../domain/search.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import type { Database } from './database.ts';
import {
  type Asked,
  chosenWay,
  commonWay,
  narrowWay,
  newestWay,
  type Place,
  places,
  rareWay,
  restrain,
  searchCursor,
} from './search-ways.ts';
import { saidTypes, transcriptLine } from './transcript-line.ts';

export { SearchTooSlow, searchCursor } from './search-ways.ts';

/** Full-text search over transcripts, and the index that it reads. What is searched for: domain/search.ts. */
export function createSearch(db: Database) {
  return {
    /**
     * Conversations behind this one, in the order of their ids, which have not been read into the index as they are.
     * @returns null behind the last one
     */
    async unread(after: string | null, limit: number): Promise<{ ids: string[]; last: string } | null> {
      const { rows } = await sql<{ id: string; isBehind: boolean }>`
        select id, ${isBehind} as "isBehind"
        from conversations left join search_heads on conversation_id = id
        where ${after}::uuid is null or id > ${after}::uuid order by id limit ${limit}`.execute(db);
      const last = rows.at(-1)?.id;
      return last === undefined
        ? null
        : { ids: rows.filter(({ isBehind }) => isBehind).map(({ id }) => id), last };
    },

    /**
     * Reads what is new in these conversations into the index, until it is some `atOnce` facts; of a longer one a part.
     * Any number of processes may do it at once.
     * @returns those of which something is left
     */
    async read(ids: readonly string[], atOnce = Number.POSITIVE_INFINITY): Promise<string[]> {
      const { rows: behind } = await sql<Behind>`
        select id, site_id as "siteId", conversations.seq, coalesce(search_heads.seq, 0) as after, conversations.status,
          coalesce(conversations.agent_id, state->'lastAgent'->>'id') as agent
        from conversations left join search_heads on search_heads.conversation_id = id
        where id = any(${[...ids]}::uuid[]) and ${isBehind}`.execute(db);
      const { taken: heads, left } = inPortions(behind, atOnce);
      if (heads.length === 0) return left;
      const { rows } = await sql<{ id: string; body: Fact }>`
        select facts.conversation_id as id, body from unnest(${heads.map(({ id }) => id)}::uuid[], ${heads.map(({ after }) => after)}::int[],
          ${heads.map(({ through }) => through)}::int[]) as head(id, behind, through)
        join facts on conversation_id = head.id and seq > behind and seq <= through
          and type = any(${[...searchedTypes]}::text[])`.execute(db);
      const siteOf = new Map(heads.map(({ id, siteId }) => [id, siteId]));
      const lines = rows.flatMap(({ id, body }) =>
        searchedLines(body).map(({ text, author }, line) => ({
          id,
          seq: body.seq,
          line,
          at: body.at,
          words: searchVector(text, author, siteOf.get(id) ?? ''),
        })),
      );
      await sql`insert into search_lines (conversation_id, seq, line, at, words)
        select * from unnest(${lines.map(({ id }) => id)}::uuid[], ${lines.map(({ seq }) => seq)}::int[],
          ${lines.map(({ line }) => line)}::smallint[], ${lines.map(({ at }) => at)}::bigint[],
          ${lines.map(({ words }) => words)}::tsvector[])
        on conflict do nothing`.execute(db);
      // Behind the lines: whoever dies in between has them read again, which changes nothing.
      await sql`insert into search_heads (conversation_id, seq, status, agent_id)
        select * from unnest(${heads.map(({ id }) => id)}::uuid[], ${heads.map(({ through }) => through)}::int[],
          ${heads.map(({ status }) => status)}::text[], ${heads.map(({ agent }) => agent)}::text[])
        on conflict (conversation_id) do update
          set seq = excluded.seq, status = excluded.status, agent_id = excluded.agent_id
          where search_heads.seq <= excluded.seq`.execute(db);
      return left;
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

    /** How PostgreSQL carries out each of the ways to search, for the benchmark. */
    async explain(asked: Asked): Promise<Readonly<Record<string, string>>> {
      const { status, agent } = asked.filter;
      const isNarrowed = status !== undefined || agent !== undefined;
      const ways = {
        newest: newestWay(asked),
        common: commonWay(asked),
        rare: rareWay(asked),
        ...(isNarrowed ? { chosen: chosenWay(asked), narrow: narrowWay(asked) } : {}),
      };
      return db.transaction().execute(async (tx) => {
        await restrain(tx, { withinMs: 60_000 });
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

/** By its seq; the status tells what a server of an earlier version has read, which kept none. */
const isBehind = sql`(coalesce(search_heads.seq, 0) < conversations.seq
  or search_heads.status is distinct from conversations.status)`;

/** A conversation of which something is to be read. */
interface Behind {
  readonly id: string;
  readonly siteId: string;
  readonly seq: number;
  /** Read through here. */
  readonly after: number;
  readonly status: ConversationStatus;
  /** Who has it or had it last. */
  readonly agent: string | null;
}

/** As many as hold some `atOnce` facts, each through where it is to be read; the first one in any case. */
function inPortions(behind: readonly Behind[], atOnce: number) {
  const taken: (Behind & { readonly through: number })[] = [];
  const left: string[] = [];
  let facts = 0;
  for (const one of behind) {
    const through = Math.min(one.seq, one.after + Math.max(0, atOnce - facts));
    const isNew = one.seq > one.after;
    if (through > one.after || !isNew) taken.push({ ...one, through });
    if (through < one.seq) left.push(one.id);
    facts += through - one.after;
  }
  return { taken, left };
}

const searchedTypes = [...saidTypes, 'note.added'] as const;

/** What is searched of a fact: what it says in a transcript, and notes. */
function searchedLines(fact: Fact): { text: string; author: SaidBy }[] {
  return fact.type === 'note.added' ? [{ text: fact.text, author: 'note' }] : transcriptLine(fact);
}

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
