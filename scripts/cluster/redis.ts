import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { ClusterError } from './error.ts';
import { freePort } from './free-port.ts';

export interface ClusterRedis {
  readonly url: string;
  /** for a person, without a password */
  readonly about: string;
  stop(): Promise<void>;
}

const usualUrl = 'redis://127.0.0.1:6379';

/**
 * The Redis that the nodes share: the given one, else a private one of our own, else the machine's.
 * @throws ClusterError when there is none
 */
export async function openRedis(given: string | null): Promise<ClusterRedis> {
  const stop = async () => undefined;
  if (given !== null) return { url: given, about: 'REDIS_URL', stop };
  if (spawnSync('redis-server', ['--version']).status === 0) return startPrivate();
  if (await answers(usualUrl)) return { url: usualUrl, about: usualUrl, stop };
  throw new ClusterError(
    `Several nodes need a Redis, and there is none: no redis-server is installed and nothing answers at ${usualUrl}. ` +
      'Install redis-server, or set REDIS_URL to one of yours.',
  );
}

/** Keeps nothing on the disk: it is a doorbell, and what is true stands in PostgreSQL. */
async function startPrivate(): Promise<ClusterRedis> {
  const [port, password] = [await freePort(), randomBytes(24).toString('hex')];
  const child = spawn('redis-server', ['-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    cwd: tmpdir(),
    // Ctrl+C reaches the whole group of a terminal; the nodes need it until they have stopped.
    detached: true,
  });
  // Through its input: what stands in a command line is read by everybody on the machine.
  const settings = ['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`, 'save ""', 'appendonly no'];
  child.stdin.end(`${settings.join('\n')}\n`);
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await answers(url)) return { url, about: `a private redis-server on port ${port}`, stop };
    if (child.exitCode !== null) throw new ClusterError('redis-server ended at once; see above.');
    await sleep(50);
  }
  await stop();
  throw new ClusterError(`redis-server does not answer on port ${port}.`);
}

async function answers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
