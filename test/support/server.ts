import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import type { Role } from '../../protocol/agent.ts';
import type { Fact } from '../../protocol/conversation.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { type RunningServer, startServer } from '../../server/start.ts';
import type { Agent } from '../../server/store/agents.ts';
import type { SiteBot } from '../../server/store/schema.ts';
import type { NewSite, Site } from '../../server/store/sites.ts';
import { lintFacts } from './facts-linter.ts';
import { templateName } from './template.ts';

export interface TestServer extends RunningServer {
  readonly databaseUrl: string;
  addSite(bot: SiteBot, more?: Partial<NewSite>): Promise<Site>;
  addAgent(site: Site, name?: string, role?: Role): Promise<Agent & { cookie: string }>;
  /** Signs an agent in through a one-time link; the value of the cookie header. */
  signIn(agent: Agent): Promise<string>;
  /** What breaks in this test silences the queue: no complaint about that. */
  mayBeSilent(): void;
}

/**
 * A database of one's own, dropped with `drop`.
 * @param template the database that it is a copy of; else it is empty
 */
export async function createDatabase(
  adminUrl: string,
  template: string | null = null,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `handrail_test_${randomUUID().replaceAll('-', '')}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await run(`create database ${name}${template === null ? '' : ` template ${template}`}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => run(`drop database if exists ${name} with (force)`) };
}

/** Every fact that the tests of this server left, through the linter. */
async function lintDatabase(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  const rows = await client
    .connect()
    .then(() =>
      client.query<{ id: string; facts: Fact[] }>(
        'select conversation_id as id, jsonb_agg(body order by seq) as facts from facts group by conversation_id',
      ),
    )
    .then(
      (result) => result.rows,
      (error: { code?: string }) => {
        // A test may have dropped the database, or never had the server's tables in it.
        if (error.code === '3D000' || error.code === '42P01') return [];
        throw error;
      },
    )
    .finally(() => client.end().catch(() => undefined));
  const now = Date.now();
  return rows.flatMap(({ id, facts }) => lintFacts(facts, now).map((wrong) => `${id} ${wrong}`));
}

/** A real server on a free port with a database of its own; `close` ends both. */
export async function startTestServer(
  adminUrl: string,
  settings: Partial<Config> = {},
  databaseUrl?: string,
): Promise<TestServer> {
  const own = databaseUrl === undefined ? await createDatabase(adminUrl, await templateName(adminUrl)) : null;
  const url = databaseUrl ?? own?.url ?? '';
  const config: Config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent', OUTBOUND_ALLOW: '127.0.0.0/8' }),
    databaseUrl: url,
    ...settings,
  };
  const server = await startServer(config, pino({ level: config.logLevel }));
  const { store, app } = server;
  let isSilenceExcused = false;

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
    mayBeSilent() {
      isSilenceExcused = true;
    },
    addSite: (bot, more = {}) =>
      store.sites.save({
        title: 'Test help',
        answeredBy: 'Test',
        allowedOrigins: [],
        suggestions: [],
        ...more,
        bot,
      }),
    async addAgent(site, name = 'Ana', role = 'agent') {
      const agent = await store.agents.add({
        name,
        email: `${randomUUID()}@test.example`,
        role,
        siteIds: [site.id],
      });
      return { ...agent, cookie: await signIn(agent) };
    },
    async close() {
      await server.close();
      if (own === null) return;
      // Dropped before anything is thrown: a failing test must leave no database behind.
      const found = await lintDatabase(own.url).finally(() => own.drop());
      const wrong = found.filter((one) => !isSilenceExcused || !one.includes('then silence'));
      if (wrong.length > 0) throw new Error(`facts that must not be:\n${wrong.join('\n')}`);
    },
  };
}
