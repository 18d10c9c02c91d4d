import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 as v7 } from 'uuidv7';
import { command, connectAgent, connectCustomer, handrailEnv, openBackstage } from './handrail.ts';
import { createLoad, type Load, type LoadConversation, type Reader } from './load.ts';
import { createDatabase } from './postgres.ts';
import { type ServerProcess, startProcess } from './processes.ts';
import { openWire, type Wire } from './wire.ts';

/** A server under measurement with everybody connected: customers who can write, agents who read along. */
export interface Stage {
  readonly servers: readonly ServerProcess[];
  readonly load: Load;
  /** Writes out what setting up left behind in the database, if there is one. */
  calm(): Promise<void>;
  /** Compares what was acknowledged with what is stored. @returns what does not fit */
  verify(): Promise<string[]>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly conversations: number;
  readonly agents: number;
  readonly textBytes: number;
  readonly core: number | null;
  readonly nodeOptions: readonly string[];
  /** Processes of Handrail on the one database; default 1. */
  readonly nodes?: number;
  /** Needed for more than one. */
  readonly redisUrl?: string | null;
}

export type ServerName = 'bare' | 'plain' | 'handrail';

/** Which agent watches a conversation: in turn. */
const watched = (ids: readonly string[], agent: number, agents: number) =>
  ids.filter((_, index) => index % agents === agent);

/**
 * Readers exist before the load that counts what they receive; what comes before, while setting up, is not counted.
 */
function createAudience() {
  let load: Load | null = null;
  const lost: string[] = [];
  return {
    on: (reader: Reader) => ({
      only: 'facts',
      onEvent: (json: string) => load?.received(reader, json),
      onLost: (why: string) => void lost.push(why),
    }),
    listen(counted: Load) {
      load = counted;
    },
    problems: () => (lost.length === 0 ? [] : [`${lost.length} sockets were lost: ${lost[0]}`]),
  };
}

/** The two relays without Handrail: they know rooms, and who is in them is said in the handshake. */
async function openRelay(
  script: string,
  databaseUrl: string | null,
  options: StageOptions,
): Promise<Omit<Stage, 'calm'>> {
  const { textBytes, core, nodeOptions } = options;
  const env: Record<string, string> = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl };
  const server = await startProcess({ script, env, core, nodeOptions });
  const ids = Array.from({ length: options.conversations }, () => v7());
  const audience = createAudience();
  const join = (conversations: readonly string[], reader: Reader): Promise<Wire> =>
    openWire({ url: server.url, namespace: '', auth: { conversations }, ...audience.on(reader) });
  const conversations: LoadConversation[] = [];
  for (const id of ids) conversations.push({ id, customer: await join([id], 'customer') });
  const agents: Wire[] = [];
  for (let agent = 0; agent < options.agents; agent += 1) {
    agents.push(await join(watched(ids, agent, options.agents), 'agent'));
  }
  const load = createLoad(conversations, { textBytes, hasSeq: databaseUrl !== null });
  audience.listen(load);
  return {
    servers: [server],
    load,
    verify: async () => audience.problems(),
    async close() {
      for (const wire of [...agents, ...conversations.map(({ customer }) => customer)]) wire.close();
      await server.stop();
    },
  };
}

/**
 * Handrail, over its real protocol: every customer asks for a person, an agent accepts and watches. With two nodes
 * half of the customers and half of the agents are on each, and every customer's agent is on the other one.
 */
async function openHandrail(databaseUrl: string, options: StageOptions): Promise<Omit<Stage, 'calm'>> {
  const { textBytes, core, nodeOptions, nodes = 1, redisUrl = null } = options;
  const env = { ...handrailEnv(databaseUrl), ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }) };
  const servers: ServerProcess[] = [];
  for (let node = 0; node < nodes; node += 1) {
    servers.push(await startProcess({ script: 'server/main.ts', env, core, nodeOptions }));
  }
  const urlOf = (node: number) => servers[node % nodes]?.url ?? '';
  if (redisUrl !== null) await Promise.all(servers.map(({ url }) => linked(url)));
  const backstage = await openBackstage(databaseUrl);
  const audience = createAudience();
  const agents: Wire[] = [];
  for (const [index, agent] of (await backstage.addAgents(options.agents, urlOf(0))).entries()) {
    agents.push(await connectAgent(urlOf(index + 1), agent, audience.on('agent')));
  }
  const site = backstage.site.key;
  const conversations: LoadConversation[] = [];
  for (let index = 0; index < options.conversations; index += 1) {
    const conversationId = v7();
    const token = await backstage.addCustomer();
    const [agent, agentIndex] = [agents[index % agents.length], index % agents.length];
    if (agent === undefined) throw new Error('there are no agents');
    const customer = await connectCustomer(
      urlOf(agentIndex),
      { site, token, conversationId },
      audience.on('customer'),
    );
    await command(customer, 'handoff:request', conversationId);
    await command(agent, 'handoff:accept', conversationId);
    await agent.request('conversation:watch', { conversationId, after: 0 });
    conversations.push({ id: conversationId, customer });
  }
  await backstage.close();
  const load = createLoad(conversations, { textBytes, hasSeq: true });
  audience.listen(load);
  return {
    servers,
    load,
    verify: async () => audience.problems(),
    async close() {
      for (const wire of [...agents, ...conversations.map(({ customer }) => customer)]) wire.close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

const linkWithinMs = 15_000;

/** Waits until this node hears of the others. */
async function linked(url: string): Promise<void> {
  for (const until = performance.now() + linkWithinMs; performance.now() < until; await sleep(100)) {
    const { status } = (await (await fetch(`${url}/readyz`)).json()) as { status: string };
    if (status === 'ready') return;
  }
  throw new Error(`${url} has no Redis after ${linkWithinMs / 1_000} s`);
}

/** Facts without a gap, as many message facts as acknowledgements, each cid once: the same tables in both servers. */
const storedSql = `
  select
    (select count(*) from conversations c
      left join lateral (
        select count(*) as facts, min(seq) as first, max(seq) as last from facts where conversation_id = c.id
      ) f on true
      where f.facts <> c.seq or (c.seq > 0 and (f.first <> 1 or f.last <> c.seq)))::int as broken,
    (select count(*) from facts where type = 'message.sent')::int as messages,
    (select count(distinct body->>'cid') from facts where type = 'message.sent')::int as cids`;

export async function openStage(name: ServerName, options: StageOptions): Promise<Stage> {
  if (name === 'bare') {
    const stage = await openRelay('bench/servers/bare.ts', null, options);
    return { ...stage, calm: async () => undefined };
  }
  const database = await createDatabase();
  const stage =
    name === 'plain'
      ? await openRelay('bench/servers/plain.ts', database.url, options)
      : await openHandrail(database.url, options);
  return {
    ...stage,
    calm: database.checkpoint,
    async verify() {
      const [stored] = await database.rows<{ broken: number; messages: number; cids: number }>(storedSql);
      if (stored === undefined) throw new Error('the database does not answer');
      const acknowledged = stage.load.acknowledged();
      const { broken, messages, cids } = stored;
      return [
        ...(await stage.verify()),
        ...(broken === 0 ? [] : [`${broken} conversations have gaps in their facts`]),
        ...(messages === acknowledged ? [] : [`${acknowledged} messages acknowledged, ${messages} stored`]),
        ...(cids === messages ? [] : [`${messages - cids} messages are stored twice`]),
      ];
    },
    async close() {
      await stage.close();
      await database.drop();
    },
  };
}
