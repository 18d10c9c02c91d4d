import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { freePort } from './node.ts';

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of our own, so that it can be taken away and come back under its address, with nothing in it. */
export interface OwnRedis {
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** It takes what comes and answers nothing, until it goes on. */
  hang(): void;
  goOn(): void;
}

export async function startRedis(): Promise<OwnRedis> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const redis: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      const started = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() });
      child = started;
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject);
        started.once('exit', () => reject(new Error(`redis-server does not start on port ${port}`)));
        started.stdout.on('data', (text) => String(text).includes('Ready to accept') && resolve());
      });
    },
    async kill() {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    hang: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
  };
  await redis.start();
  return redis;
}
