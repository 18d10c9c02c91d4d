import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { signIn } from '../../../examples/demo-walk/connection.ts';
import { createApp } from '../../../server/app.ts';
import { readConfig } from '../../../server/config.ts';
import { openStore } from '../../../server/start.ts';
import type { SiteBot } from '../../../server/store/schema.ts';
import type { Store } from '../../../server/store/store.ts';
import { createDatabase } from '../../support/server.ts';
import { createNode, type Node } from './node.ts';

export interface StageAgent {
  readonly id: string;
  readonly name: string;
  readonly cookie: string;
}

/** Servers as processes, a database of their own, a site and its agents. */
export interface Stage {
  readonly nodes: readonly Node[];
  /** For one more node of the same kind; the stage ends it as well. */
  addNode(): Promise<Node>;
  readonly site: string;
  readonly agents: readonly StageAgent[];
  /** The database itself, past the servers. */
  readonly store: Store;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Where databases can be made; null: the servers' own embedded PostgreSQL, which only one node can use. */
  readonly adminUrl: string | null;
  /** Instead of a database of its own: this one, which the caller drops. */
  readonly databaseUrl?: string;
  readonly nodes?: number;
  readonly agents: number;
  readonly bot: SiteBot;
  readonly env?: Record<string, string>;
}

/** What was opened is closed in the opposite order, also when a later step fails. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const { dataDir, databaseUrl } = await openData(options, closers);
    const env = {
      ...(databaseUrl === null ? { HANDRAIL_DATA: dataDir } : { DATABASE_URL: databaseUrl }),
      ...options.env,
    };
    const nodes: Node[] = [];
    closers.push(() => Promise.all(nodes.map((node) => node.end('SIGTERM'))));
    const addNode = async () => {
      const node = await createNode(env);
      nodes.push(node);
      await node.start();
      return node;
    };
    await Promise.all(Array.from({ length: options.nodes ?? 1 }, addNode));
    const log = pino({ level: 'silent' });
    const config = { ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }), dataDir, databaseUrl };
    const opened = await openStore(config, log, { lock: false });
    closers.push(opened.close);
    const { store } = opened;
    const site = await store.sites.save({
      title: 'Northcard help',
      answeredBy: 'Northcard Support',
      allowedOrigins: [],
      suggestions: [],
      bot: options.bot,
    });
    const agents = await addAgents(options.agents, site.id, nodes[0]?.url ?? '', store, config);
    return { nodes, addNode, site: site.key, agents, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openData({ adminUrl, databaseUrl }: StageOptions, closers: (() => Promise<unknown>)[]) {
  if (databaseUrl !== undefined) return { dataDir: '', databaseUrl };
  if (adminUrl !== null) {
    const database = await createDatabase(adminUrl);
    closers.push(database.drop);
    return { dataDir: '', databaseUrl: database.url };
  }
  const dataDir = await makeDataDir();
  closers.push(() => rm(dataDir, { recursive: true, force: true }));
  return { dataDir, databaseUrl: null };
}

export async function makeDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'handrail-chaos-'));
  // As root, PostgreSQL runs as a user of its own, who has to pass through this folder to its data.
  await chmod(dataDir, 0o711);
  return dataDir;
}

const names = ['Ana', 'Ben', 'Cem', 'Dita', 'Emil'];

async function addAgents(
  count: number,
  siteId: string,
  url: string,
  store: Store,
  config: ReturnType<typeof readConfig>,
): Promise<StageAgent[]> {
  const app = await createApp(config, store, pino({ level: 'silent' }));
  try {
    const agents: StageAgent[] = [];
    for (let index = 0; index < count; index++) {
      const name = names[index % names.length] ?? 'Ana';
      const email = `${randomUUID()}@northcard.example`;
      const { id } = await store.agents.add({ name, email, siteIds: [siteId] });
      agents.push({ id, name, cookie: await signIn(await app.identity.signInLink(email, url)) });
    }
    return agents;
  } finally {
    await app.close();
  }
}
