import { sql } from 'kysely';
import { sameWords } from '../domain/guidance.ts';
import { type Failing, failingsOf, type SignalsOfAnswer } from '../domain/weak/failings.ts';
import type { Anchor, Placement } from '../domain/weak/gathering.ts';
import { weightOf } from '../domain/weak/rank.ts';
import type { Database, Tx } from './database.ts';
import { factsByConversation } from './facts-by-conversation.ts';
import { countAnew, type QuestionAt } from './weak-counts.ts';
import { findWordings, type Worded } from './weak-wordings.ts';
import { withinReach } from './within-reach.ts';

export interface WeakReading {
  readonly now: number;
  /** Facts that are read at once, about; without it there is no end to them. */
  readonly atOnce?: number;
  /** Where new wordings of a site belong (domain/weak/gathering.ts). */
  place(siteId: string, asked: readonly string[], anchors: readonly Anchor[]): Promise<Placement[]>;
}

export interface WeakRead {
  readonly left: readonly string[];
  readonly counted: readonly QuestionAt[];
}

/** The facts that say what was asked and answered, and what was said of it (domain/weak/failings.ts). */
const speaking = [
  'message.sent',
  'answer.started',
  'answer.ended',
  'feedback.given',
  'answer.improved',
] as const;
/** Conversations whose answers got signals from elsewhere, read beside those that were asked for. */
const mostOthers = 200;

/**
 * One process reads at a time, and nobody merges or splits meanwhile: which question a wording belongs to must be what
 * it was when the answers are counted.
 */
const weakLock = sql`1751084900, 26`;
export const waitForWeakLock = (tx: Tx) => sql`select pg_advisory_xact_lock(${weakLock})`.execute(tx);

/** Reads weak answers from the facts. Any number of processes may do it; they take turns. */
export function createWeakReader(db: Database) {
  return {
    /**
     * Conversations behind this one, in the order of their ids, of which something has not been read.
     * @returns null behind the last one
     */
    async unread(after: string | null, limit: number): Promise<{ ids: string[]; last: string } | null> {
      const { rows } = await sql<{ id: string; isBehind: boolean }>`
        select id, coalesce(weak_heads.seq, 0) < part.seq or coalesce(signals, 0) <> ${signalsOf(sql`part.id`)}
          as "isBehind"
        from (select id, seq from conversations where ${after}::uuid is null or id > ${after}::uuid
          order by id limit ${limit}) as part
        left join weak_heads on conversation_id = id order by id`.execute(db);
      const last = rows.at(-1)?.id;
      return last === undefined
        ? null
        : { ids: rows.filter(({ isBehind }) => isBehind).map(({ id }) => id), last };
    },

    /**
     * Reads these conversations from their first fact on, and puts their weak answers in the place of what was known, in
     * one transaction. What a person has put together or apart stays so.
     * @returns `left` to be read: all of them where another process reads just now; and the questions that were counted anew
     */
    async read(given: readonly string[], { now, place, atOnce }: WeakReading): Promise<WeakRead> {
      return db.transaction().execute(async (tx) => {
        const lock = await sql<{
          isOurs: boolean;
        }>`select pg_try_advisory_xact_lock(${weakLock}) as "isOurs"`.execute(tx);
        if (lock.rows[0]?.isOurs !== true) return { left: given, counted: [] };
        // Before their facts: what comes in between is read once more.
        const { taken, left } = withinReach(await headsOf(tx, given), atOnce);
        const asked = given.filter((id) => !left.has(id));
        const others = await othersOf(tx, asked);
        const ids = [...asked, ...others];
        const heads = [...taken, ...(await headsOf(tx, others))];
        const signals = await signalsIn(tx, ids);
        const facts = await factsByConversation(tx, ids, speaking);
        const before = await wordingsOf(tx, ids);
        const found = heads.flatMap(({ id, siteId, customerId }) =>
          failingsOf(facts.get(id) ?? [], signals.get(id) ?? []).flatMap((failing): Found[] => {
            const words = sameWords(failing.question);
            // Only signs: nothing that could be gathered.
            return words === '' ? [] : [{ conversationId: id, siteId, customerId, words, failing }];
          }),
        );
        const wordings = await findWordings(
          tx,
          found.map(({ siteId, words, failing: { question, answeredAt } }) => ({
            siteId,
            words,
            text: question,
            at: answeredAt,
          })),
          place,
        );
        const placed = found.map((one) => ({ ...one, ...(wordings.get(one) ?? nowhere) }));
        await writeAnswers(tx, ids, placed);
        const counted = await countAnew(tx, [...before, ...placed.map(({ questionId }) => questionId)], now);
        await sql`insert into weak_heads (conversation_id, seq, signals)
          select id, seq, signals from jsonb_to_recordset(${JSON.stringify(heads)}::jsonb)
            as head(id uuid, seq integer, signals integer)
          on conflict (conversation_id) do update set seq = excluded.seq, signals = excluded.signals`.execute(
          tx,
        );
        return { left: [...left], counted };
      });
    },
  };
}

