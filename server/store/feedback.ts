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

/** Answer feedback and conversation ratings, newest first, of the sites that the reader may see. */
export function createFeedback(db: Database) {
  /** Both kinds as one list of equal rows. */
  const items = (siteIds: readonly string[]) =>
    db
      .with('items', (cte) =>
        cte
          .selectFrom('answer_feedback')
          .select([
            'id',
            sql<'answer' | 'conversation'>`'answer'`.as('kind'),
            'conversation_id',
            'at',
            sql<'up' | 'down' | null>`verdict`.as('verdict'),
            sql<number | null>`null::smallint`.as('rating'),
            'reasons',
            'comment',
            sql<number | null>`turn`.as('turn'),
            sql<string | null>`question`.as('question'),
            sql<string | null>`answer`.as('answer'),
            'sources',
          ])
          .unionAll(
            cte
              .selectFrom('conversation_ratings')
              .select([
                'id',
                sql<'answer' | 'conversation'>`'conversation'`.as('kind'),
                'conversation_id',
                'at',
                sql<'up' | 'down' | null>`null`.as('verdict'),
                sql<number | null>`rating`.as('rating'),
                sql<FeedbackItem['reasons']>`'{}'::text[]`.as('reasons'),
                'comment',
                sql<number | null>`null::integer`.as('turn'),
                sql<string | null>`null`.as('question'),
                sql<string | null>`null`.as('answer'),
                sql<FeedbackItem['sources']>`'[]'::jsonb`.as('sources'),
              ]),
          ),
      )
      .selectFrom('items')
      .innerJoin('conversations', 'conversations.id', 'items.conversation_id')
      .where('conversations.site_id', 'in', siteIds.length === 0 ? [nobody] : [...siteIds]);

  const filtered = (siteIds: readonly string[], filter: FeedbackFilter) => {
    let query = items(siteIds);
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
      .select('conversations.context')
      .orderBy('items.at', 'desc')
      .orderBy('items.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(
      ({ conversation_id, ...row }): FeedbackItem => ({ ...row, conversationId: conversation_id }),
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
