import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accepting, freePort } from './ports.ts';

export interface BenchRedis {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * REDIS_URL, or a Redis of our own that keeps nothing: the stream of a shared one would carry other people's events.
 * @throws Error that says what to set when there is none to start
 */
export async function openRedis(): Promise<BenchRedis> {
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== '') return { url: given, close: async () => undefined };
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  process.once('exit', () => child.kill());
  const failed = once(child, 'error').then(() => {
    throw new Error('There is no redis-server to start; install one, or set REDIS_URL.');
  });
  await Promise.race([accepting(port), failed]);
  failed.catch(() => undefined);
  return {
    url: `redis://127.0.0.1:${port}`,
    async close() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
