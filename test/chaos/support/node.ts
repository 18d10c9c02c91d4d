import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServer, type ServerProcess } from '../../server/server-process.ts';

/** A port that was free a moment ago, for a server that must come back under the same address. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Half of a start is reading our own sources: the next one of a trial finds that done. */
const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'handrail-chaos-compiled') };

/** The server as a process that ends and comes back under one address, as an operator's supervisor has it. */
export interface Node {
  readonly url: string;
  /** Resolves once it listens. */
  start(): Promise<void>;
  /** Sends the signal and waits for the end. @returns its exit code */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** What `/readyz` says: its status code, and its `status`, or null when nobody answers. */
  readiness(): Promise<{ readonly code: number; readonly status: string } | null>;
  /** What its last process has printed. */
  output(): string;
  /** How processes ended that nobody had ended, with their last lines. */
  deaths(): readonly string[];
}

export async function createNode(env: Record<string, string>): Promise<Node> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let running: ServerProcess | null = null;
  let isEnding = false;
  const deaths: string[] = [];
  const lastLines = (ended: ServerProcess) => ended.output().slice(-4_000);
  return {
    url,
    output: () => running?.output() ?? '',
    deaths: () => deaths,
    async start() {
      // All customers come from one address here: the limits are for others.
      const unlimited = { LIMIT_SESSIONS: '1000000', LIMIT_COMMANDS: '1000000' };
      const started = runServer({
        LOG_LEVEL: 'info',
        ...compileCache,
        ...unlimited,
        ...env,
        PORT: String(port),
      });
      running = started;
      isEnding = false;
      started.ended.then(
        (code) => isEnding || deaths.push(`a server ended by itself (${code}):\n${lastLines(started)}`),
        (error) => deaths.push(`a server could not be run: ${error}`),
      );
      await started.url;
    },
    async end(signal) {
      isEnding = true;
      running?.kill(signal);
      return (await running?.ended) ?? null;
    },
    async readiness() {
      try {
        const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        const { status } = (await response.json()) as { status: string };
        return { code: response.status, status };
      } catch {
        return null;
      }
    },
  };
}
