import { type SqlBool, sql } from 'kysely';
import type { DeskPromise, PromiseKind, PromisePage, PromiseRate } from '../../protocol/promise.ts';
import { defaultPromiseRules } from '../domain/promises.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';

/** Time and key of the last row of a page. */
interface End {
  readonly at: number;
  readonly conversationId: string;
  readonly promise: number;
}
export const promiseCursor = createCursor<End>({ at: 'time', conversationId: 'uuid', promise: 'number' });

/** A promise with what telling people of it needs. */
export interface LedgerRow {
  readonly conversationId: string;
  readonly promise: number;
  readonly siteId: string;
  readonly kind: PromiseKind;
  readonly text: string;
  readonly ownerId: string | null;
  readonly ownerName: string | null;
  readonly madeAt: number;
  readonly dueAt: number;
  readonly state: DeskPromise['state'];
  readonly remindedAt: number | null;
  readonly escalatedAt: number | null;
}

const columns = [
  'conversation_id as conversationId',
  'promise',
  'promises.site_id as siteId',
  'kind',
  'text',
  'owner_id as ownerId',
  'owner_name as ownerName',
  'made_at as madeAt',
  'due_at as dueAt',
  'promises.state as state',
  'reminded_at as remindedAt',
  'escalated_at as escalatedAt',
] as const;

/** Nobody may be reminded earlier than this before a deadline, ms. */
export const longestRemindMs = 24 * 60 * 60_000;
const atOnce = 500;

/** The ledger of promises. Its rows are written with the facts that say them (`conversation-transaction.ts`). */
export function createPromises(db: Database) {
  const rows = () => db.selectFrom('promises').select(columns);
  /** When the owner of a row is reminded; as `remindAt` of the domain says it. */
  const remindedBy = sql<number>`due_at - least(
    coalesce((sites.promises->>'remindMs')::bigint, ${defaultPromiseRules.remindMs}),
    (due_at - made_at) / 2)`;

  return {
    async row(conversationId: string, promise: number): Promise<LedgerRow | null> {
      const row = await rows()
        .where('conversation_id', '=', conversationId)
        .where('promise', '=', promise)
        .executeTakeFirst();
      return row ?? null;
    },

    /** Open ones whose deadline is before this time. */
    dueBefore: (before: number): Promise<LedgerRow[]> =>
      rows()
        .where('promises.state', '=', 'open')
        .where('due_at', '<', before)
        .orderBy('due_at')
        .limit(atOnce)
        .execute(),

    /** Open ones whose owner is to be reminded before this time and has not been. Estimates are nobody's. */
    remindBefore: (before: number): Promise<LedgerRow[]> =>
      rows()
        .innerJoin('sites', 'sites.id', 'promises.site_id')
        .where('promises.state', '=', 'open')
        .where('kind', '!=', 'wait')
        .where('reminded_at', 'is', null)
        .where('due_at', '<', before + longestRemindMs)
        .where(sql<SqlBool>`${remindedBy} < ${before}`)
        .orderBy('due_at')
        .limit(atOnce)
        .execute(),

    /** Missed ones since this time that agents have not been told of. */
    unescalated: (since: number): Promise<LedgerRow[]> =>
      rows()
        .where('promises.state', '=', 'missed')
        .where('kind', '!=', 'wait')
        .where('escalated_at', 'is', null)
        .where('ended_at', '>=', since)
        .orderBy('ended_at')
        .limit(atOnce)
        .execute(),

    async setTold(
      { conversationId, promise }: Pick<LedgerRow, 'conversationId' | 'promise'>,
      what: 'reminded_at' | 'escalated_at',
      at: number,
    ): Promise<void> {
      await db
        .updateTable('promises')
        .set({ [what]: at })
        .where('conversation_id', '=', conversationId)
        .where('promise', '=', promise)
        .execute();
    },

    /** Open ones by deadline, ended ones newest first; without estimates, which the queue shows. */
    async page(options: {
      readonly siteIds: readonly string[];
      /** null: of everybody */
      readonly ownerId: string | null;
      readonly isOpen: boolean;
      readonly after: End | null;
      readonly limit: number;
    }): Promise<PromisePage> {
      const { siteIds, ownerId, isOpen, after, limit } = options;
      if (siteIds.length === 0) return { promises: [], next: null };
      const at = isOpen ? sql<number>`due_at` : sql<number>`ended_at`;
      const key = sql`(${at}, conversation_id, promise)`;
      const end = after && sql`(${after.at}::bigint, ${after.conversationId}::uuid, ${after.promise}::int)`;
      const direction = isOpen ? 'asc' : 'desc';
      const found = await db
        .selectFrom('promises')
        .innerJoin('conversations', 'conversations.id', 'promises.conversation_id')
        .innerJoin('sites', 'sites.id', 'promises.site_id')
        .select(columns)
        .select(['ended_at as endedAt', 'why', 'topic', 'sites.title as site', at.as('at')])
        .where('promises.site_id', 'in', [...siteIds])
        .where('promises.state', isOpen ? '=' : '!=', 'open')
        .where('kind', '!=', 'wait')
        .$if(ownerId !== null, (query) => query.where('owner_id', '=', ownerId))
        .$if(end !== null, (query) =>
          query.where(isOpen ? sql<SqlBool>`${key} > ${end}` : sql<SqlBool>`${key} < ${end}`),
        )
        .orderBy(at, direction)
        .orderBy('conversation_id', direction)
        .orderBy('promise', direction)
        .limit(limit + 1)
        .execute();
      const page = found.slice(0, limit);
      const last = page.at(-1);
      return {
        promises: page.map((row) => ({
          conversationId: row.conversationId,
          promise: row.promise,
          kind: row.kind,
          text: row.text,
          owner: row.ownerId === null ? null : { id: row.ownerId, name: row.ownerName ?? '' },
          madeAt: row.madeAt,
          dueAt: row.dueAt,
          state: row.state,
          endedAt: row.endedAt,
          why: row.why ?? '',
          site: row.site,
          topic: row.topic,
        })),
        next: found.length > limit && last !== undefined ? promiseCursor.encode(last) : null,
      };
    },

    /** What became of the promises that were made in [from, to). */
    async rate(siteIds: readonly string[], from: number, to: number): Promise<PromiseRate> {
      const rows =
        siteIds.length === 0
          ? []
          : await db
              .selectFrom('promises')
              .select(['kind', 'state', sql<number>`count(*)`.as('count')])
              .where('site_id', 'in', [...siteIds])
              .where('made_at', '>=', from)
              .where('made_at', '<', to)
              .groupBy(['kind', 'state'])
              .execute();
      const countsOf = (of: typeof rows) => {
        const counts = { open: 0, kept: 0, missed: 0, cancelled: 0 };
        for (const { state, count } of of) counts[state] += count;
        return counts;
      };
      const all = countsOf(rows);
      const judged = all.kept + all.missed;
      const kinds = [...new Set(rows.map(({ kind }) => kind))].sort();
      return {
        ...all,
        keptShare: judged === 0 ? null : all.kept / judged,
        kinds: kinds.map((kind) => ({ kind, ...countsOf(rows.filter((row) => row.kind === kind)) })),
      };
    },
  };
}
