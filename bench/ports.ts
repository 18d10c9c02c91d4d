import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A free port, chosen here and not read from a log, which a server that only logs warnings would not write. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const startWithinMs = 60_000;

/** Resolves once something accepts connections there. @throws Error after a minute */
export async function accepting(port: number): Promise<void> {
  for (const until = performance.now() + startWithinMs; performance.now() < until; await sleep(25)) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`nothing listens after ${startWithinMs / 1_000} s`);
}
