import type { Role } from '../../protocol/agent.ts';
import { roles, rolesThatMay } from '../domain/permissions.ts';
import type { Agent } from '../store/agents.ts';
import { operator } from '../store/audit-log.ts';
import type { Site } from '../store/sites.ts';
import { type Command, type CommandContext, needed, optionsOf, siteWith, UsageError } from './command.ts';

/** Where the one-time link leads. @throws UsageError if the port is only known to the running server */
export function serverUrl({ config }: CommandContext): string {
  if (config.publicUrl !== null) return config.publicUrl;
  if (config.port === 0) throw new UsageError('Set PORT or PUBLIC_URL to what the server uses.');
  return `http://localhost:${config.port}`;
}

/** @throws UsageError for what is no role */
export function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role === undefined) throw new UsageError(`--role ${text} is not one of ${roles.join(', ')}.`);
  return role;
}

/** @throws UsageError if nobody has this address */
export async function agentWith({ store }: CommandContext, email: string): Promise<Agent> {
  const agent = await store.agents.byEmail(email);
  if (agent !== null) return agent;
  throw new UsageError(`No agent has the address ${email}; "handrail agent list" shows them.`);
}

/** @throws UsageError for a key that no site has, or without any */
export async function sitesOf(context: CommandContext, keys: readonly string[] = []): Promise<Site[]> {
  needed(keys[0], 'site', 63);
  return Promise.all(keys.map((key) => siteWith(context, key)));
}

/** Prints a link that signs this agent in once, within ten minutes. */
async function printLink(context: CommandContext, { id, email, siteIds }: Agent): Promise<void> {
  const url = serverUrl(context);
  // Only here: most commands need nothing of the server itself.
  const { createApp } = await import('../app.ts');
  const app = await createApp({ ...context.config, redisUrl: null }, context.store, context.log);
  try {
    const link = await app.identity.signInLink(email, url);
    // A link opens the account to whoever has it: that it was made is told before it is shown.
    await context.store.auditLog.addByOperator('agent.link_made', { kind: 'agent', id }, siteIds);
    context.print(`Sign in once, within ten minutes:\n  ${link}`);
  } finally {
    await app.close();
  }
}

export const addAgent: Command = {
  options: '--name TEXT --email ADDRESS --site pk_… [--site pk_…] [--role agent|lead|product|admin]',
  about:
    'Adds an agent to these sites and prints a link to sign in. The first of all is an admin (docs/roles.md).',
  async run(context, args) {
    const { store, print } = context;
    const options = optionsOf(args, {
      name: { type: 'string' },
      email: { type: 'string' },
      site: { type: 'string', multiple: true },
      role: { type: 'string' },
    });
    const name = needed(options.name, 'name', 80);
    const email = needed(options.email, 'email', 200).toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`--email ${email} is no e-mail address.`);
    if ((await store.agents.byEmail(email)) !== null) {
      throw new UsageError(
        `${email} is an agent already; "handrail agent link --email ${email}" signs them in.`,
      );
    }
    const given = options.role === undefined ? null : roleOf(options.role);
    const sites = await sitesOf(context, options.site);
    // Somebody must be able to do everything, or nobody could ever be given more.
    const role = given ?? ((await store.agents.first()) === null ? 'admin' : 'agent');
    const agent = await store.agents.add({ name, email, role, siteIds: sites.map((site) => site.id) });
    print(`Agent ${name} <${email}>, ${role}, for ${sites.map((site) => site.key).join(', ')}`);
    await printLink(context, agent);
  },
};

export const agentLink: Command = {
  options: '--email ADDRESS',
  about: 'Prints a link that signs this agent in once, within ten minutes.',
  async run(context, args) {
    const email = needed(optionsOf(args, { email: { type: 'string' } }).email, 'email', 200).toLowerCase();
    await printLink(context, await agentWith(context, email));
  },
};

export const agentRole: Command = {
  options: '--email ADDRESS --role agent|lead|product|admin',
  about: 'Changes what an agent may do, at once; open consoles included (docs/roles.md).',
  async run(context, args) {
    const given = optionsOf(args, { email: { type: 'string' }, role: { type: 'string' } });
    const email = needed(given.email, 'email', 200).toLowerCase();
    const role = roleOf(needed(given.role, 'role', 20));
    const agent = await agentWith(context, email);
    await context.store.agents.setRole(agent, role, operator);
    context.print(`${agent.name} <${email}>  ${role}, was ${agent.role}`);
    const takesCustomers = rolesThatMay('conversations:work');
    if (takesCustomers.includes(agent.role) && !takesCustomers.includes(role)) {
      context.print('  Customers who are with them go back to the queue.');
    }
  },
};

export const listAgents: Command = {
  options: '',
  about: 'Lists the agents.',
  async run({ store, print }, args) {
    optionsOf(args, {});
    const agents = await store.agents.all();
    if (agents.length === 0) print('No agent yet; "handrail agent add" makes one.');
    for (const { name, email, role, availability } of agents) {
      print(`${name} <${email}>  ${role}  ${availability}`);
    }
  },
};
