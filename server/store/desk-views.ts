import { sql } from 'kysely';
import type { Board, ConversationPage, ConversationSummary } from '../../protocol/agent.ts';
import { presenceOf, type Signs } from '../domain/presence.ts';
import { summaries, toSummary } from './conversation-summaries.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';

/** When the last conversation of a page was begun, and which it is. */
interface End {
  readonly at: number;
  readonly id: string;
}
export const viewCursor = createCursor<End>({ at: 'time', id: 'uuid' });

/** What a day is counted by; they have an index of their own (migration 011), and its condition is written there. */
const handoffFacts = sql.raw(
  `'handoff.requested', 'handoff.accepted', 'handoff.cancelled', 'conversation.resolved'`,
);

/** All conversations are counted no further: a total that must be waited for is worth less than the list. */
const mostCounted = 10_000;

/** A customer's other conversations that are shown. */
const mostEarlier = 20;

/** What the desk shows beside the queue: all conversations, those of one customer, and the live board. */
export function createDeskViews(db: Database) {
  const countUpTo = async (most: number, siteIds: readonly string[]) => {
    const { rows } = await sql<{ count: number }>`
      select count(*) from (
        select from conversations where site_id = any(${[...siteIds]}::uuid[]) limit ${most + 1}) as counted`.execute(
      db,
    );
    const count = rows[0]?.count ?? 0;
    return { count: Math.min(count, most), isMore: count > most };
  };

  return {
    /** All conversations of these sites, the one that was begun last first. */
    async all(
      siteIds: readonly string[],
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<ConversationPage> {
      // Site by site, each in the order of its index: together they would have to be sorted.
      const { rows } = await sql<End>`
        select newest.at, newest.id from unnest(${[...siteIds]}::uuid[]) as site(id), lateral (
          select created_at as at, conversations.id from conversations
          where site_id = site.id and (${cursor === null}
            or (created_at, conversations.id) < (${cursor?.at ?? 0}::bigint, ${cursor?.id ?? null}::uuid))
          order by created_at desc, conversations.id desc limit ${limit + 1}) as newest
        order by newest.at desc, newest.id desc limit ${limit + 1}`.execute(db);
      const total = cursor === null ? await countUpTo(mostCounted, siteIds) : undefined;
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        conversations: await inOrder(
          db,
          page.map(({ id }) => id),
        ),
        next: rows.length > limit && last !== undefined ? viewCursor.encode(last) : null,
        ...(total === undefined ? {} : { total }),
      };
    },

    /** Other conversations of this one's customer at these sites, the newest first. */
    async earlier(siteIds: readonly string[], conversationId: string): Promise<ConversationSummary[]> {
      const { rows } = await sql<{ id: string }>`
        select other.id from conversations as one
        join conversations as other on other.customer_id = one.customer_id and other.id <> one.id
        where one.id = ${conversationId} and other.site_id = any(${[...siteIds]}::uuid[])
        order by other.last_at desc limit ${mostEarlier}`.execute(db);
      return inOrder(
        db,
        rows.map(({ id }) => id),
      );
    },

    /** How things stand at these sites. @param since the beginning of the day */
    async board(siteIds: readonly string[], since: number, now: number): Promise<Board> {
      const sites = sql`${[...siteIds]}::uuid[]`;
      const [standing, agents, day] = await Promise.all([
        sql<{ waiting: number; longestSince: number | null; withPeople: number }>`
          select (select count(*) from conversations where site_id = any(${sites}) and status = 'waiting') as waiting,
            (select min(waiting_since) from conversations where site_id = any(${sites}) and status = 'waiting') as "longestSince",
            (select count(*) from conversations where site_id = any(${sites}) and status = 'human') as "withPeople"`.execute(
          db,
        ),
        sql<Signs & { id: string; name: string; load: number; capacity: number }>`
          select agents.id, name, capacity,
            availability, seen_at as "seenAt", phone_until as "phoneUntil",
            (select count(*) from conversations where status = 'human' and agent_id = agents.id
              and site_id in (select site_id from agent_sites where agent_id = agents.id)) as load
          from agents join auth_user on auth_user.id = agents.id
          where exists (select from agent_sites where agent_id = agents.id and site_id = any(${sites}))
          order by name, agents.id`.execute(db),
        sql<{
          asked: number;
          answered: number;
          left: number;
          resolved: number;
          p50: number | null;
          p90: number | null;
        }>`
          with today as materialized (
            select type, facts.at, conversation_id, seq from facts
            where type in (${handoffFacts}) and facts.at >= ${since} and facts.at <= ${now}
              and exists (select from conversations where id = conversation_id and site_id = any(${sites}))),
          waits as (
            select today.at - begun.at as ms from today, lateral (
              select at from facts where conversation_id = today.conversation_id and seq < today.seq
                and type in ('handoff.requested', 'handoff.transferred') order by seq desc limit 1) as begun
            where today.type = 'handoff.accepted')
          select count(*) filter (where type = 'handoff.requested') as asked,
            count(*) filter (where type = 'handoff.accepted') as answered,
            count(*) filter (where type = 'handoff.cancelled') as left,
            count(*) filter (where type = 'conversation.resolved') as resolved,
            (select percentile_disc(0.5) within group (order by ms) from waits) as p50,
            (select percentile_disc(0.9) within group (order by ms) from waits) as p90
          from today`.execute(db),
      ]);
      const [{ waiting, longestSince, withPeople } = { waiting: 0, longestSince: null, withPeople: 0 }] =
        standing.rows;
      const [numbers] = day.rows;
      const { asked = 0, answered = 0, left = 0, resolved = 0, p50 = null, p90 = null } = numbers ?? {};
      return {
        at: now,
        waiting,
        longestSince,
        withPeople,
        agents: agents.rows.map(({ id, name, load, capacity, ...signs }) => ({
          agent: { id, name },
          presence: presenceOf(signs, now),
          load,
          capacity,
        })),
        today: {
          since,
          asked,
          answered,
          left,
          resolved,
          timeToPersonMs: p50 === null || p90 === null ? null : { p50, p90 },
        },
      };
    },
  };
}

async function inOrder(db: Database, ids: readonly string[]): Promise<ConversationSummary[]> {
  if (ids.length === 0) return [];
  const rows = await summaries(db)
    .where('conversations.id', 'in', [...ids])
    .execute();
  const byId = new Map(rows.map((row) => [row.id, toSummary(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
