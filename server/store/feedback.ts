import { type SqlBool, sql } from 'kysely';
import type {
  FeedbackExportRow,
  FeedbackFilter,
  FeedbackItem,
  FeedbackPage,
} from '../../protocol/feedback.ts';
import type { TranscriptLine } from '../../protocol/message.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { saidByAgents } from './said-by-agents.ts';
import { storableText } from './storable.ts';
import { saidTypes, transcriptLine } from './transcript-line.ts';

/** Time and id of the last row of a page. */
interface End {
  readonly at: number;
  readonly id: string;
}
export const feedbackCursor = createCursor<End>({ at: 'time', id: 'uuid' });

/** Where nobody said anything there is nobody to be told. Rows from beside the server have no line in the ledger. */
const status = sql<FeedbackItem['status']>`case when items.about is not null
  then coalesce(receipts.status, 'received') end`;

/** What people had approved for the question, where they had: the answer may be theirs and not the bot's. */
const guidance = sql<FeedbackItem['guidance']>`(
  select jsonb_build_object('id', applied->'id', 'version', applied->'version', 'kind', applied->'kind',
    'score', applied->'score')
  from facts, lateral (select body->'guidance' as applied) as its
  where facts.conversation_id = items.conversation_id and type = 'answer.started'
    and body->'turn' = to_jsonb(items.turn) and applied is not null
  limit 1)`;

/** What customers said, as one list of equal rows; and answers that something speaks against, of which they said nothing. */
const items = sql<Item>`(
  select f.id, 'answer' as kind, f.conversation_id, f.at, verdict, null::smallint as rating, reasons, comment,
    right_answer, null::boolean as had_to_repeat, null::boolean as was_wait_as_said,
    coalesce(s.signals, '{}') as signals, f.do_not_train, f.turn, f.question, f.answer, f.sources,
    f.turn::text as about
  from answer_feedback f
  left join answer_signals s on s.conversation_id = f.conversation_id and s.turn = f.turn
  union all
  select id, 'conversation', conversation_id, at, null, rating, '{}', comment,
    '', null, null, '{}', do_not_train, null, null, null, '[]', 'conversation'
  from conversation_ratings
  union all
  select id, 'handoff', conversation_id, at, null, null, '{}', '',
    '', had_to_repeat, was_wait_as_said, '{}', do_not_train, null, null, null, '[]', 'handoff'
  from handoff_ratings
  union all
  select id, 'signal', conversation_id, at, null, null, '{}', '',
    '', null, null, signals, do_not_train, turn, question, answer, sources, null
  from answer_signals s
  where not exists (
    select from answer_feedback f where f.conversation_id = s.conversation_id and f.turn = s.turn))`;

type Item = Omit<
  FeedbackItem,
  | 'conversationId'
  | 'rightAnswer'
  | 'hadToRepeat'
  | 'wasWaitAsSaid'
  | 'doNotTrain'
  | 'status'
  | 'word'
  | 'guidance'
  | 'context'
> & {
  conversation_id: string;
  right_answer: string;
  had_to_repeat: boolean | null;
  was_wait_as_said: boolean | null;
  do_not_train: boolean;
  about: string | null;
};

