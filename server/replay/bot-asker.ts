import { randomUUID } from 'node:crypto';
import type { Hint } from '../../protocol/bot.ts';
import type { BotError } from '../bots/bot-error.ts';
import { createBreaker, type Verdict } from '../bots/breaker.ts';
import { collectReply } from '../bots/collect.ts';
import { type CalledBot, createBot } from '../bots/create.ts';
import { type Limits, limitsOf } from '../bots/limits.ts';
import type { Outbound } from '../bots/outbound.ts';
import type { BotSession } from '../bots/surroundings.ts';
import type { Site } from '../store/sites.ts';

/** Every request of a replay carries it, whatever the bot's dialect: owners tell by it that no customer asks. */
export const replayHeader = 'handrail-replay';
/** By this header of its answer a bot may say which version it is. */
export const versionHeader = 'handrail-bot-version';

/** Longest that one answer is waited for, ms: a run of many questions must come to an end. */
const answerWithinMs = 30_000;
/** Outages in a row after which a bot counts as down for the rest of the run. */
const mostOutages = 3;
const longerThanAnyRunMs = 24 * 60 * 60 * 1_000;

/** What stands for an answer without words. */
export const wordless = {
  person: '[A person is asked for]',
  unknown: '[The bot says that it does not know]',
} as const;

/** Why a site's bot cannot be asked from here. */
export type NotAskable = 'bot_in_page' | 'bot_calls_back';

export const notAskableWords: Readonly<Record<NotAskable, string>> = {
  bot_in_page:
    'The bot of this site is a function in the page: only a browser can ask it, so it cannot be replayed.',
  bot_calls_back:
    'The bot of this site answers into a conversation, as bots for Chatwoot do: a replay has none, so it cannot be replayed.',
};

/** @returns null: it can be asked */
export function whyNotAskable({ bot }: Pick<Site, 'bot'>): NotAskable | null {
  if (bot.kind === 'page') return 'bot_in_page';
  return bot.kind === 'chatwoot' ? 'bot_calls_back' : null;
}

export type Answer = { readonly text: string } | { readonly failure: string };

export interface BotAsker {
  /** Asks in a conversation of its own, of which nothing is kept. Never throws but the reason of `signal`. */
  ask(
    question: string,
    given: { hint: Hint | null; language: string | null },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** The version that the bot has said it is; null: it has not. */
  version(): string | null;
}

/**
 * The bot of a site, asked through its adapter as it is for customers, but for no customer: nobody's id, no history, no
 * page, a session that is forgotten.
 */
export function createBotAsker(
  site: Pick<Site, 'key' | 'limits'> & { readonly bot: CalledBot },
  { call, limits: installation }: { readonly call: Outbound; readonly limits: Limits },
): BotAsker {
  const own = limitsOf(site.limits, installation);
  const limits = {
    maxBytes: own.maxBytes,
    totalMs: Math.min(own.totalMs, answerWithinMs),
    firstByteMs: Math.min(own.firstByteMs, answerWithinMs),
  };
  let version: string | null = null;
  const marked: Outbound = async (url, request) => {
    const headers = { ...request.headers, [replayHeader]: '1' };
    const response = await call(url, { maxBytes: limits.maxBytes, ...request, headers });
    version = versionIn(response) ?? version;
    return response;
  };
  const bot = createBot(site.bot, { call: marked, session: createForgottenSession() });
  // Waits for nothing that is down: the next one in line would only wait as long again.
  const breaker = createBreaker({ failures: mostOutages, waitMs: longerThanAnyRunMs }, () => undefined);

  return {
    version: () => version,
    async ask(question, { hint, language }, signal) {
      let answer: Answer = { failure: 'unreachable' };
      await breaker.run(async (): Promise<Verdict> => {
        let isOutage = false;
        const turn = {
          version: 1 as const,
          site: site.key,
          conversation: randomUUID(),
          turn: 1,
          text: question,
          history: [],
          customer: { id: randomUUID(), ...(language === null ? {} : { language }) },
          replay: true as const,
          ...(hint === null ? {} : { hint }),
        };
        const onFailure = (error: BotError) => {
          isOutage = error.isOutage;
        };
        const end = await collectReply(bot, turn, limits, signal, () => undefined, onFailure);
        signal.throwIfAborted();
        answer = end.failure === null ? { text: textOf(end) } : { failure: end.failure };
        return isOutage ? 'outage' : 'fine';
      });
      return answer;
    },
  };
}

function textOf({
  text,
  handoff,
  outcome,
}: {
  text: string;
  handoff: string | null;
  outcome: string;
}): string {
  if (text.trim() !== '') return text;
  return handoff === null && outcome === 'unknown' ? wordless.unknown : wordless.person;
}

const versionIn = ({ headers }: Response): string | null =>
  /^[!-~]+(?: [!-~]+)*$/.exec(headers.get(versionHeader)?.trim().slice(0, 80) ?? '')?.[0] ?? null;

/** What an adapter remembers between the turns of a conversation, for as long as this process. */
function createForgottenSession(): BotSession {
  const sessions = new Map<string, Record<string, unknown>>();
  return {
    read: async (id) => sessions.get(id) ?? {},
    write: async (id, data) => void sessions.set(id, data),
    // Only bots that answer into a conversation have numbers, and those are not asked.
    numberOf: async () => 0,
  };
}
