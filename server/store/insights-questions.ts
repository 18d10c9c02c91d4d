import { sql } from 'kysely';
import type { AnsweredQuestion } from '../domain/proof/answered.ts';
import type { Tx } from './database.ts';

export interface ReadQuestion extends AnsweredQuestion {
  readonly conversationId: string;
  readonly siteId: string;
  readonly customerId: string;
}

/** Puts the questions of these conversations in the place of those that are kept. */
export async function writeQuestions(
  tx: Tx,
  ids: readonly string[],
  questions: readonly ReadQuestion[],
): Promise<void> {
  await sql`delete from insight_questions where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  const rows = questions.map(({ guidance, ...one }) => ({
    ...one,
    guidanceId: guidance?.id ?? null,
    guidanceVersion: guidance?.version ?? null,
  }));
  await sql`insert into insight_questions (conversation_id, question, site_id, customer_id, asked_at, is_down,
      led_to_person, guidance_id, guidance_version)
    select "conversationId", question, "siteId", "customerId", "askedAt", "isDown", "ledToPerson", "guidanceId",
      "guidanceVersion"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as asked("conversationId" uuid, question integer,
      "siteId" uuid, "customerId" uuid, "askedAt" bigint, "isDown" boolean, "ledToPerson" boolean, "guidanceId" uuid,
      "guidanceVersion" integer)`.execute(tx);
}
