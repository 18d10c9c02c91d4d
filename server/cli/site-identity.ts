import { type Command, noteSiteSaved, optionsOf, siteWith, UsageError } from './command.ts';

export const siteIdentity: Command = {
  options: '--site pk_… [--rotate]',
  about:
    'Makes the secret with which your backend says who a customer is, and shows it once (docs/identity.md).',
  async run({ store, print }, args) {
    const given = optionsOf(args, { site: { type: 'string' }, rotate: { type: 'boolean' } });
    const site = await siteWith({ store }, given.site);
    if (site.identitySecret !== null && given.rotate !== true) {
      throw new UsageError(
        `${site.key} has an identity secret, which is not shown again; --rotate makes another one.`,
      );
    }
    const secret = await store.sites.makeIdentitySecret(site.id);
    await noteSiteSaved({ store }, site, 'identity');
    print(`The identity secret of ${site.key} is ${secret} (shown this once).`);
    print('  Keep it in your backend: whoever has it can be any of your customers here.');
    if (site.identitySecret !== null) print('  What the one before has signed is refused from now on.');
  },
};
