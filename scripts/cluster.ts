/**
 * `npm run cluster -- --nodes 2`: several server processes on one PostgreSQL and one Redis behind a balancer of ours,
 * with the example bot and the demo pages. For trying out what deploy/ sets up for real.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { createApp } from '../server/app.ts';
import { loopbackRanges } from '../server/bots/addresses.ts';
import { type Config, ConfigError, readConfig, settingsHelp } from '../server/config.ts';
import { prepareDemo, startDemoBot } from '../server/demo.ts';
import { openStore } from '../server/start.ts';
import { EmbeddedPostgresError, openEmbeddedPostgres } from '../server/store/embedded-postgres.ts';
import { createBalancer } from './cluster/balancer.ts';
import { ClusterError } from './cluster/error.ts';
import { openRedis } from './cluster/redis.ts';
import { createServerNode, type ServerNode } from './cluster/server-node.ts';

const help = `Several Handrail servers on one PostgreSQL and one Redis, behind a balancer, with the demo.

  npm run cluster -- [--nodes N] [--port PORT]

  --nodes N      server processes (2); more than 2 need DATABASE_URL
  --port PORT    where the balancer listens (PORT, else 8080); 0 takes a free one

PostgreSQL is that of DATABASE_URL, else the embedded one of HANDRAIL_DATA. Redis is that of REDIS_URL, else a private
redis-server, else the one at 127.0.0.1:6379.
SIGHUP, or r and Enter, replaces the nodes one after the other. Ctrl+C stops everything.

Settings (environment variables), passed on to every node:
${settingsHelp()}
`;

/** Every node may open 22 connections, and the embedded PostgreSQL has 60. */
const mostNodesEmbedded = 2;
const mostNodes = 16;

/** Closed in the reverse of the order in which they were opened. */
const opened: { close(): Promise<unknown> }[] = [];
const say = (line: string) => console.log(`  ${line}`);

function optionsOf(args: string[]): { nodes: number; port: number | undefined; isHelp: boolean } {
  const whole = (text: string, name: string, least: number, most: number) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new ClusterError(`--${name} must be a whole number from ${least} to ${most}, not "${text}".`);
  };
  try {
    const { values } = parseArgs({
      args,
      options: { nodes: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean' } },
    });
    return {
      nodes: whole(values.nodes ?? '2', 'nodes', 1, mostNodes),
      port: values.port === undefined ? undefined : whole(values.port, 'port', 0, 65_535),
      isHelp: values.help === true,
    };
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    throw new ClusterError(`${error instanceof Error ? error.message : error}\n--help lists the options.`);
  }
}

