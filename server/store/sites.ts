import { randomBytes, randomUUID } from 'node:crypto';
import type { FeedbackRules } from '../../protocol/feedback.ts';
import { defaultGuidanceRules, type GuidanceRules } from '../domain/guidance.ts';
import { noHours, type SiteHours } from '../domain/hours.ts';
import { defaultNotifyPlan, type NotifyPlan } from '../domain/notify-plan.ts';
import { defaultPromiseRules, type PromiseRules } from '../domain/promises.ts';
import { defaultFeedbackRules } from '../domain/receipts.ts';
import { defaultRouting, type RoutingRules } from '../domain/routing.ts';
import { type PolicyChoices, policyOf, type SitePolicy } from '../domain/site-policy.ts';
import type { Database } from './database.ts';
import type { BotLimits, SiteBot, SiteJudge } from './schema.ts';

export interface Site {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly answeredBy: string;
  readonly allowedOrigins: readonly string[];
  readonly bot: SiteBot;
  readonly limits: BotLimits;
  readonly policy: SitePolicy;
  readonly notify: NotifyPlan;
  readonly routing: RoutingRules;
  readonly hours: SiteHours;
  readonly promises: PromiseRules;
  readonly guidance: GuidanceRules;
  readonly feedback: FeedbackRules;
  /** Null: what is doubtful is not applied, and nothing is judged. */
  readonly judge: SiteJudge | null;
  readonly suggestions: readonly string[];
  /** Signs customers' identities (docs/identity.md); null: nobody is vouched for. */
  readonly identitySecret: string | null;
}

export type NewSite = Omit<
  Site,
  | 'id'
  | 'key'
  | 'limits'
  | 'policy'
  | 'notify'
  | 'routing'
  | 'hours'
  | 'promises'
  | 'guidance'
  | 'feedback'
  | 'judge'
  | 'identitySecret'
> & {
  readonly key?: string;
  /** What is left out stays as it is, or is the default for a new site. */
  readonly limits?: BotLimits;
  readonly policy?: PolicyChoices;
  readonly notify?: Partial<NotifyPlan>;
  readonly routing?: Partial<RoutingRules>;
  readonly hours?: SiteHours;
  readonly promises?: Partial<PromiseRules>;
  readonly feedback?: Partial<FeedbackRules>;
};

/** Sites: one embed key each, with the bot behind it and the origins it may be used from. */
export function createSites(db: Database) {
  const columns = [
    'id',
    'key',
    'title',
    'answered_by',
    'allowed_origins',
    'bot',
    'limits',
    'policy',
    'notify',
    'routing',
    'hours',
    'promises',
    'guidance',
    'feedback',
    'judge',
    'suggestions',
    'identity_secret',
  ] as const;
  const rows = () => db.selectFrom('sites').select(columns);

  return {
    async byKey(key: string): Promise<Site | null> {
      const row = await rows().where('key', '=', key).executeTakeFirst();
      return row === undefined ? null : toSite(row);
    },

    async byId(id: string): Promise<Site | null> {
      const row = await rows().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSite(row);
    },

    async all(): Promise<Site[]> {
      return (await rows().orderBy('created_at').execute()).map(toSite);
    },

    /** Adds a site, or changes the one that has this key already. */
    async save(site: NewSite): Promise<Site> {
      const values = {
        key: site.key ?? `pk_${randomBytes(12).toString('hex')}`,
        title: site.title,
        answered_by: site.answeredBy,
        allowed_origins: [...site.allowedOrigins],
        bot: JSON.stringify(site.bot),
        ...(site.limits === undefined ? {} : { limits: JSON.stringify(site.limits) }),
        ...(site.policy === undefined ? {} : { policy: JSON.stringify(site.policy) }),
        ...(site.notify === undefined ? {} : { notify: JSON.stringify(site.notify) }),
        ...(site.routing === undefined ? {} : { routing: JSON.stringify(site.routing) }),
        ...(site.hours === undefined ? {} : { hours: JSON.stringify(site.hours) }),
        ...(site.promises === undefined ? {} : { promises: JSON.stringify(site.promises) }),
        ...(site.feedback === undefined ? {} : { feedback: JSON.stringify(site.feedback) }),
        suggestions: [...site.suggestions],
      };
      const row = await db
        .insertInto('sites')
        .values({ ...values, id: randomUUID(), created_at: Date.now() })
        .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
        .returning(columns)
        .executeTakeFirstOrThrow();
      return toSite(row);
    },

    /** Servers look at the live guidance again: another rate may mean other answers. */
    async setGuidance(id: string, guidance: GuidanceRules): Promise<void> {
      await db
        .updateTable('sites')
        .set((row) => ({
          guidance: JSON.stringify(guidance),
          guidance_revision: row('guidance_revision', '+', 1),
        }))
        .where('id', '=', id)
        .execute();
    },

    /** Servers look at the live guidance again, and at who confirms it. */
    async setJudge(id: string, judge: SiteJudge | null): Promise<void> {
      await db
        .updateTable('sites')
        .set((row) => ({
          judge: judge === null ? null : JSON.stringify(judge),
          guidance_revision: row('guidance_revision', '+', 1),
        }))
        .where('id', '=', id)
        .execute();
    },

    async setNotify(id: string, notify: NotifyPlan): Promise<void> {
      await db
        .updateTable('sites')
        .set({ notify: JSON.stringify(notify) })
        .where('id', '=', id)
        .execute();
    },

    /** Identities signed with the one before are refused from now on. @returns the new secret */
    async makeIdentitySecret(id: string): Promise<string> {
      const secret = `his_${randomBytes(32).toString('base64url')}`;
      await db.updateTable('sites').set({ identity_secret: secret }).where('id', '=', id).execute();
      return secret;
    },

    async setHours(id: string, hours: SiteHours): Promise<void> {
      await db
        .updateTable('sites')
        .set({ hours: JSON.stringify(hours) })
        .where('id', '=', id)
        .execute();
    },
  };
}

export type Sites = ReturnType<typeof createSites>;

interface SiteRow {
  id: string;
  key: string;
  title: string;
  answered_by: string;
  allowed_origins: string[];
  bot: SiteBot;
  limits: BotLimits;
  policy: PolicyChoices;
  notify: Partial<NotifyPlan>;
  routing: Partial<RoutingRules>;
  hours: Partial<SiteHours>;
  promises: Partial<PromiseRules>;
  guidance: Partial<GuidanceRules>;
  feedback: Partial<FeedbackRules>;
  judge: SiteJudge | null;
  suggestions: string[];
  identity_secret: string | null;
}

const toSite = (row: SiteRow): Site => ({
  id: row.id,
  key: row.key,
  title: row.title,
  answeredBy: row.answered_by,
  allowedOrigins: row.allowed_origins,
  bot: row.bot,
  limits: row.limits,
  policy: policyOf(row.policy),
  notify: { ...defaultNotifyPlan, ...row.notify },
  routing: { ...defaultRouting, ...row.routing },
  hours: { ...noHours, ...row.hours },
  promises: { ...defaultPromiseRules, ...row.promises },
  guidance: { ...defaultGuidanceRules, ...row.guidance },
  feedback: { ...defaultFeedbackRules, ...row.feedback },
  judge: row.judge,
  suggestions: row.suggestions,
  identitySecret: row.identity_secret,
});
