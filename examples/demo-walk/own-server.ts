import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../server/config.ts';
import { startDemoBot } from '../../server/demo.ts';
import { startServer } from '../../server/start.ts';

export interface Place {
  readonly url: string;
  readonly site: string;
  readonly signInLinks: readonly string[];
  close(): Promise<void>;
}

const names = ['Ana', 'Ben', 'Cem', 'Dita', 'Emil', 'Fee', 'Goran', 'Hana'];

/**
 * A server of our own with the example bot, a site and agents. All customers come from one address here, so the
 * limits are raised. With DATABASE_URL the walk adds a site of its own to that database; nothing else is touched.
 */
export async function startOwnServer(agents: number): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'handrail-walk-'));
  // As root, PostgreSQL runs as a user of its own, who has to pass through this folder to its data.
  await chmod(dataDir, 0o711);
  const closers: (() => Promise<void>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const config = readConfig({
      LOG_LEVEL: 'error',
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      PUBLIC_URL: '',
      HANDRAIL_DATA: dataDir,
      LIMIT_SESSIONS: '1000000',
      LIMIT_COMMANDS: '1000000',
      // The example bot runs on this machine.
      OUTBOUND_ALLOW: '127.0.0.1',
    });
    const server = await startServer(config, pino({ level: config.logLevel }, pino.destination(2)));
    closers.push(server.close);
    const secret = randomBytes(32).toString('hex');
    const bot = await startDemoBot(secret);
    closers.push(bot.stop);
    const site = await server.store.sites.save({
      title: 'Northcard help',
      answeredBy: 'Northcard Support',
      allowedOrigins: [],
      suggestions: [],
      bot: { kind: 'http', url: bot.url, secret },
    });
    const signInLinks: string[] = [];
    for (let index = 0; index < agents; index++) {
      const name = names[index % names.length] ?? 'Ana';
      const email = `${randomUUID()}@northcard.example`;
      const agent = await server.store.agents.add({ name, email, siteIds: [site.id] });
      signInLinks.push(await server.app.identity.signInLink(agent.email, server.url));
    }
    return { url: server.url, site: site.key, signInLinks, close };
  } catch (error) {
    await close();
    throw error;
  }
}
