import type { Site } from '../store/sites.ts';
import { type Command, needed, noteSiteSaved, optionsOf, UsageError } from './command.ts';
import { aboutBot, addressAdvice, botOf, botOptions, botUsage, limitsIn } from './site-bot.ts';

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

export const addSite: Command = {
  options: `--title TEXT --answered-by TEXT [--origin URL …] [--suggestion TEXT …] [--key pk_…]
      ${botUsage}`,
  about:
    'Adds a site, or changes the one with this key. Without --bot, the bot is a function in the page.\n' +
    '      Each text of the bot may be @FILE instead, to be read from a file. Limits that are not given stay.',
  async run({ store, config, print }, args) {
    const options = optionsOf(args, {
      title: { type: 'string' },
      'answered-by': { type: 'string' },
      ...botOptions,
      origin: { type: 'string', multiple: true },
      suggestion: { type: 'string', multiple: true },
      key: { type: 'string' },
    });
    const { title, 'answered-by': answeredBy, origin, suggestion = [], key, ...bot } = options;
    if (key !== undefined && !keyPattern.test(key)) {
      throw new UsageError('--key must be pk_ and then letters, digits or _, 60 at most.');
    }
    if (suggestion.length > 4) throw new UsageError('--suggestion can be given four times at most.');
    const limits = limitsIn(bot);
    const site = await store.sites.save({
      ...(key === undefined ? {} : { key }),
      title: needed(title, 'title', 80),
      answeredBy: needed(answeredBy, 'answered-by', 80),
      allowedOrigins: (origin ?? []).map(originOf),
      bot: botOf(bot),
      ...(limits === undefined ? {} : { limits }),
      suggestions: suggestion.map((text) => needed(text, 'suggestion', 120)),
    });
    await noteSiteSaved({ store }, site, 'site');
    const server = config.publicUrl ?? `http://localhost:${config.port}`;
    print(`Site ${site.key} "${site.title}"`);
    print(`  ${originsOf(site)}`);
    for (const line of aboutBot(site.bot)) print(`  ${line}`);
    const advice = site.bot.kind === 'page' ? null : await addressAdvice(site.bot.url, config.outboundAllow);
    if (advice !== null) print(`  ${advice}`);
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
      const bot = site.bot.kind === 'page' ? 'a function in the page' : `${site.bot.url} (${site.bot.kind})`;
      print(`${site.key}  "${site.title}"  bot: ${bot}  ${originsOf(site)}`);
    }
  },
};
