import { operator } from '../store/audit-log.ts';
import { agentWith, roleOf, serverUrl, sitesOf } from './agents.ts';
import { type Command, needed, optionsOf, UsageError } from './command.ts';

export const inviteAgent: Command = {
  options: '--name TEXT --email ADDRESS --site pk_… [--site pk_…] [--role agent|lead|product|admin]',
  about: 'Prints a link by which somebody joins these sites, once, within seven days (docs/people.md).',
  async run(context, args) {
    const options = optionsOf(args, {
      name: { type: 'string' },
      email: { type: 'string' },
      site: { type: 'string', multiple: true },
      role: { type: 'string' },
    });
    const name = needed(options.name, 'name', 80);
    const email = needed(options.email, 'email', 200).toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`--email ${email} is no e-mail address.`);
    const role = roleOf(options.role ?? 'agent');
    const siteIds = (await sitesOf(context, options.site)).map(({ id }) => id);
    const url = serverUrl(context);
    const given = { name, email, role, siteIds };
    const made = await context.store.invitations.make(given, operator, Date.now());
    if ('refused' in made) {
      throw new UsageError(
        made.refused === 'already_there'
          ? `${email} is at one of these sites already, or is invited.`
          : 'There are as many open invitations as there may be.',
      );
    }
    context.print(`Pass this link on to ${name}; it works once, for seven days:`);
    context.print(`  ${url}/console/invitation#${made.secret}`);
  },
};

export const agentTwoFactorOff: Command = {
  options: '--email ADDRESS',
  about: 'Turns two-factor off, for who has lost both their app and their backup codes.',
  async run(context, args) {
    const email = needed(optionsOf(args, { email: { type: 'string' } }).email, 'email', 200).toLowerCase();
    const { id, name, siteIds } = await agentWith(context, email);
    if (!(await context.store.people.endTwoFactor(id))) {
      context.print(`${name} <${email}> has no two-factor on.`);
      return;
    }
    await context.store.auditLog.addByOperator('agent.two_factor_off', { kind: 'agent', id }, siteIds);
    context.print(`${name} <${email}>  two-factor off; the password alone signs them in.`);
  },
};
