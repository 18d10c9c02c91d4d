import { randomBytes } from 'node:crypto';
import type { SiteBot } from '../store/schema.ts';
import type { Site } from '../store/sites.ts';
import { type Command, needed, optionsOf, UsageError } from './command.ts';

const keyPattern = /^pk_[A-Za-z0-9_]{1,60}$/;

/** An origin as browsers send it. @throws UsageError for anything with a path, or no web address at all */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '');
  if (url === null || !isOrigin) {
    throw new UsageError(`--origin ${text} must be scheme and host alone, such as https://www.example.com`);
  }
  return url.origin;
}

/** @throws UsageError */
function botOf(url: string | undefined, secret: string | undefined): SiteBot {
  if (url === undefined) return { kind: 'page' };
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError(`--bot ${url} must be the http or https address that your bot answers on.`);
  }
  if (secret !== undefined && secret.length < 16) {
    throw new UsageError('--bot-secret must have 16 characters or more; leave it out to have one made.');
  }
  return { kind: 'http', url, secret: secret ?? randomBytes(32).toString('hex') };
}

export const addSite: Command = {
  options:
    '--title TEXT --answered-by TEXT [--bot URL [--bot-secret TEXT]] [--origin URL …] [--suggestion TEXT …] [--key pk_…]',
  about: 'Adds a site, or changes the one with this key. Without --bot, the bot is a function in the page.',
  async run({ store, config, print }, args) {
    const options = optionsOf(args, {
      title: { type: 'string' },
      'answered-by': { type: 'string' },
      bot: { type: 'string' },
      'bot-secret': { type: 'string' },
      origin: { type: 'string', multiple: true },
      suggestion: { type: 'string', multiple: true },
      key: { type: 'string' },
    });
    const { key, suggestion = [] } = options;
    if (key !== undefined && !keyPattern.test(key)) {
      throw new UsageError('--key must be pk_ and then letters, digits or _, 60 at most.');
    }
    if (suggestion.length > 4) throw new UsageError('--suggestion can be given four times at most.');
    const site = await store.sites.save({
      ...(key === undefined ? {} : { key }),
      title: needed(options.title, 'title', 80),
      answeredBy: needed(options['answered-by'], 'answered-by', 80),
      allowedOrigins: (options.origin ?? []).map(originOf),
      bot: botOf(options.bot, options['bot-secret']),
      suggestions: suggestion.map((text) => needed(text, 'suggestion', 120)),
    });
    const server = config.publicUrl ?? `http://localhost:${config.port}`;
    print(`Site ${site.key} "${site.title}"`);
    print(`  ${originsOf(site)}`);
    if (site.bot.kind === 'http') print(`  Bot ${site.bot.url}, signed with the secret ${site.bot.secret}`);
    else print('  Bot: a function in the page');
    print('  Embed it:');
    print(`  <script async src="${server}/handrail.js" data-site="${site.key}"></script>`);
  },
};

const originsOf = (site: Site) =>
  site.allowedOrigins.length === 0
    ? 'May be used on this machine only; --origin allows a site of yours.'
    : `May be used from ${site.allowedOrigins.join(', ')}`;

export const listSites: Command = {
  options: '',
  about: 'Lists the sites.',
  async run({ store, print }, args) {
    optionsOf(args, {});
    const sites = await store.sites.all();
    if (sites.length === 0) print('No site yet; "handrail site add" makes one.');
    for (const site of sites) {
      const bot = site.bot.kind === 'http' ? site.bot.url : 'a function in the page';
      print(`${site.key}  "${site.title}"  bot: ${bot}  ${originsOf(site)}`);
    }
  },
};
