import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

export interface ServerProcess {
  output(): string;
  /** Where it listens, once it does; rejects if it ends before. */
  readonly url: Promise<string>;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** The server as a process of its own, as an operator starts it: to be stopped or killed. */
export function runServer(env: Record<string, string>, args: string[] = []): ServerProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, PORT: '0', OUTBOUND_ALLOW: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const url = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = /listening on (http:\/\/[\w.:]+)/.exec(output);
        if (match?.[1] !== undefined) resolve(match[1]);
      });
    }
    ended.then(() => reject(new Error(`ended before it listened:\n${output}`)), reject);
  });
  // Whoever only waits for the end does not look at the address.
  url.catch(() => undefined);
  return { output: () => output, url, ended, kill: (signal) => void child.kill(signal) };
}
