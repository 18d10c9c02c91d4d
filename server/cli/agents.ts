import { type Command, type CommandContext, needed, optionsOf, UsageError } from './command.ts';

/** Where the one-time link leads. @throws UsageError if the port is only known to the running server */
function serverUrl({ config }: CommandContext): string {
  if (config.publicUrl !== null) return config.publicUrl;
  if (config.port === 0) throw new UsageError('Set PORT or PUBLIC_URL to what the server uses.');
  return `http://localhost:${config.port}`;
}

/** Prints a link that signs this agent in once, within ten minutes. */
async function printLink(context: CommandContext, email: string): Promise<void> {
  const url = serverUrl(context);
  // Only here: most commands need nothing of the server itself.
  const { createApp } = await import('../app.ts');
  const app = await createApp({ ...context.config, redisUrl: null }, context.store, context.log);
  try {
    context.print(`Sign in once, within ten minutes:\n  ${await app.identity.signInLink(email, url)}`);
  } finally {
    await app.close();
  }
}

export const addAgent: Command = {
  options: '--name TEXT --email ADDRESS --site pk_… [--site pk_…]',
  about: 'Adds an agent to these sites and prints a link to sign in.',
  async run(context, args) {
    const { store, print } = context;
    const options = optionsOf(args, {
      name: { type: 'string' },
      email: { type: 'string' },
      site: { type: 'string', multiple: true },
    });
    const name = needed(options.name, 'name', 80);
    const email = needed(options.email, 'email', 200).toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new UsageError(`--email ${email} is no e-mail address.`);
    if ((await store.agents.byEmail(email)) !== null) {
      throw new UsageError(
        `${email} is an agent already; "handrail agent link --email ${email}" signs them in.`,
      );
    }
    needed(options.site?.[0], 'site', 63);
    const sites = await Promise.all(
      (options.site ?? []).map(async (key) => {
        const site = await store.sites.byKey(key);
        if (site === null)
          throw new UsageError(`No site has the key ${key}; "handrail site list" shows them.`);
        return site;
      }),
    );
    await store.agents.add({ name, email, siteIds: sites.map((site) => site.id) });
    print(`Agent ${name} <${email}> for ${sites.map((site) => site.key).join(', ')}`);
    await printLink(context, email);
  },
};

export const agentLink: Command = {
  options: '--email ADDRESS',
  about: 'Prints a link that signs this agent in once, within ten minutes.',
  async run(context, args) {
    const email = needed(optionsOf(args, { email: { type: 'string' } }).email, 'email', 200).toLowerCase();
    if ((await context.store.agents.byEmail(email)) === null) {
      throw new UsageError(`No agent has the address ${email}; "handrail agent list" shows them.`);
    }
    await printLink(context, email);
  },
};

export const listAgents: Command = {
  options: '',
  about: 'Lists the agents.',
  async run({ store, print }, args) {
    optionsOf(args, {});
    const agents = await store.agents.all();
    if (agents.length === 0) print('No agent yet; "handrail agent add" makes one.');
    for (const { name, email, availability } of agents) print(`${name} <${email}>  ${availability}`);
  },
};
