import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAddressRule, refusedAddress, webUrl } from '../bots/addresses.ts';
import { type Limits, limitBounds } from '../bots/limits.ts';
import type { BotLimits, SiteBot } from '../store/schema.ts';
import { UsageError } from './command.ts';

const text = { type: 'string' } as const;

/** Options of `site add` that say what the bot is. */
export const botOptions = {
  bot: text,
  'bot-kind': text,
  'bot-secret': text,
  'bot-token': text,
  'bot-key': text,
  'bot-model': text,
  'bot-instructions': text,
  'bot-first-byte-ms': text,
  'bot-total-ms': text,
  'bot-max-bytes': text,
};
type Given = { readonly [K in keyof typeof botOptions]?: string | undefined };

export const botUsage = `[--bot URL [--bot-kind http|openai|rasa|botframework|chatwoot|dialogflow]
          [--bot-secret TEXT] [--bot-token TEXT] [--bot-key TEXT] [--bot-model TEXT] [--bot-instructions TEXT]
          [--bot-first-byte-ms N] [--bot-total-ms N] [--bot-max-bytes N]]`;

/** What each kind takes besides its address; `made`: one is made if it is left out. */
const takes: Readonly<
  Record<string, Readonly<Partial<Record<keyof Given, 'needed' | 'made' | 'optional'>>>>
> = {
  http: { 'bot-secret': 'made' },
  openai: { 'bot-key': 'optional', 'bot-model': 'needed', 'bot-instructions': 'optional' },
  rasa: { 'bot-token': 'optional' },
  botframework: { 'bot-secret': 'needed' },
  chatwoot: { 'bot-token': 'made', 'bot-secret': 'made' },
  dialogflow: { 'bot-token': 'optional' },
};
const everyKind = ['bot', 'bot-kind', 'bot-first-byte-ms', 'bot-total-ms', 'bot-max-bytes'];
const longestText = 20_000;

/** The bot that these options describe. @throws UsageError */
export function botOf(given: Given): SiteBot {
  const url = given.bot;
  const names = Object.keys(given).filter((name) => given[name as keyof Given] !== undefined);
  if (url === undefined) {
    const [extra] = names;
    if (extra !== undefined) throw new UsageError(`--${extra} needs --bot, the address of your bot.`);
    return { kind: 'page' };
  }
  const checked = webUrl(url);
  if (typeof checked === 'string') {
    throw new UsageError(`--bot ${url} ${checked}; give the http or https address that your bot answers on.`);
  }
  const kind = given['bot-kind'] ?? 'http';
  const wanted = Object.hasOwn(takes, kind) ? takes[kind] : undefined;
  if (wanted === undefined)
    throw new UsageError(`--bot-kind must be one of ${Object.keys(takes).join(', ')}.`);
  const extra = names.find((name) => !everyKind.includes(name) && !Object.hasOwn(wanted, name));
  if (extra !== undefined) throw new UsageError(`--${extra} is not for bots of the kind ${kind}.`);
  const value = (name: keyof Given): string | null => {
    const said = given[name];
    if (said !== undefined) return contentOf(name, said);
    if (wanted[name] === 'needed')
      throw new UsageError(`--${name} is missing: bots of the kind ${kind} need it.`);
    return wanted[name] === 'made' ? randomBytes(32).toString('hex') : null;
  };
  const own = (name: 'bot-secret' | 'bot-token'): string => {
    const said = value(name) ?? '';
    if (said.length >= 16) return said;
    throw new UsageError(`--${name} must have 16 characters or more; leave it out to have one made.`);
  };
  switch (kind) {
    case 'openai': {
      const [key, model, instructions] = [value('bot-key'), value('bot-model'), value('bot-instructions')];
      return { kind, url, key: key ?? '', model: model ?? '', instructions: instructions ?? '' };
    }
    case 'rasa':
    case 'dialogflow':
      return { kind, url, token: value('bot-token') };
    case 'botframework':
      return { kind, url, secret: value('bot-secret') ?? '' };
    case 'chatwoot':
      return { kind, url, token: own('bot-token'), secret: own('bot-secret') };
    default:
      return { kind: 'http', url, secret: own('bot-secret') };
  }
}

/** The text itself, or what the file behind an @ holds: keys need not stand in the list of processes. */
export function contentOf(name: string, said: string): string {
  const content = said.startsWith('@') ? readFileSync(said.slice(1), 'utf8').trim() : said;
  if (content.trim() === '') throw new UsageError(`--${name} is empty.`);
  if (content.length > longestText)
    throw new UsageError(`--${name} is longer than ${longestText} characters.`);
  return content;
}

const limitOptions: { readonly [K in keyof Limits]: keyof Given } = {
  firstByteMs: 'bot-first-byte-ms',
  totalMs: 'bot-total-ms',
  maxBytes: 'bot-max-bytes',
};

/** The limits that these options set; undefined leaves the site's as they are. @throws UsageError */
export function limitsIn(given: Given): BotLimits | undefined {
  const limits = Object.entries(limitOptions).flatMap(([limit, option]) => {
    const said = given[option];
    if (said === undefined) return [];
    const [least, most] = limitBounds[limit as keyof Limits];
    const number = /^\d{1,10}$/.test(said) ? Number(said) : Number.NaN;
    if (!(number >= least && number <= most)) {
      throw new UsageError(`--${option} must be a whole number from ${least} to ${most}.`);
    }
    return [[limit, number]];
  });
  return limits.length === 0 ? undefined : Object.fromEntries(limits);
}

/** The bot in a line or two, with what its own side must be told. */
export function aboutBot(bot: SiteBot): string[] {
  switch (bot.kind) {
    case 'page':
      return ['Bot: a function in the page'];
    case 'http':
      return [`Bot ${bot.url}, signed with the secret ${bot.secret}`];
    case 'openai':
      return [`Bot ${bot.url} (openai), model ${bot.model}${bot.key === '' ? ', without a key' : ''}`];
    case 'chatwoot':
      return [
        `Bot ${bot.url} (chatwoot), signed with the secret ${bot.secret}`,
        `It calls us at our own address, account 1, with the api_access_token ${bot.token}`,
      ];
    default:
      return [`Bot ${bot.url} (${bot.kind})`];
  }
}

/** What to do if the server would refuse to call this address as it is configured here; null if it would not. */
export async function addressAdvice(address: string, allowed: readonly string[]): Promise<string | null> {
  const url = new URL(address);
  const refused = await refusedAddress(url, createAddressRule(allowed));
  if (refused === null) return null;
  return (
    `${url.host} leads to ${refused}, which is not a public address: the server will not call it.\n` +
    `  Start the server with OUTBOUND_ALLOW=${refused} if that is meant.`
  );
}
