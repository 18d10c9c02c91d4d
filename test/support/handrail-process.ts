import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const startScript = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

export interface HandrailProcess {
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** The first match of the pattern in what it prints; rejects if it ends before. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code, once it has ended by itself. */
  ended(): Promise<number | null>;
  /** Sends the signal to the whole group, so that the server gets it as well, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs what `npm start` runs, as a process group of its own. */
export function startHandrail(env: Record<string, string>): HandrailProcess {
  const child = spawn(process.execPath, [startScript], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let hasEnded = false;
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const check of waiting) check();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      tell();
    });
  }
  const closed = once(child, 'close').then(([code]) => {
    hasEnded = true;
    tell();
    return code as number | null;
  });
  return {
    child,
    output: () => output,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(output);
          if (match === null && !hasEnded) return;
          waiting.delete(check);
          if (match === null) reject(new Error(`ended without printing ${pattern}:\n${output}`));
          else resolve(match);
        };
        waiting.add(check);
        check();
      }),
    ended: () => closed,
    async end(signal) {
      // The group's id is the leader's: a negative number names the group.
      if (!hasEnded && child.pid !== undefined) process.kill(-child.pid, signal);
      return closed;
    },
  };
}
