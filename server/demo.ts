import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Store } from './store/store.ts';

export const demoSiteKey = 'pk_demo';
/** The site of the example whose bot is a function in the page. */
export const pageSiteKey = 'pk_page';
/** The site of the example that has a chat of its own already. */
export const sidecarSiteKey = 'pk_sidecar';
const botProgram = fileURLToPath(new URL('../examples/existing-bot/main.ts', import.meta.url));

export interface DemoBot {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the example bot as a process of its own, as a company's bot would be, on a free port.
 * @param env further settings of the bot, e.g. `BOT_FAULTS`
 */
export async function startDemoBot(secret: string, env: Record<string, string> = {}): Promise<DemoBot> {
  const child = spawn(process.execPath, [botProgram], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', BOT_SECRET: secret, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await listeningAddress(child);
  return {
    url: `${url}/reply`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function listeningAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the example bot has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http:\/\/\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the example bot ended before it listened');
}

/** The demo's sites, pointed at the bot that runs now, and their first agent. */
export async function prepareDemo(store: Store, bot: { url: string; secret: string }) {
  const site = await store.sites.save({
    key: demoSiteKey,
    title: 'Northcard help',
    answeredBy: 'Northcard Support',
    allowedOrigins: [],
    bot: { kind: 'http', ...bot },
    suggestions: ['How do I activate my card?', 'Why was I charged a fee?', 'My top-up has not arrived'],
  });
  const inPage = (key: string) =>
    store.sites.save({
      key,
      title: 'Northcard help',
      answeredBy: 'Northcard Support',
      allowedOrigins: [],
      bot: { kind: 'page' },
      suggestions: [],
    });
  const pageSite = await inPage(pageSiteKey);
  const sidecarSite = await inPage(sidecarSiteKey);
  const siteIds = [site.id, pageSite.id, sidecarSite.id];
  const known = await store.agents.first();
  if (known !== null) await store.agents.join(known.id, siteIds);
  const agent =
    known ??
    (await store.agents.add({ name: 'Ana', email: 'ana@northcard.example', role: 'admin', siteIds }));
  return { site, pageSite, sidecarSite, agent };
}
