import { sql } from 'kysely';
import type { Measures } from '../domain/insights/measures.ts';
import type { WeakAnswer } from '../domain/insights/weak-answers.ts';
import type { Tx } from './database.ts';
import { storableText } from './storable.ts';

/** A visit as it is kept. */
export interface KeptVisit {
  readonly conversationId: string;
  readonly visit: number;
  readonly siteId: string;
  readonly customerId: string;
  readonly day: number;
  readonly begunAt: number;
  readonly quietAt: number;
  readonly language: string;
  readonly topic: string;
  readonly asked: readonly string[];
  readonly measures: Measures;
}

/** One that has just been read. */
export interface ReadVisit extends KeptVisit {
  readonly weak: readonly WeakAnswer[];
}

/** The visit of another conversation, whose customer did or did not come back after all. */
export interface OtherVisit {
  readonly before: KeptVisit;
  readonly now: KeptVisit;
}

/** A visit's columns by the names above. */
export const columnsOf = sql`conversation_id as "conversationId", visit, site_id as "siteId",
  customer_id as "customerId", day, begun_at as "begunAt", quiet_at as "quietAt", language, topic, asked, measures`;

/** Puts the visits of these conversations in the place of those that are kept, and their weak answers likewise. */
export async function writeVisits(
  tx: Tx,
  ids: readonly string[],
  own: readonly ReadVisit[],
  others: readonly OtherVisit[],
): Promise<void> {
  await sql`delete from insight_visits where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  await sql`delete from insight_weak where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  const rows = own.map(({ weak: _weak, ...visit }) => ({ ...visit, asked: visit.asked.map(storableText) }));
  await sql`insert into insight_visits (conversation_id, visit, site_id, customer_id, day, begun_at, quiet_at,
      language, topic, asked, measures)
    select "conversationId", visit, "siteId", "customerId", day, "begunAt", "quietAt", language, topic, asked, measures
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as visit("conversationId" uuid, visit smallint,
      "siteId" uuid, "customerId" uuid, day integer, "begunAt" bigint, "quietAt" bigint, language text, topic text,
      asked text[], measures jsonb)`.execute(tx);
  const weak = own.flatMap(({ weak, conversationId, visit, siteId, day, language, topic }) =>
    weak.map(({ key, question, ...answer }) => ({
      ...answer,
      key: storableText(key),
      question: storableText(question),
      conversationId,
      visit,
      siteId,
      day,
      language,
      topic,
    })),
  );
  await sql`insert into insight_weak (conversation_id, visit, turn, site_id, day, language, topic, key, question,
      is_down, is_unknown, led_to_person)
    select "conversationId", visit, turn, "siteId", day, language, topic, key, question, "isDown", "isUnknown",
      "ledToPerson"
    from jsonb_to_recordset(${JSON.stringify(weak)}::jsonb) as answer("conversationId" uuid, visit smallint,
      turn integer, "siteId" uuid, day integer, language text, topic text, key text, question text,
      "isDown" boolean, "isUnknown" boolean, "ledToPerson" boolean)`.execute(tx);
  const changed = others.map(({ now: { conversationId, visit, measures } }) => ({
    conversationId,
    visit,
    measures,
  }));
  if (changed.length === 0) return;
  await sql`update insight_visits set measures = changed.measures
    from jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) as changed("conversationId" uuid, visit smallint,
      measures jsonb)
    where conversation_id = changed."conversationId" and insight_visits.visit = changed.visit`.execute(tx);
}
