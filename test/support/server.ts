import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { type Config, readConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/start.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import type { NewSite, Site } from '../../server/store/sites.ts';

export interface TestServer extends RunningServer {
  readonly databaseUrl: string;
  addSite(bot: SiteBot, more?: Partial<NewSite>): Promise<Site>;
  addAgent(site: Site, name?: string): Promise<Agent & { cookie: string }>;
  /** Signs an agent in through a one-time link; the value of the cookie header. */
  signIn(agent: Agent): Promise<string>;
}

/** A database of one's own, dropped with `drop`. */
export async function createDatabase(adminUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `handrail_test_${randomUUID().replaceAll('-', '')}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await run(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => run(`drop database if exists ${name} with (force)`) };
}

/** A real server on a free port with a database of its own; `close` ends both. */
export async function startTestServer(
  adminUrl: string,
  settings: Partial<Config> = {},
  databaseUrl?: string,
): Promise<TestServer> {
  const own = databaseUrl === undefined ? await createDatabase(adminUrl) : null;
  const url = databaseUrl ?? own?.url ?? '';
  const config: Config = { ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }), databaseUrl: url, ...settings };
  const server = await startServer(config, pino({ level: config.logLevel }));
  const { store, app } = server;

  const signIn = async (agent: Agent): Promise<string> => {
    const link = await app.identity.signInLink(agent.email, server.url);
    const response = await fetch(link, { redirect: 'manual' });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
    if (cookies.length === 0) throw new Error(`the link signed nobody in: ${response.status}`);
    return cookies.join('; ');
  };

  return {
    ...server,
    databaseUrl: url,
    signIn,
    addSite: (bot, more = {}) =>
      store.sites.save({
        title: 'Test help',
        answeredBy: 'Test',
        allowedOrigins: [],
        suggestions: [],
        ...more,
        bot,
      }),
    async addAgent(site, name = 'Ana') {
      const agent = await store.agents.add({
        name,
        email: `${randomUUID()}@test.example`,
        siteIds: [site.id],
      });
      return { ...agent, cookie: await signIn(agent) };
    },
    async close() {
      await server.close();
      await own?.drop();
    },
  };
}
