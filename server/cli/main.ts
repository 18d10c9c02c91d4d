#!/usr/bin/env node
import { pino } from 'pino';
import { ConfigError, readConfig, settingsHelp } from '../config.ts';
import { BackupError } from '../store/backup/error.ts';
import { addAgent, agentLink, agentRole, listAgents } from './agents.ts';
import { audit } from './audit.ts';
import { showAuditLog, trimAuditLog } from './audit-log.ts';
import { backup } from './backup.ts';
import { type Alone, type Command, type Surroundings, UsageError } from './command.ts';
import { eraseCustomer } from './erase.ts';
import { exportToFile } from './export.ts';
import { rebuildInsights } from './insights.ts';
import { match } from './match.ts';
import { migrateTo } from './migrate-to.ts';
import { notifyTest, siteNotify } from './notify.ts';
import { agentTwoFactorOff, inviteAgent } from './people.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';
import { agentSeat, siteRouting } from './routing.ts';
import { siteFeedback } from './site-feedback.ts';
import { siteGuidance } from './site-guidance.ts';
import { siteHours } from './site-hours.ts';
import { siteIdentity } from './site-identity.ts';
import { sitePolicy } from './site-policy.ts';
import { sitePromises } from './site-promises.ts';
import { siteWebhook } from './site-webhook.ts';
import { addSite, listSites } from './sites.ts';

/** Work beside the running server, on the store that it uses. */
const besideServer: Readonly<Record<string, Command>> = {
  'site add': addSite,
  'site list': listSites,
  'site guidance': siteGuidance,
  'site feedback': siteFeedback,
  'site hours': siteHours,
  'site identity': siteIdentity,
  'site notify': siteNotify,
  'site policy': sitePolicy,
  'site promises': sitePromises,
  'site routing': siteRouting,
  'site webhook': siteWebhook,
  'notify test': notifyTest,
  'agent add': addAgent,
  'agent invite': inviteAgent,
  'agent link': agentLink,
  'agent role': agentRole,
  'agent two-factor-off': agentTwoFactorOff,
  'agent list': listAgents,
  'agent seat': agentSeat,
  'customer erase': eraseCustomer,
  'audit-log show': showAuditLog,
  'audit-log trim': trimAuditLog,
  'insights rebuild': rebuildInsights,
};

/** Work on whole databases, and need little of the server: they open what they need themselves. */
const wholeDatabase: Readonly<Record<string, Command<Surroundings>>> = {
  backup,
  export: exportToFile,
  replay,
  restore,
  'migrate-to': migrateTo,
};

/** Need no server, no data and no settings. */
const alone: Readonly<Record<string, Command<Alone>>> = { audit, match };

const usage =
  () => `handrail: what is to be done beside the running server. It may run meanwhile, where nothing else is said.

${[...Object.entries(besideServer), ...Object.entries(wholeDatabase), ...Object.entries(alone)]
  .map(([name, { options, about }]) => `  handrail ${name} ${options}\n      ${about}`)
  .join('\n')}

Settings (environment variables), as for the server; HANDRAIL_DATA or DATABASE_URL say where the data is:
${settingsHelp()}
`;

let failureCode = 1;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.length === 0) {
    console.log(usage());
    return;
  }
  const print = (line: string) => console.log(line);
  const onItsOwn = alone[args[0] ?? ''];
  if (onItsOwn !== undefined) {
    await onItsOwn.run({ print, signal: stopSignal() }, args.slice(1));
    return;
  }
  const copies = wholeDatabase[args[0] ?? ''];
  failureCode = copies?.failureCode ?? 1;
  const config = readConfig(process.env);
  if (copies !== undefined) {
    await copies.run({ config, print, signal: stopSignal() }, args.slice(1));
    return;
  }
  const name = args.slice(0, 2).join(' ');
  const command = besideServer[name];
  if (command === undefined) throw new UsageError(`There is no "handrail ${name}".`);
  const log = pino({ level: 'silent' });
  // Only here: it brings the whole server along, which takes a second to load.
  const { openStore } = await import('../start.ts');
  const { store, close } = await openStore(config, log, { lock: false });
  try {
    await command.run({ store, config, log, print }, args.slice(2));
  } finally {
    await close();
  }
}

/** What is under way is taken back, and that takes a moment. A second Ctrl+C ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort(new StoppedError(`Stopped by ${name}; nothing was changed.`)));
  }
  return controller.signal;
}

class StoppedError extends Error {}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isPlain =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof BackupError ||
    error instanceof StoppedError ||
    (error instanceof Error && 'code' in error);
  console.error(isPlain && error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error('"handrail --help" lists the commands.');
  process.exitCode = failureCode;
});
