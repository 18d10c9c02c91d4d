import { type Selectable, sql } from 'kysely';
import type {
  Guidance,
  GuidanceFilter,
  GuidanceHistory,
  GuidanceOrigin,
  GuidancePage,
  GuidanceVersion,
  ProofVerdict,
} from '../../protocol/guidance.ts';
import { defaultGuidanceRules, type GuidanceRules } from '../domain/guidance.ts';
import { createCursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { GuidanceTable, GuidanceVersionsTable } from './schema-guidance.ts';

/** Time and id of the last row of a page. */
interface End {
  readonly at: number;
  readonly id: string;
}
export const guidanceCursor = createCursor<End>({ at: 'time', id: 'uuid' });

/** Most versions and steps that a history shows. */
const versionsShown = 50;
const stepsShown = 200;

/** Guidance as people read it: with its versions, and what was done with them. */
export function createGuidance(db: Database) {
  const rows = (siteIds: readonly string[]) =>
    db
      .selectFrom('guidance')
      .innerJoin('sites', 'sites.id', 'site_id')
      .innerJoin('guidance_versions', (join) =>
        join.onRef('guidance_versions.guidance_id', '=', 'guidance.id').onRef('version', '=', 'newest'),
      )
      .where('guidance.site_id', 'in', [...siteIds]);

  const filtered = (siteIds: readonly string[], { site, state, effect }: GuidanceFilter) => {
    let query = rows(siteIds);
    if (effect !== undefined) query = query.where(effectOfLive, '=', effect);
    if (site !== undefined) query = query.where('sites.key', '=', site);
    if (state !== undefined) query = query.where('guidance.state', '=', state);
    return query;
  };

  const one = async (id: string, siteIds: readonly string[]): Promise<Guidance | null> => {
    if (siteIds.length === 0) return null;
    const row = await rows(siteIds)
      .select(columns)
      .select(effectOfLive.as('effect'))
      .where('guidance.id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : toGuidance(row);
  };

  return {
    one,

    /** Newest change first. */
    async page(
      siteIds: readonly string[],
      filter: GuidanceFilter,
      { cursor, limit }: { cursor: End | null; limit: number },
    ): Promise<GuidancePage> {
      if (siteIds.length === 0) return { items: [], total: 0, worse: 0, next: null };
      let query = filtered(siteIds, filter);
      if (cursor !== null) {
        const { at, id } = cursor;
        query = query.where((where) =>
          where.or([
            where('changed_at', '<', at),
            where.and([where('changed_at', '=', at), where('guidance.id', '<', id)]),
          ]),
        );
      }
      const counted = (asked: GuidanceFilter) =>
        filtered(siteIds, asked)
          .select((count) => count.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow();
      const [found, { total }, { total: worse }] = await Promise.all([
        query
          .select(columns)
          .select(effectOfLive.as('effect'))
          .orderBy('changed_at', 'desc')
          .orderBy('guidance.id', 'desc')
          .limit(limit + 1)
          .execute(),
        counted(filter),
        counted({ effect: 'worse' }),
      ]);
      const items = found.slice(0, limit).map(toGuidance);
      const last = items.at(-1);
      const hasMore = found.length > limit && last !== undefined;
      return {
        items,
        total,
        worse,
        next: hasMore ? guidanceCursor.encode({ at: last.changedAt, id: last.id }) : null,
      };
    },

    async history(id: string, siteIds: readonly string[]): Promise<GuidanceHistory | null> {
      const guidance = await one(id, siteIds);
      if (guidance === null) return null;
      const [versions, steps] = await Promise.all([
        db
          .selectFrom('guidance_versions')
          .selectAll()
          .where('guidance_id', '=', id)
          .where((where) =>
            where.or([
              where('version', '>', guidance.newest.version - versionsShown),
              where('version', '=', guidance.live ?? 0),
            ]),
          )
          .orderBy('version', 'desc')
          .execute(),
        db
          .selectFrom('guidance_steps')
          .selectAll()
          .where('guidance_id', '=', id)
          .orderBy('seq', 'desc')
          .limit(stepsShown)
          .execute(),
      ]);
      return {
        guidance,
        versions: versions.map(toVersion),
        steps: steps.map(({ seq, action, version, by_id, by_name, at, reason }) => ({
          seq,
          action,
          version,
          by: { id: by_id, name: by_name },
          at,
          reason,
        })),
      };
    },

    /** What an agent said the bot should have said in this turn; null if nobody has. */
    async betterAnswer({ conversationId, turn }: GuidanceOrigin): Promise<string | null> {
      const row = await db
        .selectFrom('better_answers')
        .select('text')
        .where('conversation_id', '=', conversationId)
        .where('turn', '=', turn)
        .executeTakeFirst();
      return row?.text ?? null;
    },
  };
}

export type GuidanceStore = ReturnType<typeof createGuidance>;

/** What the stretch that is live has changed; null: nothing is live, or it has not been measured yet. */
const effectOfLive = sql<ProofVerdict | null>`(
  select verdict from insight_proofs
  where insight_proofs.guidance_id = guidance.id and insight_proofs.version = guidance.live
    and (until_at is null or until_at > measured_at)
  order by stretch desc limit 1)`;

const columns = [
  'guidance.id',
  'guidance.state',
  'live',
  'proposed',
  'approved',
  'changed_at',
  'changed_by',
  'sites.key',
  'sites.title',
  'sites.guidance as rules',
  'version',
  'kind',
  'text',
  'examples',
  'scope',
  'by_id',
  'by_name',
  'guidance_versions.at',
  'reason',
  'origin',
] as const;

type VersionRow = Omit<Selectable<GuidanceVersionsTable>, 'guidance_id'>;
type Row = VersionRow &
  Pick<
    Selectable<GuidanceTable>,
    'id' | 'state' | 'live' | 'proposed' | 'approved' | 'changed_at' | 'changed_by'
  > & {
    key: string;
    title: string;
    effect: ProofVerdict | null;
    rules: Partial<GuidanceRules>;
  };

const toVersion = (row: VersionRow): GuidanceVersion => ({
  version: row.version,
  kind: row.kind,
  text: row.text,
  examples: row.examples,
  scope: row.scope,
  by: { id: row.by_id, name: row.by_name },
  at: row.at,
  reason: row.reason,
  origin: row.origin,
});

const toGuidance = (row: Row): Guidance => ({
  id: row.id,
  site: row.key,
  siteName: row.title,
  state: row.state,
  live: row.live,
  proposed: row.proposed,
  approved: row.approved,
  isApprovedByTwo: { ...defaultGuidanceRules, ...row.rules }.isApprovedByTwo,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
  effect: row.effect,
  newest: toVersion(row),
});