/** Takes the weak answers of these conversations away, with every wording that nobody else has used. */
export async function forgetWeakAnswers(tx: Tx, ids: readonly string[], now: number): Promise<void> {
  await waitForWeakLock(tx);
  const questions = await wordingsOf(tx, ids);
  const used = await sql<{ id: string; siteId: string; text: string }>`
    select distinct weak_wordings.id, site_id as "siteId", text
    from weak_answers join weak_wordings on weak_wordings.id = wording_id
    where conversation_id = any(${[...ids]}::uuid[])`.execute(tx);
  await writeAnswers(tx, ids, []);
  // Also where a person has put them: their place in the list is no reason to keep the customer's words.
  await sql`delete from weak_wordings where id = any(${used.rows.map(({ id }) => id)}::uuid[])
    and not exists (select from weak_answers where wording_id = weak_wordings.id)`.execute(tx);
  await countAnew(tx, questions, now);
  // What has gone into another question keeps its title, to be taken out again.
  await sql`update weak_questions set title = '' from unnest(${used.rows.map(({ siteId }) => siteId)}::uuid[],
      ${used.rows.map(({ text }) => text)}::text[]) as gone(site, text)
    where site_id = gone.site and title = gone.text and not exists (
      select from weak_wordings where weak_wordings.site_id = gone.site and weak_wordings.text = gone.text)`.execute(
    tx,
  );
}

interface Found extends Pick<Worded, 'siteId' | 'words'> {
  readonly conversationId: string;
  readonly customerId: string;
  readonly failing: Failing;
}
const nowhere = { wordingId: '', questionId: '' };

const signalsOf = (id: ReturnType<typeof sql>) =>
  sql`(select coalesce(sum(cardinality(answer_signals.signals)), 0)::int from answer_signals
    where answer_signals.conversation_id = ${id})`;

/** Other conversations of the same customers whose answers have got signals: whoever comes back asks in a new one. */
async function othersOf(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations left join weak_heads on conversation_id = id
    where customer_id in (select customer_id from conversations where id = any(${[...ids]}::uuid[]))
      and not id = any(${[...ids]}::uuid[]) and coalesce(signals, 0) <> ${signalsOf(sql`conversations.id`)}
    limit ${mostOthers}`.execute(tx);
  return rows.map(({ id }) => id);
}

async function headsOf(tx: Tx, ids: readonly string[]) {
  const { rows } = await sql<{
    id: string;
    siteId: string;
    customerId: string;
    seq: number;
    signals: number;
  }>`
    select id, site_id as "siteId", customer_id as "customerId", seq, ${signalsOf(sql`conversations.id`)} as signals
    from conversations where id = any(${[...ids]}::uuid[])`.execute(tx);
  return rows;
}

async function signalsIn(tx: Tx, ids: readonly string[]): Promise<Map<string, SignalsOfAnswer[]>> {
  const rows = await tx
    .selectFrom('answer_signals')
    .select(['conversation_id', 'turn', 'signals', 'do_not_train as doNotTrain', 'at'])
    .where('conversation_id', 'in', [...ids])
    .execute();
  return Map.groupBy(rows, (row) => row.conversation_id);
}

/** The questions that have had weak answers of these conversations so far. */
async function wordingsOf(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx
    .selectFrom('weak_answers')
    .innerJoin('weak_wordings', 'weak_wordings.id', 'wording_id')
    .select('question_id')
    .distinct()
    .where('conversation_id', 'in', [...ids])
    .execute();
  return rows.map((row) => row.question_id);
}

async function writeAnswers(
  tx: Tx,
  ids: readonly string[],
  placed: readonly (Found & { readonly wordingId: string })[],
): Promise<void> {
  await tx
    .deleteFrom('weak_answers')
    .where('conversation_id', 'in', [...ids])
    .execute();
  if (placed.length === 0) return;
  const rows = placed.map(({ conversationId, customerId, wordingId, failing }) => ({
    ...failing,
    conversationId,
    customerId,
    wordingId,
    weight: weightOf(failing),
  }));
  // As one value: a customer may have asked thousands of times, and a statement has room for 65,535.
  await sql`insert into weak_answers (conversation_id, turn, customer_id, wording_id, question, answer, sources,
      answered_at, at, weight, is_down, is_unknown, is_improved, reasons, signals, do_not_train)
    select "conversationId", turn, "customerId", "wordingId", question, answer, sources, "answeredAt", at, weight,
      "isDown", "isUnknown", "isImproved", reasons, signals, "doNotTrain"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as answer("conversationId" uuid, turn integer,
      "customerId" uuid, "wordingId" uuid, question text, answer text, sources jsonb, "answeredAt" bigint, at bigint,
      weight smallint, "isDown" boolean, "isUnknown" boolean, "isImproved" boolean, reasons text[], signals text[],
      "doNotTrain" boolean)`.execute(tx);
}
