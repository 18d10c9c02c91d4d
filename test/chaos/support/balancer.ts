import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Node } from './node.ts';

/** As small as a balancer can be: each new connection goes to the next node that is ready. */
export interface Balancer {
  readonly url: string;
  /** From now on new connections go to these; open ones stay where they are. */
  use(nodes: readonly Node[]): Promise<void>;
  close(): Promise<void>;
}

/** How often `/readyz` is asked, ms. */
const lookEveryMs = 200;

export async function startBalancer(first: readonly Node[]): Promise<Balancer> {
  let nodes = first;
  let ready: readonly Node[] = first;
  let turn = 0;
  let isClosed = false;
  const sockets = new Set<Socket>();

  const look = async () => {
    const asked = nodes;
    const told = await Promise.all(asked.map((node) => node.readiness()));
    if (asked === nodes) ready = asked.filter((_, index) => told[index]?.code === 200);
  };
  const lookOn = async () => {
    while (!isClosed) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };

  const balancer = createServer((client) => {
    const node = ready[turn++ % Math.max(1, ready.length)];
    if (node === undefined) {
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(node.url);
    const server = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      // A broken connection is broken on both sides.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  balancer.listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const address = balancer.address();
  const looking = lookOn();

  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    async use(now) {
      nodes = now;
      await look();
    },
    async close() {
      isClosed = true;
      const closed = once(balancer, 'close');
      balancer.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await looking;
    },
  };
}
