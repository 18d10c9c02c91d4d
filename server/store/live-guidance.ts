import { sql } from 'kysely';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type { GuidanceContent } from '../../protocol/guidance.ts';
import type { CustomerContext } from '../../protocol/message.ts';
import type { Database } from './database.ts';

/** A guidance as customers get it: its live version. */
export interface LiveGuidance extends GuidanceContent {
  readonly id: string;
  readonly version: number;
}

/** Questions that are looked at to learn what is usual at a site. */
const mostTraffic = 20_000;
const mostUnguided = 5_000;
/** Conversations that they are taken from, newest first. */
const mostConversations = 10_000;

/** What the gateway in front of the bot reads: live guidance, the site's past questions, and who asks. */
export function createLiveGuidance(db: Database) {
  /** What customers of this site have asked its bot, the newest questions, 20,000 at most. */
  const trafficOf = async (siteId: string, most = mostTraffic): Promise<string[]> => {
    const { rows } = await sql<{ text: string }>`
      select fact.body->>'text' as text
      from (select id, created_at from conversations where site_id = ${siteId}
        order by created_at desc, id desc limit ${Math.min(most, mostConversations)}) recent
      cross join lateral (select body from facts
        where conversation_id = recent.id and type = 'message.sent' and body->'by'->>'kind' = 'customer'
        order by seq limit 100) fact
      order by recent.created_at desc limit ${most}`.execute(db);
    return rows.map(({ text }) => text);
  };

  /**
   * Questions of which customers said that their answer was right as it was, without any guidance: none is for them.
   * The newest 5,000 at most, without those of whom nothing may be learnt.
   */
  const unguidedOf = async (siteId: string): Promise<string[]> => {
    const { rows } = await sql<{ question: string }>`
      select question from answer_feedback said join conversations on conversations.id = said.conversation_id
      where site_id = ${siteId} and verdict = 'up' and question <> '' and not do_not_train and not exists (
        select from facts where facts.conversation_id = said.conversation_id and type = 'answer.ended'
          and (body->>'turn')::int = said.turn and body ? 'guidance')
      order by said.at desc limit ${mostUnguided}`.execute(db);
    return rows.map(({ question }) => question);
  };

  return {
    traffic: trafficOf,

    /** How often the live guidance of each site has changed; those without any are left out. */
    async revisions(): Promise<ReadonlyMap<string, number>> {
      const rows = await db
        .selectFrom('sites')
        .select(['id', 'guidance_revision'])
        .where('guidance_revision', '>', 0)
        .execute();
      return new Map(rows.map((row) => [row.id, row.guidance_revision]));
    },

    async ofSite(siteId: string): Promise<LiveGuidance[]> {
      return db
        .selectFrom('guidance')
        .innerJoin('guidance_versions', (join) =>
          join.onRef('guidance_id', '=', 'guidance.id').onRef('version', '=', 'live'),
        )
        .select(['guidance.id', 'version', 'kind', 'text', 'examples', 'scope'])
        .where('site_id', '=', siteId)
        .orderBy('guidance.id')
        .execute();
    },

    /** The words of a version, whether it is live or not; null if there is none. */
    async text(id: string, version: number): Promise<string | null> {
      const row = await db
        .selectFrom('guidance_versions')
        .select('text')
        .where('guidance_id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      return row?.text ?? null;
    },

    /** What is known of a site's past questions: all of them, and those that need no guidance. */
    async past(siteId: string): Promise<{ traffic: string[]; unguided: string[] }> {
      const [traffic, unguided] = await Promise.all([trafficOf(siteId), unguidedOf(siteId)]);
      return { traffic, unguided };
    },

    /**
     * What is known of who asks: where they said they are, and what their site vouches for. A conversation that does not
     * exist yet has no context.
     */
    async asker(
      customerId: string,
      conversationId: string,
    ): Promise<{ context: CustomerContext | null; traits: CustomerTraits | null; isWithPerson: boolean }> {
      const row = await db
        .selectFrom('customers')
        .leftJoin('conversations', (join) =>
          join.onRef('customer_id', '=', 'customers.id').on('conversations.id', '=', conversationId),
        )
        .select(['context', 'traits', 'verified_at', 'status'])
        .where('customers.id', '=', customerId)
        .executeTakeFirst();
      const isVerified = row !== undefined && row.verified_at !== null;
      const traits = isVerified ? row.traits : null;
      return { context: row?.context ?? null, traits, isWithPerson: row?.status === 'human' };
    },

    /** The question that a turn answered; null if this customer's conversation has no such turn. */
    async questionOf(customerId: string, conversationId: string, turn: number): Promise<string | null> {
      const { rows } = await sql<{ text: string }>`
        select asked.body->>'text' as text
        from conversations
        join facts started on started.conversation_id = conversations.id and started.type = 'answer.started'
          and started.body->'turn' = to_jsonb(${turn}::int)
        join facts asked on asked.conversation_id = conversations.id
          and asked.seq = (started.body->>'question')::int and asked.type = 'message.sent'
        where conversations.id = ${conversationId} and customer_id = ${customerId}
        limit 1`.execute(db);
      return rows[0]?.text ?? null;
    },
  };
}
