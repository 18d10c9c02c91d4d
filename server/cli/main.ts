#!/usr/bin/env node
import { pino } from 'pino';
import { ConfigError, readConfig, settingsHelp } from '../config.ts';
import { openStore } from '../start.ts';
import { addAgent, agentLink, listAgents } from './agents.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { addSite, listSites } from './sites.ts';

const commands: Readonly<Record<string, Command>> = {
  'site add': addSite,
  'site list': listSites,
  'agent add': addAgent,
  'agent link': agentLink,
  'agent list': listAgents,
};

const usage = () => `handrail: what is to be done beside the running server. It may run meanwhile.

${Object.entries(commands)
  .map(([name, { options, about }]) => `  handrail ${name} ${options}\n      ${about}`)
  .join('\n')}

Settings (environment variables), as for the server; HANDRAIL_DATA or DATABASE_URL say where the data is:
${settingsHelp()}
`;

async function main(args: readonly string[]): Promise<void> {
  const command = commands[args.slice(0, 2).join(' ')];
  if (args.includes('--help') || args.length === 0) {
    console.log(usage());
    return;
  }
  if (command === undefined) throw new UsageError(`There is no "handrail ${args.slice(0, 2).join(' ')}".`);
  const config = readConfig(process.env);
  const log = pino({ level: 'silent' });
  const { store, close } = await openStore(config, log, { lock: false });
  const context: CommandContext = { store, config, log, print: (line) => console.log(line) };
  try {
    await command.run(context, args.slice(2));
  } finally {
    await close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isPlain =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    (error instanceof Error && 'code' in error);
  console.error(isPlain && error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error('"handrail --help" lists the commands.');
  process.exitCode = 1;
});
