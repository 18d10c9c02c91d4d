import { pino } from 'pino';
import { uuidv7 as v7 } from 'uuidv7';
import type { ConversationStatus, ConversationSummary, Role } from '../protocol/agent.ts';
import type { CommandReply } from '../protocol/commands.ts';
import { protocolVersion } from '../protocol/version.ts';
import { createApp } from '../server/app.ts';
import { readConfig } from '../server/config.ts';
import { openStore } from '../server/start.ts';
import type { Site } from '../server/store/sites.ts';
import type { Store } from '../server/store/store.ts';
import { openWire, type Wire } from './wire.ts';

/** Handrail as an operator runs it, but for the limits that keep one customer from writing thousands of messages. */
export const handrailEnv = (databaseUrl: string) => ({
  DATABASE_URL: databaseUrl,
  LOG_LEVEL: 'warn',
  LIMIT_SESSIONS: '1000000',
  LIMIT_COMMANDS: '1000000',
});

export interface Agent {
  readonly name: string;
  readonly cookie: string;
}

/** What a benchmark prepares beside the running server, on the same database: a site, its agents, its customers. */
export interface Backstage {
  readonly store: Store;
  readonly site: Site;
  /** Adds agents and signs each in at `url` through a one-time link. */
  addAgents(count: number, url: string, role?: Role): Promise<Agent[]>;
  /** A new customer. @returns the token */
  addCustomer(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the store and adds a site whose bot runs in the page: no bot answers, as nobody is to be measured with it. */
export async function openBackstage(databaseUrl: string): Promise<Backstage> {
  const config = readConfig(handrailEnv(databaseUrl));
  const log = pino({ level: 'error' });
  const { store, close } = await openStore(config, log, { lock: false });
  const site = await store.sites.save({
    title: 'Bench help',
    answeredBy: 'Bench',
    allowedOrigins: [],
    bot: { kind: 'page' },
    suggestions: [],
  });
  return {
    store,
    site,
    async addAgents(count, url, role = 'agent') {
      const app = await createApp({ ...config, redisUrl: null }, store, log);
      try {
        const agents: Agent[] = [];
        for (let number = 1; number <= count; number += 1) {
          const name = `Agent ${number}`;
          const { email } = await store.agents.add({
            name,
            email: `${v7()}@bench.example`,
            siteIds: [site.id],
            role,
          });
          const response = await fetch(await app.identity.signInLink(email, url), { redirect: 'manual' });
          const cookie = response.headers
            .getSetCookie()
            .map((one) => one.split(';', 1)[0])
            .join('; ');
          if (cookie === '') throw new Error(`the link signed nobody in: ${response.status}`);
          agents.push({ name, cookie });
        }
        return agents;
      } finally {
        await app.close();
      }
    },
    addCustomer: async () => (await store.customers.create(site.id)).token,
    close,
  };
}

interface Listening {
  readonly onEvent?: (json: string) => void;
  readonly only?: string;
  readonly onLost: (why: string) => void;
}

/** An agent's socket, as the console opens one. */
export const connectAgent = (
  url: string,
  agent: Agent,
  { onEvent = () => undefined, ...listening }: Listening,
) =>
  openWire({
    url,
    namespace: '/desk',
    auth: { version: protocolVersion },
    headers: { cookie: agent.cookie },
    onEvent,
    ...listening,
  });

/** A customer's socket, as the widget opens one. */
export const connectCustomer = (
  url: string,
  { site, token, conversationId }: { site: string; token: string; conversationId: string },
  { onEvent = () => undefined, ...listening }: Listening,
) =>
  openWire({
    url,
    namespace: '/customer',
    auth: { version: protocolVersion, site, token, conversations: { [conversationId]: 0 } },
    onEvent,
    ...listening,
  });

/** Carries a command out. @throws Error with the refusal */
export async function command(
  wire: Wire,
  name: string,
  conversationId: string,
  body: object = {},
): Promise<void> {
  const answer = await wire.request<CommandReply>(name, { cid: v7(), conversationId, ...body });
  if (!answer.ok) throw new Error(`${name} was refused: ${JSON.stringify(answer)}`);
}

/** Conversations in this state among the rows that an event of the desk brings, in their order. */
export function idsOfRows(json: string, status: ConversationStatus): string[] {
  if (!/^\["(desk|summaries)"/.test(json)) return [];
  const [, { conversations }] = JSON.parse(json) as [string, { conversations: ConversationSummary[] }];
  return conversations.filter((row) => row.status === status).map(({ id }) => id);
}
