import { uuidPattern } from '../../protocol/ids.ts';
import { operator } from '../store/audit-log.ts';
import type { Named } from '../store/erasures.ts';
import { type Command, needed, optionsOf, siteWith, UsageError } from './command.ts';
import { plural } from './progress.ts';

const isUuid = new RegExp(uuidPattern);

/** @throws UsageError unless there is exactly one */
function nameIn(given: { id?: string; email?: string; conversation?: string }): Named {
  const names: Named[] = [];
  if (given.id !== undefined) names.push({ externalId: needed(given.id, 'id', 255) });
  if (given.email !== undefined) names.push({ email: needed(given.email, 'email', 200) });
  if (given.conversation !== undefined) {
    if (!isUuid.test(given.conversation)) throw new UsageError('--conversation is no id of a conversation.');
    names.push({ conversationId: given.conversation });
  }
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) {
    throw new UsageError('Say who by one of --id, --email and --conversation.');
  }
  return name;
}

export const eraseCustomer: Command = {
  options: '--site pk_… (--id ID | --email ADDRESS | --conversation ID) [--yes]',
  about:
    'Erases a customer with everything they said, for good; without --yes says what it would erase. --id is your\n' +
    '      own id of a verified customer (docs/erasure.md).',
  async run({ store, print }, args) {
    const given = optionsOf(args, {
      site: { type: 'string' },
      id: { type: 'string' },
      email: { type: 'string' },
      conversation: { type: 'string' },
      yes: { type: 'boolean' },
    });
    const site = await siteWith({ store }, given.site);
    const customers = await store.erasures.named(site.id, nameIn(given));
    if (customers.length === 0) throw new UsageError(`${site.title} has no such customer.`);
    let conversations = 0;
    for (const id of customers) {
      if (given.yes !== true) {
        conversations += await store.erasures.conversationsOf(id);
        continue;
      }
      const by = { at: Date.now(), by: operator, action: 'customer.erased' } as const;
      const erasure = await store.erasures.erase(id, null, by);
      // Erased by somebody else meanwhile: as it should be.
      if (erasure !== null && erasure !== 'changed') conversations += erasure.conversationIds.length;
    }
    const what = `${plural(customers.length, 'customer')} with ${plural(conversations, 'conversation')}`;
    print(given.yes === true ? `Erased: ${what}.` : `Would erase: ${what}. Say --yes to do it.`);
  },
};
