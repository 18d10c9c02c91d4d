import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { CommandReply } from '../../protocol/commands.ts';
import { protocolVersion } from '../../protocol/version.ts';
import {
  connectAgent,
  connectCustomer,
  connected,
  newSession,
  type TestCustomer,
} from '../support/clients.ts';
import { createDatabase } from '../support/server.ts';

// Several servers start in here, each loading all of itself, while other tests run.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const program = fileURLToPath(new URL('../../scripts/cluster.ts', import.meta.url));
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env.CI === 'true') throw new Error('redis-server is required and not installed');

interface Cluster {
  readonly child: ChildProcess;
  output(): string;
  /** The first match in what it prints from now on, or has printed already. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

function runCluster(args: readonly string[], env: Record<string, string> = {}): Cluster {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const check of waiting) check();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    for (const check of waiting) check();
    return code as number | null;
  });
  return {
    child,
    ended,
    output: () => output,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output);
          if (match === null && child.exitCode === null) return;
          waiting.delete(check);
          if (match === null) reject(new Error(`ended without printing ${pattern}:\n${output}`));
          else resolve(match);
        };
        waiting.add(check);
        check();
      }),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasRedis)('npm run cluster', () => {
  let database: { url: string; drop(): Promise<void> };
  let cluster: Cluster;
  let url: string;
  let agentCookie: string;

  beforeAll(async () => {
    database = await createDatabase(inject('postgresUrl'));
    const env = { DATABASE_URL: database.url, LIMIT_SESSIONS: '10000', LIMIT_COMMANDS: '10000' };
    cluster = runCluster(['--nodes', '2', '--port', '0'], env);
    url = (await cluster.prints(/Demo page {3}(http:\S+)\/demo\//))[1] ?? '';
    const link = /(http:\S+magic-link\S+)/.exec(cluster.output())?.[1] ?? '';
    const response = await fetch(link, { redirect: 'manual' });
    agentCookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  });
  afterAll(async () => {
    if (cluster.child.exitCode === null) cluster.child.kill('SIGINT');
    await cluster.ended;
    await database.drop();
  });

  /** Where each node is now: the last that was said of it. */
  const nodes = () => {
    const found = new Map<string, { url: string; pid: number }>();
    for (const [, name = '', at = '', pid] of cluster
      .output()
      .matchAll(/node (\d) is (?:ready|back): (http:\S+) \(process (\d+)\)/g)) {
      found.set(name, { url: at, pid: Number(pid) });
    }
    return found;
  };
  const socketsOf = async (node: string, namespace: string) => {
    const text = await (await fetch(`${nodes().get(node)?.url}/metrics`)).text();
    return Number(
      new RegExp(`handrail_sockets\\{[^}]*namespace="${namespace}"[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0,
    );
  };
  /** The node that holds the only socket of this kind. */
  const nodeWith = async (namespace: string) => {
    const counts = await Promise.all([socketsOf('1', namespace), socketsOf('2', namespace)]);
    expect(counts.toSorted()).toEqual([0, 1]);
    return counts[0] === 1 ? '1' : '2';
  };

  /** Comes back as a browser does: again and again, from its last seq. */
  async function comeBack({ session, conversationId, seq }: TestCustomer): Promise<TestCustomer> {
    const options = { session, conversationId, after: seq() };
    return vi.waitFor(() => connectCustomer(url, 'pk_page', options), { timeout: 60_000, interval: 100 });
  }

  test('serves the demo behind one address', async () => {
    expect((await fetch(`${url}/demo/`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready', redis: true });
    expect(nodes().size).toBe(2);
  });

  test("[D5] a customer on one node and an agent on the other talk, and go on when the customer's node is killed", async () => {
    const customer = await connectCustomer(url, 'pk_page');
    const desk = await connectAgent(url, agentCookie);
    const { conversationId } = customer;
    const [ofCustomer, ofAgent] = [await nodeWith('customer'), await nodeWith('desk')];
    expect(ofCustomer).not.toBe(ofAgent);
    await customer.send('handoff:request', {});
    await desk.watch(conversationId);
    expect(await desk.send('handoff:accept', conversationId, {})).toMatchObject({ ok: true });
    await customer.until('handoff.accepted');
    await desk.send('message:send', conversationId, { text: 'Hello, I look.' });
    await customer.until('message.sent', (fact) => fact.text === 'Hello, I look.');

    const gone = once(customer.socket as unknown as NodeJS.EventEmitter, 'disconnect');
    const killed = nodes().get(ofCustomer)?.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    await gone;
    const back = await comeBack(customer);
    const sent = await back.send('message:send', { text: 'I am here again' });
    expect(sent).toMatchObject({ ok: true, seq: customer.seq() + 1 });
    await desk.until('message.sent', (fact) => fact.text === 'I am here again');
    await desk.send('message:send', conversationId, { text: 'So am I' });
    await back.until('message.sent', (fact) => fact.text === 'So am I');
    expect([...customer.facts, ...back.facts].map(({ seq }) => seq)).toEqual(
      desk.facts.map(({ seq }) => seq),
    );
    await cluster.prints(new RegExp(`node ${ofCustomer} ended \\(SIGKILL\\); starting it again`));
    await cluster.prints(new RegExp(`node ${ofCustomer} is back`));
    expect(isRunning(killed)).toBe(false);
    for (const one of [customer, back, desk]) one.close();
  });

  test('a browser that can only poll works, also from a foreign site where it keeps no cookie', async () => {
    const session = await newSession(url, 'pk_page');
    const conversationId = uuidv7();
    const socket = io(`${url}/customer`, {
      path: '/v1/socket',
      transports: ['polling'],
      forceNew: true,
      reconnection: false,
      auth: { version: protocolVersion, site: 'pk_page', token: session.token, conversations: {} },
    });
    await connected(socket);
    for (let round = 0; round < 10; round += 1) {
      const body = { cid: uuidv7(), conversationId, text: `polled ${round}` };
      const reply: CommandReply = await socket.timeout(15_000).emitWithAck('message:send', body);
      expect(reply).toMatchObject({ ok: true });
    }
    socket.disconnect();
  });

  test('a polling session stays with the node that its cookie names', async () => {
    const poll = (parameters: string, cookie = '') =>
      fetch(`${url}/v1/socket/?EIO=4&transport=polling${parameters}`, { headers: { cookie } });
    const begun = await Promise.all(['1', '2'].map((node) => poll('', `handrail_node=${node}`)));
    expect(begun.map((response) => response.headers.getSetCookie()[0])).toEqual([
      'handrail_node=1; Path=/v1/socket; HttpOnly; SameSite=Lax',
      'handrail_node=2; Path=/v1/socket; HttpOnly; SameSite=Lax',
    ]);
    const sids = await Promise.all(
      begun.map(async (response) => (JSON.parse((await response.text()).slice(1)) as { sid: string }).sid),
    );
    const say = (sid: string | undefined, node: string) =>
      fetch(`${url}/v1/socket/?EIO=4&transport=polling&sid=${sid}`, {
        method: 'POST',
        body: '40/customer,{}',
        headers: { cookie: `handrail_node=${node}` },
      });
    expect((await say(sids[0], '2')).status, 'the other node does not know it').toBe(400);
    expect([(await say(sids[0], '1')).status, (await say(sids[1], '2')).status]).toEqual([200, 200]);
  });

  test('[D9] SIGHUP replaces one node after the other: somebody answers all the time, and nobody moves twice', async () => {
    const before = nodes();
    const customer = await connectCustomer(url, 'pk_page');
    await customer.send('handoff:request', {});
    const gone = once(customer.socket as unknown as NodeJS.EventEmitter, 'disconnect');
    const answers: number[] = [];
    let isRolling = true;
    const asking = (async () => {
      while (isRolling) {
        answers.push((await fetch(`${url}/v1/sites/pk_page`)).status);
        await sleep(50);
      }
    })();
    cluster.child.kill('SIGHUP');
    await gone;
    const back = await comeBack(customer);
    await cluster.prints(/all nodes are replaced/);
    isRolling = false;
    await asking;
    expect(new Set(answers)).toEqual(new Set([200]));
    expect([...nodes().keys()].filter((name) => !before.has(name))).toHaveLength(before.size);
    expect(back.socket.connected, 'moved once').toBe(true);
    expect(await back.send('handoff:cancel', {})).toMatchObject({ ok: true });
    for (const one of [customer, back]) one.close();
  });

  test('[D9] SIGINT ends everything in good order', async () => {
    const pids = [...nodes().values()].map(({ pid }) => pid);
    cluster.child.kill('SIGINT');
    expect(await cluster.ended).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });
});

test.each([
  [['--nodes', '0'], /--nodes must be a whole number from 1 to 16/],
  [['--port', 'x'], /--port must be a whole number/],
  [['--what'], /--what/],
  [['--nodes', '3'], /room for 2 nodes; set DATABASE_URL/],
])('%j is refused before anything is started', async (args, words) => {
  const { ended, output } = runCluster(args, { HANDRAIL_DATA: 'no-such-folder' });
  expect(await ended).toBe(1);
  expect(output()).toMatch(words);
});

test('--help lists the options', async () => {
  const { ended, output } = runCluster(['--help']);
  expect(await ended).toBe(0);
  expect(output()).toMatch(/--nodes N.*--port PORT.*REDIS_URL/s);
});
