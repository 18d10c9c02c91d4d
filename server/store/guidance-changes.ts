import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { type GuidanceOrigin, mostGuidance } from '../../protocol/guidance.ts';
import {
  decideGuidance,
  defaultGuidanceRules,
  evolveGuidance,
  type GuidanceCommand,
  type GuidanceProblem,
  type GuidanceRules,
  type GuidanceStanding,
  stateOf,
  unwritten,
} from '../domain/guidance.ts';
import { type Actor, addEntries } from './audit-log.ts';
import type { Database, Tx } from './database.ts';
import { createRefusable } from './refusable.ts';
import type { GuidanceTable } from './schema-guidance.ts';
import { followGuidance, linkGuidance, questionOfAnswer } from './weak-changes.ts';

/** Who does something with a guidance, when and why. */
export interface GuidanceAct {
  readonly by: { readonly id: string; readonly name: string };
  readonly actor: Actor;
  readonly at: number;
  readonly reason: string;
  readonly origin: GuidanceOrigin | null;
  /** The weak question that it is written for; undefined: that of its origin, if any. */
  readonly question?: string | undefined;
}

/** The guidance that was changed, or why none was. */
export type Changed = { readonly id: string } | GuidanceProblem | 'not_found';

const { Refused, refusable } = createRefusable<GuidanceProblem | 'not_found'>();

/** How guidance changes: through `decideGuidance`, under its row's lock, with an entry of the audit log for each step. */
export function createGuidanceChanges(db: Database) {
  return {
    /** A new guidance of this site. @returns why there is none, or its id */
    async add(siteId: string, commands: readonly GuidanceCommand[], act: GuidanceAct): Promise<Changed> {
      return refusable(db, async (tx): Promise<{ id: string }> => {
        // Locked, so that many at once do not each find room for one more.
        const { guidance: rules } = await lockSite(tx, siteId);
        const { total } = await tx
          .selectFrom('guidance')
          .select((count) => count.fn.countAll<number>().as('total'))
          .where('site_id', '=', siteId)
          .executeTakeFirstOrThrow();
        if (total >= mostGuidance) throw new Refused('limit_reached');
        const id = randomUUID();
        await tx
          .insertInto('guidance')
          .values({ id, site_id: siteId, ...toRow(unwritten), changed_at: act.at, changed_by: act.by.name })
          .execute();
        await carryOut(tx, { id, siteId, standing: unwritten }, commands, act, rules);
        const question =
          act.question ?? (act.origin === null ? null : await questionOfAnswer(tx, act.origin));
        if (question !== null && !(await linkGuidance(tx, siteId, question, id)))
          throw new Refused('not_found');
        return { id };
      });
    },

    /**
     * Does one thing after the other with a guidance of these sites, or nothing at all.
     * @returns why not; `not_found` also for one of another site
     */
    async change(
      id: string,
      siteIds: readonly string[],
      commands: readonly GuidanceCommand[],
      act: GuidanceAct,
    ): Promise<Changed> {
      return refusable(db, async (tx) => {
        const found = await tx
          .selectFrom('guidance')
          .select('site_id')
          .where('id', '=', id)
          .executeTakeFirst();
        if (found === undefined || !siteIds.includes(found.site_id)) throw new Refused('not_found');
        const { guidance: rules } = await lockSite(tx, found.site_id);
        const row = await tx
          .selectFrom('guidance')
          .selectAll()
          .where('id', '=', id)
          .forUpdate()
          .executeTakeFirstOrThrow();
        await carryOut(tx, { id, siteId: found.site_id, standing: toStanding(row) }, commands, act, rules);
        return { id };
      });
    },
  };
}

export type GuidanceChanges = ReturnType<typeof createGuidanceChanges>;

/** One who changes a site's guidance waits for the one before: revisions count up in the order of commits. */
async function lockSite(tx: Tx, siteId: string) {
  const site = await tx
    .selectFrom('sites')
    .select(['guidance'])
    .where('id', '=', siteId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  return { guidance: { ...defaultGuidanceRules, ...site.guidance } };
}

async function carryOut(
  tx: Tx,
  { id, siteId, standing }: { id: string; siteId: string; standing: GuidanceStanding },
  commands: readonly GuidanceCommand[],
  { by, actor, at, reason, origin }: GuidanceAct,
  rules: GuidanceRules,
): Promise<void> {
  let now = standing;
  for (const command of commands) {
    const move = decideGuidance(now, command, by.id, rules);
    if (typeof move === 'string') throw new Refused(move);
    now = evolveGuidance(now, move);
    const { action, version } = move;
    const step = { guidance_id: id, version, by_id: by.id, by_name: by.name, at, reason };
    if (command.name === 'write') {
      const { kind, text, examples, scope } = command.content;
      await tx
        .insertInto('guidance_versions')
        .values({
          ...step,
          kind,
          text,
          examples: [...examples],
          scope: JSON.stringify(scope),
          origin: origin === null ? null : JSON.stringify(origin),
        })
        .execute();
    }
    await tx
      .insertInto('guidance_steps')
      .values({ ...step, action, seq: now.seq })
      .execute();
    const object = { kind: 'guidance', id } as const;
    const detail = { version };
    await addEntries(tx, [
      { at, by: actor, action: `guidance.${action}`, siteIds: [siteId], object, detail },
    ]);
  }
  await tx
    .updateTable('guidance')
    .set({ ...toRow(now), changed_at: at, changed_by: by.name })
    .where('id', '=', id)
    .execute();
  if (now.live === standing.live) return;
  await followGuidance(tx, id, now.live === null ? 'unguide' : 'guide', { by, at });
  await tx
    .updateTable('sites')
    .set((row) => ({ guidance_revision: row('guidance_revision', '+', 1) }))
    .where('id', '=', siteId)
    .execute();
}

const toRow = (standing: GuidanceStanding) => ({
  seq: standing.seq,
  newest: standing.newest,
  writer: standing.writer,
  live: standing.live,
  proposed: standing.proposed,
  approved: [...standing.approved],
  is_retired: standing.isRetired,
  state: stateOf(standing),
});

const toStanding = (row: Selectable<GuidanceTable>): GuidanceStanding => ({
  seq: row.seq,
  newest: row.newest,
  writer: row.writer,
  live: row.live,
  proposed: row.proposed,
  approved: row.approved,
  isRetired: row.is_retired,
});
