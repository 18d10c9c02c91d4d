import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { uuidv7 as v7 } from 'uuidv7';
import { protocolVersion } from '../protocol/version.ts';
import { handrailEnv, openBackstage } from './handrail.ts';
import type { IdleClients, IdleReport } from './idle-clients.ts';
import { type Benchmark, UsageError } from './options.ts';
import { createDatabase } from './postgres.ts';
import { pin, type ServerProcess, startProcess } from './processes.ts';
import { median, rounded, spread, table } from './statistics.ts';

const about = `idle: memory of the server for each socket that is open and silent.

A bare socket.io server (a room each) and Handrail (the widget's socket: a customer with a session, and a conversation
that was begun and has come to rest in the bot's hands), one after the other in every run. Resident memory (VmRSS of
/proc) before and after --sockets sockets were opened from another process, and then left alone for --seconds (longer
than a ping and a heartbeat), both times after a forced garbage collection; a hundred sockets that came and went before
have warmed the server up. What the difference is by socket is told.`;

const collect = fileURLToPath(new URL('servers/collect.ts', import.meta.url));
const clients = fileURLToPath(new URL('idle-clients.ts', import.meta.url));
const warmUpSockets = 100;
const settleMs = 2_000;
const mostCollections = 15;
/** Two readings that differ by less are the same. */
const steadyWithin = 0.005;
/** What a process has open besides its sockets. */
const otherFiles = 200;
const allNames = ['bare', 'handrail'] as const;
type Name = (typeof allNames)[number];

export const idle: Benchmark = {
  about,
  options: {
    sockets: { type: 'string', default: '5000', about: 'sockets to open' },
    only: { type: 'string', about: 'one of the servers: bare or handrail' },
  },
  defaults: { runs: 3, seconds: 35 },
  async run({ runs, seconds, print, count, text }) {
    const names = allNames.filter((name) => text('only') === undefined || text('only') === name);
    if (names.length === 0) throw new UsageError(`--only is one of ${allNames.join(', ')}`);
    const sockets = count('sockets');
    assertFilesFor(sockets);
    const pinning = pin();
    print(`${sockets} sockets, left alone for ${seconds} s, garbage collected; ${pinning.told}\n`);
    const problems: string[] = [];
    const results = new Map<Name, number[]>(names.map((name) => [name, []]));
    for (let run = 0; run < runs; run += 1) {
      for (const name of run % 2 === 0 ? names : names.toReversed()) {
        const {
          beforeKb,
          afterKb,
          problems: lost,
        } = await measure(name, sockets, seconds * 1_000, pinning.server);
        if (lost.length > 0) problems.push(`${name}: ${lost.length} sockets: ${lost[0]}`);
        const each = (afterKb - beforeKb) / sockets;
        results.get(name)?.push(each);
        const [before, after] = [rounded(beforeKb / 1_024), rounded(afterKb / 1_024)];
        print(`run ${run + 1}  ${name.padEnd(9)} ${before} -> ${after} MB  ${rounded(each)} kB a socket`);
      }
    }
    const measured = Object.fromEntries(
      names.map((name) => {
        const each = results.get(name) ?? [];
        return [name, { kbPerSocket: rounded(median(each)), ofRuns: spread(each) }];
      }),
    );
    const { bare, handrail } = measured;
    const ratio = bare && handrail ? rounded(handrail.kbPerSocket / bare.kbPerSocket) : null;
    const rows = Object.entries(measured).map(([name, one]) => [name, one.kbPerSocket, one.ofRuns]);
    print(`\n${table(['medians', 'kB a socket', 'of runs'], rows)}`);
    if (ratio !== null) print(`\nhandrail / bare  ${ratio}`);
    return {
      problems,
      result: { ...measured, ratios: { handrailToBare: ratio }, sockets, runs, seconds },
    };
  },
};

/** @throws Error that says what to set when so many sockets cannot be opened */
function assertFilesFor(sockets: number): void {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  if (limit === 'unlimited' || Number(limit) >= sockets + otherFiles) return;
  throw new UsageError(
    `A process may open ${limit} files here; run "ulimit -n ${sockets + otherFiles}" first.`,
  );
}

async function measure(name: Name, sockets: number, idleMs: number, core: number | null) {
  const database = name === 'handrail' ? await createDatabase() : null;
  const nodeOptions = ['--expose-gc', '--import', collect];
  const server = await startProcess(
    database === null
      ? { script: 'bench/servers/bare.ts', env: {}, core, nodeOptions }
      : { script: 'server/main.ts', env: handrailEnv(database.url), core, nodeOptions },
  );
  try {
    const open = (count: number) =>
      database === null ? openBare(server.url, count) : openCustomers(server.url, database.url, count);
    await close(await open(warmUpSockets));
    const beforeKb = await rssKb(server);
    const opened = await open(sockets);
    await sleep(idleMs);
    const afterKb = await rssKb(server);
    const { problems } = opened;
    await close(opened);
    return { beforeKb, afterKb, problems };
  } finally {
    await server.stop();
    await database?.drop();
  }
}

function openBare(url: string, count: number): Promise<OpenClients> {
  const handshakes = Array.from({ length: count }, () => {
    const conversationId = v7();
    return { auth: { conversations: [conversationId] }, conversationId };
  });
  return openClients({ url, namespace: '', handshakes, begins: false });
}

const insertedTogether = 20;

async function openCustomers(url: string, databaseUrl: string, count: number): Promise<OpenClients> {
  const { site, addCustomer, close: leave } = await openBackstage(databaseUrl);
  const handshakes: IdleClients['handshakes'][number][] = [];
  const add = async () => {
    const conversationId = v7();
    const conversations = { [conversationId]: 0 };
    const auth = { version: protocolVersion, site: site.key, token: await addCustomer(), conversations };
    handshakes.push({ auth, conversationId });
  };
  while (handshakes.length < count) {
    const more = Math.min(insertedTogether, count - handshakes.length);
    await Promise.all(Array.from({ length: more }, add));
  }
  await leave();
  return openClients({ url, namespace: '/customer', handshakes, begins: true });
}

interface OpenClients {
  readonly child: ChildProcess;
  /** Sockets that were lost since: they would make the rest look small. */
  readonly problems: string[];
}

async function openClients(told: IdleClients): Promise<OpenClients> {
  const child = fork(clients);
  process.once('exit', () => child.kill());
  child.send(told);
  const [report] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => [{ problem: 'the clients ended' }]),
  ])) as [IdleReport];
  if ('problem' in report) throw new Error(report.problem);
  const problems: string[] = [];
  child.on('message', ({ problem }: { problem: string }) => void problems.push(problem));
  return { child, problems };
}

async function close({ child }: OpenClients): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** Resident memory, kB, once collecting garbage again and again changes it no more: what is freed goes back slowly. */
async function rssKb({ pid }: ServerProcess): Promise<number> {
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostCollections; round += 1) {
    process.kill(pid, 'SIGUSR2');
    await sleep(settleMs);
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    if (match === null) throw new Error('this system does not tell the memory of a process');
    const now = Number(match[1]);
    if (Math.abs(before - now) < now * steadyWithin) return now;
    before = now;
  }
  throw new Error(`the memory of the server is not steady after ${mostCollections} collections`);
}
