import type { Bot } from '../../../protocol/bot.ts';
import { type Breaker, type BreakerSettings, type BreakerState, createBreaker } from '../../bots/breaker.ts';
import { type CalledBot, createBot } from '../../bots/create.ts';
import { type Limits, limitsOf } from '../../bots/limits.ts';
import type { BotSurroundings } from '../../bots/surroundings.ts';
import type { Site } from '../../store/sites.ts';

/** The bot of a site with what holds for it. */
export interface SiteBotInUse {
  readonly bot: Bot;
  readonly limits: Limits;
  readonly breaker: Breaker;
}

export interface SiteBotSettings extends BotSurroundings {
  /** Of the installation; a site may have its own. */
  readonly limits: Limits;
  readonly breaker: BreakerSettings;
  /** Called when a bot is first used, and with each change. */
  readonly onCircuit: (site: Site, state: BreakerState, isChange: boolean) => void;
}

/** The bots of this process's sites, one each: what is known of a bot's health outlives the turn. */
export function createSiteBots({ call, session, limits: installation, breaker, onCircuit }: SiteBotSettings) {
  const inUse = new Map<string, SiteBotInUse & { readonly settings: string }>();

  /** @returns null for a bot in the page, which nobody calls */
  return (site: Site): SiteBotInUse | null => {
    if (site.bot.kind === 'page') return null;
    // A bot that was changed is another one, and gets a chance of its own.
    const settings = JSON.stringify([site.bot, site.limits]);
    const known = inUse.get(site.id);
    if (known?.settings === settings) return known;
    const limits = limitsOf(site.limits, installation);
    const limited: BotSurroundings['call'] = (url, request) =>
      call(url, { maxBytes: limits.maxBytes, ...request });
    const bot: CalledBot = site.bot;
    const made = {
      settings,
      limits,
      bot: createBot(bot, { call: limited, session }),
      breaker: createBreaker(breaker, (state) => onCircuit(site, state, true)),
    };
    inUse.set(site.id, made);
    onCircuit(site, 'closed', false);
    return made;
  };
}
