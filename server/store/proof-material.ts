import { sql } from 'kysely';
import type { CustomerTraits } from '../../protocol/customer.ts';
import type { AskedQuestion } from '../domain/proof/cases.ts';
import { type Span, type Stretch, stretchesOf, withinScope } from '../domain/proof/stretches.ts';
import type { Database } from './database.ts';
import type { LiveGuidance } from './live-guidance.ts';

/** A stretch that is to be measured, with what was live in it and what that was made from. */
export interface OpenStretch extends LiveGuidance {
  readonly stretch: Stretch;
  readonly isLive: boolean;
  /** Keys of questions (`keyOf`) that it was made from. */
  readonly origins: ReadonlySet<string>;
  /** Its examples, and when each was first written: whatever it was taken from was asked before. */
  readonly writtenAt: ReadonlyMap<string, number>;
}

/** A question with what scopes are held against. */
export interface Question extends AskedQuestion {
  readonly language: string | null;
  readonly traits: CustomerTraits | null;
}

/** Questions are matched by their first words, as they are before they are answered (plugins/guidance.ts). */
const mostLetters = 1_000;

/** What proofs are made of: stretches of guidance, and the questions of their time. */
export function createProofMaterial(db: Database) {
  return {
    /** The stretches of a site that have begun and of which something may still change. */
    async open(siteId: string, now: number): Promise<OpenStretch[]> {
      const steps = await db
        .selectFrom('guidance_steps')
        .innerJoin('guidance', 'guidance.id', 'guidance_id')
        .leftJoin('insight_proofs', (join) =>
          join
            .onRef('insight_proofs.guidance_id', '=', 'guidance.id')
            .onRef('insight_proofs.stretch', '=', 'guidance_steps.seq'),
        )
        .select(['guidance.id', 'guidance_steps.seq', 'action', 'guidance_steps.version', 'at', 'is_final'])
        .where('guidance.site_id', '=', siteId)
        .orderBy('guidance.id')
        .orderBy('guidance_steps.seq')
        .execute();
      const open = [...Map.groupBy(steps, ({ id }) => id)].flatMap(([id, own]) => {
        const final = new Set(own.flatMap(({ seq, is_final }) => (is_final === true ? [seq] : [])));
        return stretchesOf(own).flatMap((stretch) => (final.has(stretch.seq) ? [] : [{ id, stretch }]));
      });
      if (open.length === 0) return [];
      const versions = await db
        .selectFrom('guidance_versions')
        .selectAll()
        .where('guidance_id', 'in', [...new Set(open.map(({ id }) => id))])
        .orderBy('version')
        .execute();
      const questions = await originsOf(db, [...new Set(open.map(({ id }) => id))]);
      return open.flatMap(({ id, stretch: whole }) => {
        const until = versions.filter((one) => one.guidance_id === id && one.version <= whole.version);
        const own = until.find(({ version }) => version === whole.version);
        const stretch = own === undefined ? null : withinScope(whole, own.scope);
        if (own === undefined || stretch === null || stretch.from > now) return [];
        const writtenAt = new Map<string, number>();
        for (const { examples, at } of until) {
          for (const example of examples) if (!writtenAt.has(example)) writtenAt.set(example, at);
        }
        const { version, kind, text, examples, scope } = own;
        const origins = new Set(
          questions.filter((one) => one.id === id && one.version <= version).map(({ key }) => key),
        );
        const isLive = whole.until === null;
        return [{ id, version, kind, text, examples, scope, stretch, isLive, origins, writtenAt }];
      });
    },

    /**
     * Whether all that was said at a site until then has been read for its questions. It has not been after an upgrade,
     * a restored backup, or a time in which nobody read.
     */
    async isRead(siteId: string, until: number): Promise<boolean> {
      const { rows } = await sql<{ isRead: boolean }>`
        select not exists (
          select from conversations left join insight_heads on conversation_id = id
          where site_id = ${siteId} and last_at < ${until} and coalesce(insight_heads.seq, 0) < conversations.seq
        ) as "isRead"`.execute(db);
      return rows[0]?.isRead === true;
    },

    /**
     * What was asked at a site within this span, oldest first. Where that is more than `most`, all questions of a part
     * of the customers, whoever they are and whatever came of it.
     */
    async asked(
      siteId: string,
      { from, to }: Span,
      most: number,
    ): Promise<{ questions: Question[]; sampled: number }> {
      const within = sql`site_id = ${siteId} and asked_at >= ${from} and asked_at < ${to}`;
      const { rows: counted } = await sql<{ n: number }>`
        select count(*) as n from insight_questions where ${within}`.execute(db);
      const parts = Math.max(1, Math.ceil((counted[0]?.n ?? 0) / most));
      const { rows } = await sql<
        Omit<Question, 'guidance' | 'traits'> & {
          guidanceId: string | null;
          guidanceVersion: number | null;
          traits: CustomerTraits | null;
        }
      >`
        select asked.conversation_id as "conversationId", asked.customer_id as "customerId", question,
          left(body->>'text', ${mostLetters}) as text, asked_at as "askedAt", is_down as "isDown",
          led_to_person as "ledToPerson", guidance_id as "guidanceId", guidance_version as "guidanceVersion",
          conversations.context->>'language' as language,
          case when customers.verified_at is not null then customers.traits end as traits
        from (select * from insight_questions
            where ${within} and (hashtext(customer_id::text)::bigint & 2147483647) % ${parts}::bigint = 0) as asked
          join facts on facts.conversation_id = asked.conversation_id and facts.seq = asked.question
          join conversations on conversations.id = asked.conversation_id
          join customers on customers.id = asked.customer_id
        order by asked_at`.execute(db);
      const questions = rows.map(({ guidanceId, guidanceVersion, ...one }) => ({
        ...one,
        guidance:
          guidanceId === null || guidanceVersion === null
            ? null
            : { id: guidanceId, version: guidanceVersion },
      }));
      return { questions, sampled: 1 / parts };
    },
  };
}

/** The questions whose answers versions of these guidances were made from, as `keyOf` names them. */
async function originsOf(
  db: Database,
  ids: readonly string[],
): Promise<{ id: string; version: number; key: string }[]> {
  const { rows } = await sql<{ id: string; version: number; key: string }>`
    select guidance_id as id, version, facts.conversation_id || ' ' || (facts.body->>'question') as key
    from guidance_versions
      join facts on facts.conversation_id = (origin->>'conversationId')::uuid and facts.type = 'answer.started'
        and facts.body->'turn' = origin->'turn'
    where guidance_id = any(${[...ids]}::uuid[]) and origin is not null`.execute(db);
  return rows;
}
