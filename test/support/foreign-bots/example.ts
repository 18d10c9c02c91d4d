import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningExample {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts an example's program, as its first lines say, on a free port. */
export async function startExample(name: string, env: Record<string, string>): Promise<RunningExample> {
  const main = fileURLToPath(new URL(`../../../examples/${name}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const url = await Promise.race([
    (async () => {
      for await (const line of createInterface({ input: child.stdout })) {
        const [, found] = /^listening on (\S+)$/.exec(line) ?? [];
        if (found !== undefined) return found;
      }
      throw new Error(`${name} never said where it listens`);
    })(),
    gone.then(([code]) => {
      throw new Error(`${name} ended with ${code}`);
    }),
  ]);
  return {
    url,
    async close() {
      child.kill();
      await gone;
    },
  };
}