/** The embedded PostgreSQL as an address for the nodes; this process holds its data directory. */
async function openPostgres({ dataDir }: Config): Promise<string> {
  mkdirSync(resolve(dataDir), { recursive: true });
  const embedded = await openEmbeddedPostgres({ dataDir: resolve(dataDir), onProgress: say });
  opened.push({ close: embedded.stop });
  const { host, port, user, password, database } = embedded.connection;
  return `postgres://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${database}`;
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  const { nodes: size, port, isHelp } = optionsOf(process.argv.slice(2));
  if (isHelp) return console.log(help);
  const config = readConfig(process.env);
  if (config.databaseUrl === null && size > mostNodesEmbedded) {
    throw new ClusterError(
      `The embedded PostgreSQL has room for ${mostNodesEmbedded} nodes; set DATABASE_URL to one of yours for ${size}.`,
    );
  }
  const databaseUrl = config.databaseUrl ?? (await openPostgres(config));
  const redis = await openRedis(config.redisUrl);
  opened.push({ close: redis.stop });
  say(`PostgreSQL: ${config.databaseUrl === null ? `embedded, in ${config.dataDir}` : 'DATABASE_URL'}`);
  say(`Redis: ${redis.about}`);

  const secret = randomBytes(32).toString('hex');
  const bot = await startDemoBot(secret, { BOT_FAULTS: '1' });
  opened.push({ close: bot.stop });
  const env = {
    LOG_LEVEL: 'warn',
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    // The example bot runs on this machine.
    OUTBOUND_ALLOW: [...config.outboundAllow, ...loopbackRanges].join(','),
    // The balancer is one more proxy of ours in front.
    TRUST_PROXY: String(config.trustProxy + 1),
  };
  const nodes = new Set<ServerNode>();
  let named = 0;
  const add = () => {
    named += 1;
    const node = createServerNode(String(named), env, say);
    nodes.add(node);
    return node;
  };
  const balancer = createBalancer(() => [...nodes], config.trustProxy > 0);
  opened.push(balancer);
  const listensOn = await balancer.listen(port ?? config.port, config.host);
  opened.push({ close: () => Promise.all([...nodes].map((node) => node.stop())) });
  opened.push({ close: async () => balancer.refuse() });

  const url = config.publicUrl ?? `http://localhost:${listensOn}`;
  const { agent, link } = await prepare({ ...config, databaseUrl, redisUrl: null }, bot.url, secret, url);
  await Promise.all(Array.from({ length: size }, () => add().start()));
  listenForReplacement(nodes, add);
  console.log(`
  Handrail is running on ${size} ${size === 1 ? 'node' : 'nodes'} (started in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s)

  Demo page   ${url}/demo/
  Console     ${url}/console/
  Sign in as ${agent}, once, within 10 minutes:
              ${link}

  SIGHUP to process ${process.pid}${process.stdin.isTTY ? ', or r and Enter,' : ''} replaces the nodes one after the other
  Stop with Ctrl+C
`);
}

/** Brings the schema up to date before the nodes start, and makes the demo's sites and agent. */
async function prepare(config: Config, botUrl: string, secret: string, url: string) {
  const log = pino({ level: 'silent' });
  const { store, close } = await openStore(config, log, { lock: false });
  try {
    const { agent } = await prepareDemo(store, { url: botUrl, secret });
    const app = await createApp(config, store, log);
    const link = await app.identity.signInLink(agent.email, url).finally(() => app.close());
    return { agent: agent.name, link };
  } finally {
    await close();
  }
}

/**
 * Replaces every node by a new one. The new one is there before the old one goes, and from then on nobody new goes to
 * an old one: so nobody has to move twice.
 */
async function replace(nodes: Set<ServerNode>, add: () => ServerNode): Promise<void> {
  const old = [...nodes];
  for (const node of old) {
    const fresh = add();
    try {
      await fresh.start();
    } catch (error) {
      nodes.delete(fresh);
      throw error;
    }
    for (const one of old) one.retire();
    await node.stop();
    nodes.delete(node);
  }
}

function listenForReplacement(nodes: Set<ServerNode>, add: () => ServerNode): void {
  let isRolling = false;
  const roll = async () => {
    say('replacing the nodes one after the other');
    await replace(nodes, add);
    say('all nodes are replaced');
  };
  const begin = () => {
    if (isRolling) return;
    isRolling = true;
    roll()
      .catch((error: unknown) => {
        if (stopping === null)
          say(`the replacement stopped: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        isRolling = false;
      });
  };
  process.on('SIGHUP', begin);
  if (!process.stdin.isTTY) return;
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === 'r') begin();
  });
}

let stopping: Promise<void> | null = null;

/** The balancer takes nothing new, the nodes finish, then goes what they need. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const { close } of opened.splice(0).reverse()) await close();
  })();
  return stopping;
}

async function end(code: number): Promise<never> {
  await stop();
  process.exit(code);
}

function fail(error: unknown): Promise<void> {
  // Stopped while it was starting: what failed then failed because of that.
  if (stopping !== null) return stopping;
  const isPlain =
    error instanceof ClusterError ||
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError ||
    (error instanceof Error && 'code' in error);
  console.error(isPlain && error instanceof Error ? `The cluster cannot start.\n${error.message}` : error);
  return end(1);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.log(`  ${signal}: finishing what is under way`);
    void end(0);
  });
}
main().catch(fail);
