import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { accepting, freePort } from './ports.ts';

export interface ServerProcess {
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  /** Sends SIGTERM and waits for the end, which `--cpu-prof` needs to write its file. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Path from the project's root. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Options of Node, such as --cpu-prof. */
  readonly nodeOptions?: readonly string[];
  /** The core it may use; null: all. */
  readonly core: number | null;
}

/** Starts a server as a process of its own, on a free port, and waits until it accepts connections. */
export async function startProcess({
  script,
  env,
  nodeOptions = [],
  core,
}: ServerOptions): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const node = [process.execPath, ...nodeOptions, path];
  const [command = '', ...args] = core === null ? node : ['taskset', '-c', String(core), ...node];
  const port = await freePort();
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // An interrupted benchmark leaves nothing running.
  const endWithUs = () => child.kill();
  process.once('exit', endWithUs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const ended = once(child, 'close');
  child.once('close', () => process.off('exit', endWithUs));
  const early = ended.then(() => {
    throw new Error(`${script} ended before it listened:\n${output}`);
  });
  await Promise.race([accepting(port), early]);
  // From here on an end is seen by `stop`, and by everybody whose socket it closes.
  early.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
    },
  };
}

/** Which cores the server and the client get; null where nothing can be pinned. */
export interface Pinning {
  readonly server: number | null;
  readonly client: number | null;
  readonly told: string;
}

/** The server alone on one core, this process on another, where there are two and `taskset` exists. */
export function pin(): Pinning {
  const cannot = (why: string) => ({ server: null, client: null, told: `nothing is pinned: ${why}` });
  if (availableParallelism() < 2) return cannot('there is one core only');
  try {
    execFileSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)], { stdio: 'ignore' });
  } catch {
    return cannot('there is no taskset');
  }
  const told = 'server on core 0, client on core 1; PostgreSQL where the kernel puts it';
  return { server: 0, client: 1, told };
}

/** Shares of one core, 1 = all of it; null where /proc does not tell. */
export interface CpuShares {
  readonly server: number | null;
  readonly client: number;
  readonly postgres: number | null;
  /** Whatever else runs on this machine: the more, the less a result is worth. */
  readonly others: number | null;
}

/** Measures CPU time between `begin` and `end`: whoever is near 1 is what limits the run. */
export function createCpuMeter(serverPids: readonly number[]) {
  const now = () => ({
    at: performance.now(),
    servers: cpuMsOf(serverPids),
    client: process.cpuUsage(),
    postgres: cpuMsOf(postgresPids()),
    machineMs: cpus().reduce((ms, { times }) => ms + times.user + times.nice + times.sys + times.irq, 0),
  });
  let begun = now();
  let shares: CpuShares = { server: null, client: Number.NaN, postgres: null, others: null };
  return {
    begin() {
      begun = now();
    },
    end() {
      const ended = now();
      const ms = ended.at - begun.at;
      const { user, system } = process.cpuUsage(begun.client);
      const client = (user + system) / 1_000 / ms;
      const server = shareOf(begun.servers, ended.servers, ms);
      const postgres = shareOf(begun.postgres, ended.postgres, ms);
      const all = (ended.machineMs - begun.machineMs) / ms;
      const others = server === null ? null : Math.max(0, all - client - server - (postgres ?? 0));
      shares = { server, client, postgres, others };
    },
    shares: () => shares,
  };
}

/** CPU time of the processes that were there at both times. */
function shareOf(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>, ms: number) {
  const used = [...after].flatMap(([pid, cpuMs]) => {
    const from = before.get(pid);
    return from === undefined ? [] : [cpuMs - from];
  });
  return used.length === 0 ? null : used.reduce((total, one) => total + one, 0) / ms;
}

let ticksPerSecond: number | null = null;

/** CPU time so far of each process that is still there, ms. */
function cpuMsOf(pids: readonly number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const pid of pids) {
    const stat = readText(`/proc/${pid}/stat`);
    if (stat === null) continue;
    ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    // Behind the name in brackets, which may hold anything: utime and stime are fields 14 and 15 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    times.set(pid, ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000);
  }
  return times;
}

function postgresPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => readText(`/proc/${pid}/comm`)?.trim() === 'postgres');
  } catch {
    return [];
  }
}

/** A process may end between being listed and being read. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
