import { factTypes, maxWebhookUrl } from '../../protocol/webhooks.ts';
import { createAddressRule, refusedAddress, webUrl } from '../bots/addresses.ts';
import { audience } from '../domain/audience.ts';
import type { Site } from '../store/sites.ts';
import { mostWebhooksPerSite, type StoredWebhook } from '../store/webhooks.ts';
import { type Command, type CommandContext, needed, optionsOf, siteWith, UsageError } from './command.ts';

const text = { type: 'string' } as const;
const options = {
  site: text,
  id: text,
  url: text,
  fact: { type: 'string', multiple: true },
  conversation: text,
  since: text,
  failed: { type: 'boolean' },
} as const;
type Given = ReturnType<typeof optionsOf<typeof options>>;

const publicTypes = factTypes.filter((type) => audience({ type }) === 'everyone');
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws UsageError */
function typesOf(given: Given['fact']): StoredWebhook['types'] {
  if (given === undefined) return null;
  return given.map((name) => {
    const type = publicTypes.find((one) => one === name);
    if (type !== undefined) return type;
    throw new UsageError(`--fact ${name} must be one of ${publicTypes.join(', ')}.`);
  });
}

/** @throws UsageError for one of another site, too */
async function webhookOf({ store }: CommandContext, site: Site, given: Given): Promise<StoredWebhook> {
  const id = needed(given.id, 'id', 36);
  const found = uuid.test(id) ? await store.webhooks.byId(id) : null;
  if (found === null || found.siteId !== site.id) {
    throw new UsageError(`This site has no webhook ${id}; "handrail site webhook list" shows them.`);
  }
  return found;
}

const about = ({ id, url, types, paused }: StoredWebhook) =>
  `${id}  ${paused === null ? 'on' : `paused (${paused})`}  ${url}  ${types === null ? 'all facts' : types.join(', ')}`;

const verbs: Readonly<Record<string, (context: CommandContext, site: Site, given: Given) => Promise<void>>> =
  {
    async list({ store, print }, site) {
      const all = await store.webhooks.ofSites([site.id]);
      if (all.length === 0) print(`${site.key} has no webhooks.`);
      for (const webhook of all) print(about(webhook));
    },

    async add({ store, print, config }, site, given) {
      const address = needed(given.url, 'url', maxWebhookUrl);
      const url = webUrl(address);
      if (typeof url === 'string') throw new UsageError(`--url ${address} ${url}.`);
      const added = { siteId: site.id, url: address, types: typesOf(given.fact) };
      const webhook = await store.webhooks.add(added, Date.now());
      if (webhook === null) throw new UsageError(`A site has ${mostWebhooksPerSite} webhooks at most.`);
      print(about(webhook));
      print(`What is sent is signed with the secret ${webhook.secret} (shown this once).`);
      const refused = await refusedAddress(url, createAddressRule(config.outboundAllow));
      if (refused === null) return;
      print(`${url.host} leads to ${refused}, which is not a public address: it will not be called.`);
      print(`  Start the server with OUTBOUND_ALLOW=${refused} if that is meant.`);
    },

    async pause(context, site, given) {
      const { id } = await webhookOf(context, site, given);
      await context.store.webhooks.pause(id, 'you', Date.now());
      context.print('Paused. What happens meanwhile is sent once it is resumed.');
    },

    async resume(context, site, given) {
      const { id } = await webhookOf(context, site, given);
      await context.store.webhooks.resume(id, Date.now());
      context.print('On again. The server goes on with it within a minute.');
    },

    async secret(context, site, given) {
      const { id } = await webhookOf(context, site, given);
      const secret = await context.store.webhooks.rotateSecret(id, Date.now());
      context.print(`The new secret is ${secret} (shown this once). For a day the one before signs, too.`);
    },

    async remove(context, site, given) {
      const { id } = await webhookOf(context, site, given);
      await context.store.webhooks.remove(id);
      context.print('Removed.');
    },

    async replay(context, site, given) {
      const { id } = await webhookOf(context, site, given);
      const count = await replay(context, id, given);
      context.print(`${count} conversations are sent again. The server begins within a minute.`);
    },
  };

/** @throws UsageError */
async function replay({ store }: CommandContext, id: string, given: Given): Promise<number> {
  const { conversation, since, failed } = given;
  const now = Date.now();
  if ([conversation, since, failed].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('Give one of --failed, --conversation ID or --since TIME.');
  }
  if (failed === true) return store.webhookCursors.replayFailed(id, now);
  if (since !== undefined) {
    const from = Date.parse(since);
    if (Number.isNaN(from))
      throw new UsageError(`--since ${since} must be a time such as 2026-11-26T09:00Z.`);
    return store.webhookCursors.replayRange(id, from, now + 1, now);
  }
  const wanted = needed(conversation, 'conversation', 36);
  const count = uuid.test(wanted) ? await store.webhookCursors.replayConversation(id, wanted, 0, now) : 0;
  if (count === 0) throw new UsageError(`This site has no conversation ${wanted}.`);
  return count;
}

export const siteWebhook: Command = {
  options: `list|add|pause|resume|secret|remove|replay --site pk_… [--id ID]
      [--url URL [--fact TYPE …]] [--failed | --conversation ID | --since TIME]`,
  about: 'Sends the facts of a site to an address of yours, signed (docs/webhooks.md).',
  async run(context, [verb = '', ...args]) {
    const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (act === undefined) {
      throw new UsageError(`site webhook must be followed by ${Object.keys(verbs).join(', ')}.`);
    }
    const given = optionsOf(args, options);
    const site = await siteWith(context, given.site);
    await act(context, site, given);
  },
};
