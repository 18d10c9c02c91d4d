import type { GuidanceScope } from '../../protocol/guidance.ts';
import type { CalledBot } from '../bots/create.ts';
import type { Limits } from '../bots/limits.ts';
import type { Outbound } from '../bots/outbound.ts';
import type { Asker } from '../domain/guidance.ts';
import { type LookedUp, shelved } from '../plugins/guidance-lookup.ts';
import { createConfirmer, createOpenAiJudge, type Judge } from '../retrieval/judge.ts';
import type { SiteMatchers } from '../retrieval/site-matcher.ts';
import type { LiveGuidance } from '../store/live-guidance.ts';
import type { KeptCase } from '../store/replay-cases.ts';
import type { Site } from '../store/sites.ts';
import type { Store } from '../store/store.ts';
import { type BotAsker, createBotAsker, type NotAskable, whyNotAskable } from './bot-asker.ts';

/** What a replay needs of the world. */
export interface ReplayWorld {
  readonly store: Pick<Store, 'liveGuidance' | 'replayCases' | 'replays'>;
  readonly call: Outbound;
  readonly limits: Limits;
  /** As long as a judging model may take live: one that is slower confirms nothing there either. */
  readonly confirmWithinMs: number;
  readonly createMatcher: SiteMatchers;
}

/** Which guidance is tried: one, in one version (null: the live one, else what is proposed, else the newest); null: all. */
export type Tried = { readonly id: string; readonly version: number | null } | null;

/** A site's guidance and bot, ready to be tried. */
export interface Prepared {
  readonly site: Site;
  readonly tried: readonly LiveGuidance[];
  readonly cases: ReadonlyMap<string, KeptCase>;
  readonly lookedUp: LookedUp;
  readonly judge: Judge | null;
  readonly bot: BotAsker;
}

/**
 * Makes everything ready, the index of the site's guidance among it: for thousands of them that takes seconds.
 * @returns why it cannot be tried
 */
export async function prepare(
  { store, call, limits, confirmWithinMs, createMatcher }: ReplayWorld,
  site: Site,
  tried: Tried,
): Promise<Prepared | NotAskable | 'not_found'> {
  const why = whyNotAskable(site);
  if (why !== null) return why;
  const live = await store.liveGuidance.ofSite(site.id);
  const one = tried === null ? null : await store.replayCases.version(site.id, tried.id, tried.version);
  if (tried !== null && one === null) return 'not_found';
  // As it would be if this one was approved now.
  const all = one === null ? live : [...live.filter(({ id }) => id !== one.id), one];
  const [past, cases] = await Promise.all([
    store.liveGuidance.past(site.id),
    store.replayCases.of((one === null ? live : [one]).map(({ id }) => id)),
  ]);
  const guidances = all.map(({ id, examples }) => ({ id, examples }));
  const { falseApply } = site.guidance;
  // At a rate of nothing only the very questions of the examples get it, here as live.
  const matcher = falseApply > 0 ? await createMatcher({ guidances, ...past, falseApply }) : null;
  const judge = site.judge === null ? null : createOpenAiJudge(site.judge, { call });
  const confirmer = judge === null ? null : createConfirmer(judge, site.judge?.band ?? 0, confirmWithinMs);
  return {
    site,
    tried: one === null ? live : [one],
    cases,
    lookedUp: { ...shelved(all), matcher, confirmer },
    judge,
    // Looked at above.
    bot: createBotAsker({ ...site, bot: site.bot as CalledBot }, { call, limits }),
  };
}

/** Somebody whom a guidance concerns, as nobody in particular asks. */
export function askerFor({ languages, traits, from, until }: GuidanceScope, now: number): Asker {
  const begun = Math.max(now, from ?? now);
  return {
    language: languages?.[0] ?? null,
    traits: traits ?? null,
    now: until === undefined ? begun : Math.min(begun, until - 1),
  };
}
