import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Backend } from './balancer.ts';
import { ClusterError } from './error.ts';
import { freePort } from './free-port.ts';

const program = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
const checkEveryMs = 250;
const checkTimeoutMs = 2_000;
const startWithinMs = 60_000;
/** Turns under way have five seconds and slow readers ten; whoever is not through by then hangs. */
const stopWithinMs = 20_000;
/** A node that dies sooner after its start is given time before the next try, each time more. */
const steadyAfterMs = 10_000;
const longestPauseMs = 10_000;

/** A server process that is started again when it dies. */
export interface ServerNode extends Backend {
  /** Resolves once it is ready. @throws ClusterError if it ends before */
  start(): Promise<void>;
  /** It is to be replaced: gets nothing new as long as another one is there. */
  retire(): void;
  /** Ends it in good order, and with force if it hangs. */
  stop(): Promise<void>;
}

/**
 * @param env settings of the server; PORT and HOST are the node's own
 * @param say told what happens to it, in words for a person
 */
export function createServerNode(
  name: string,
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): ServerNode {
  let child: ChildProcess | null = null;
  let port = 0;
  let isReady = false;
  let isRetiring = false;
  let isMeantToRun = false;
  let startedAt = 0;
  let pauseMs = 0;

  const isRunning = () => child !== null && child.exitCode === null && child.signalCode === null;

  async function spawnServer(): Promise<ChildProcess> {
    port = await freePort();
    const spawned = spawn(process.execPath, [program], {
      env: { ...env, PORT: String(port), HOST: '127.0.0.1' },
      stdio: ['ignore', 'inherit', 'inherit'],
      // Ctrl+C reaches the whole group of a terminal; nodes are stopped in order.
      detached: true,
    });
    child = spawned;
    startedAt = Date.now();
    spawned.once('exit', (code, signal) => {
      isReady = false;
      if (isMeantToRun && child === spawned) void comeBack(`${signal ?? `code ${code}`}`);
    });
    return spawned;
  }

  async function comeBack(why: string): Promise<void> {
    pauseMs = Date.now() - startedAt > steadyAfterMs ? 0 : Math.min(longestPauseMs, pauseMs * 2 + 250);
    say(`node ${name} ended (${why}); starting it again`);
    await sleep(pauseMs);
    if (!isMeantToRun) return;
    const spawned = await spawnServer();
    if (await untilReady(spawned))
      say(`node ${name} is back: http://127.0.0.1:${port} (process ${spawned.pid})`);
  }

  /** Looks at it for as long as it runs; false when it ended, or did not become ready in time. */
  async function untilReady(spawned: ChildProcess): Promise<boolean> {
    const giveUpAt = Date.now() + startWithinMs;
    while (isRunning() && child === spawned && Date.now() < giveUpAt) {
      if (await checkReady()) {
        isReady = true;
        void watch(spawned);
        return true;
      }
      await sleep(checkEveryMs);
    }
    return false;
  }

  async function watch(spawned: ChildProcess): Promise<void> {
    while (isMeantToRun && isRunning() && child === spawned) {
      await sleep(checkEveryMs);
      const found = await checkReady();
      if (isMeantToRun && isRunning() && child === spawned) isReady = found;
    }
  }

  async function checkReady(): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
        signal: AbortSignal.timeout(checkTimeoutMs),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function start(): Promise<void> {
    isMeantToRun = true;
    const spawned = await spawnServer();
    if (!(await untilReady(spawned))) {
      await stop();
      throw new ClusterError(`Node ${name} did not become ready; what it said stands above.`);
    }
    say(`node ${name} is ready: http://127.0.0.1:${port} (process ${spawned.pid})`);
  }

  async function stop(): Promise<void> {
    isMeantToRun = false;
    isReady = false;
    const stopping = child;
    if (stopping === null || !isRunning()) return;
    const ended = once(stopping, 'exit');
    stopping.kill('SIGTERM');
    const impatient = setTimeout(() => stopping.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(impatient);
  }

  return {
    name,
    get port() {
      return port;
    },
    get isReady() {
      return isReady;
    },
    get isRunning() {
      return isRunning();
    },
    get isRetiring() {
      return isRetiring;
    },
    start,
    stop,
    retire() {
      isRetiring = true;
    },
  };
}