/** Feedback of all kinds, newest first, of the sites that the reader may see. */
export function createFeedback(db: Database) {
  const filtered = (siteIds: readonly string[], filter: FeedbackFilter) => {
    let query = db
      .selectFrom(items.as('items'))
      .innerJoin('conversations', 'conversations.id', 'items.conversation_id')
      .leftJoin('receipts', (join) =>
        join
          .onRef('receipts.conversation_id', '=', 'items.conversation_id')
          .onRef('receipts.about', '=', 'items.about'),
      )
      .where('conversations.site_id', 'in', siteIds.length === 0 ? [nobody] : [...siteIds]);
    // What nobody has said stands in the list only for whoever looks for it.
    if (filter.signal === undefined && filter.kind !== 'signal')
      query = query.where('items.kind', '!=', 'signal');
    if (filter.signal === 'any') query = query.where(sql<SqlBool>`cardinality(items.signals) > 0`);
    else if (filter.signal !== undefined)
      query = query.where(sql<SqlBool>`${filter.signal} = any(items.signals)`);
    if (filter.status !== undefined) query = query.where(status, '=', filter.status);
    if (filter.training !== undefined)
      query = query.where('items.do_not_train', '=', filter.training === 'refused');
    if (filter.from !== undefined) query = query.where('items.at', '>=', filter.from);
    if (filter.until !== undefined) query = query.where('items.at', '<', filter.until);
    if (filter.kind !== undefined) query = query.where('items.kind', '=', filter.kind);
    if (filter.verdict !== undefined) query = query.where('items.verdict', '=', filter.verdict);
    if (filter.rating !== undefined) query = query.where('items.rating', '=', filter.rating);
    if (filter.reason !== undefined) query = query.where(sql<SqlBool>`${filter.reason} = any(items.reasons)`);
    if (filter.text !== undefined && filter.text !== '') {
      // The text is searched for as it stands: % and _ are letters here, not wildcards.
      const pattern = `%${storableText(filter.text).replace(/[\\%_]/g, '\\$&')}%`;
      query = query.where((where) =>
        where.or([
          where('items.question', 'ilike', pattern),
          where('items.answer', 'ilike', pattern),
          where('items.comment', 'ilike', pattern),
          where('items.right_answer', 'ilike', pattern),
        ]),
      );
    }
    return query;
  };

  const rowsAfter = async (
    siteIds: readonly string[],
    filter: FeedbackFilter,
    cursor: End | null,
    limit: number,
  ) => {
    let query = filtered(siteIds, filter);
    if (cursor !== null) {
      query = query.where(sql<SqlBool>`(items.at, items.id) < (${cursor.at}::bigint, ${cursor.id}::uuid)`);
    }
    const rows = await query
      .selectAll('items')
      .select(['conversations.context', status.as('status')])
      .select(sql<string>`coalesce(receipts.word, '')`.as('word'))
      .select(guidance.as('guidance'))
      .orderBy('items.at', 'desc')
      .orderBy('items.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(
      ({
        conversation_id: conversationId,
        right_answer: rightAnswer,
        had_to_repeat: hadToRepeat,
        was_wait_as_said: wasWaitAsSaid,
        do_not_train: doNotTrain,
        about: _about,
        ...row
      }): FeedbackItem => ({ ...row, conversationId, rightAnswer, hadToRepeat, wasWaitAsSaid, doNotTrain }),
    );
  };

  const transcripts = async (ids: readonly string[]): Promise<Map<string, TranscriptLine[]>> => {
    const byId = new Map<string, TranscriptLine[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return byId;
    const rows = await db
      .selectFrom('facts')
      .select(['conversation_id', 'body'])
      .where('conversation_id', 'in', [...byId.keys()])
      .where('type', 'in', saidTypes)
      .orderBy('conversation_id')
      .orderBy('seq')
      .execute();
    for (const row of rows) byId.get(row.conversation_id)?.push(...transcriptLine(row.body));
    return byId;
  };

  const count = async (siteIds: readonly string[], filter: FeedbackFilter): Promise<number> => {
    const row = await filtered(siteIds, filter)
      .select(sql<number>`count(*)`.as('total'))
      .executeTakeFirstOrThrow();
    return row.total;
  };

  return {
    count,

    async page(
      siteIds: readonly string[],
      filter: FeedbackFilter,
      options: { cursor: End | null; limit: number },
    ): Promise<FeedbackPage> {
      const [rows, total] = await Promise.all([
        rowsAfter(siteIds, filter, options.cursor, options.limit + 1),
        count(siteIds, filter),
      ]);
      const page = rows.slice(0, options.limit);
      const last = page.at(-1);
      const next = rows.length > options.limit && last !== undefined ? feedbackCursor.encode(last) : null;
      return { items: page, total, next };
    },

    /** Items behind the cursor with what agents said and the whole transcript: a page of an export. */
    async exportPage(
      siteIds: readonly string[],
      filter: FeedbackFilter,
      cursor: End | null,
      limit: number,
    ): Promise<FeedbackExportRow[]> {
      const rows = await rowsAfter(siteIds, filter, cursor, limit);
      const ids = rows.map((row) => row.conversationId);
      const [transcriptOf, saidOf] = await Promise.all([transcripts(ids), saidByAgents(db, ids)]);
      return rows.map((row) => ({
        ...row,
        ...saidOf(row),
        transcript: transcriptOf.get(row.conversationId) ?? [],
      }));
    },
  };
}

export type Feedback = ReturnType<typeof createFeedback>;

/** A site that cannot be: keeps `in (…)` valid for somebody who may see none. */
const nobody = '00000000-0000-0000-0000-000000000000';
