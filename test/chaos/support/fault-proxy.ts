import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Direction = 'toServer' | 'toClient';

/** A stretch of network in front of a server, which does what networks do. */
export interface FaultProxy {
  readonly url: string;
  /** Breaks all connections; new ones are welcome. */
  cut(): void;
  /** Breaks all connections, and every new one, until `restore`. */
  refuse(): void;
  /** Everything takes this much longer each way, ms. */
  delay(ms: number): void;
  /**
   * Silently loses what goes in this direction: on the connections that are open now, or on later ones as well.
   * Nobody is told, and ends of connections get lost, too.
   */
  swallow(direction: Direction, which: 'existing' | 'all'): void;
  /** A network without faults. What was lost stays lost: a connection goes on with a hole in it, or breaks by it. */
  restore(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly lost: Set<Direction>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let isRefusing = false;
  let delayMs = 0;
  let lostForAll: readonly Direction[] = [];

  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };

  const relay = (pair: Pair, from: Socket, to: Socket, direction: Direction) => {
    const later = (act: () => void) => {
      if (delayMs === 0) act();
      else setTimeout(act, delayMs);
    };
    from.on('data', (bytes) => {
      if (!pair.lost.has(direction)) later(() => to.writable && to.write(bytes));
    });
    // A reset is an end as good as any.
    from.on('error', () => undefined);
    from.on('close', () => {
      if (!pair.lost.has(direction)) later(() => to.destroy());
      if (from.destroyed && to.destroyed) pairs.delete(pair);
    });
  };

  const proxy = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) socket.setNoDelay(true);
    const pair = { client, server, lost: new Set(lostForAll) };
    pairs.add(pair);
    relay(pair, client, server, 'toServer');
    relay(pair, server, client, 'toClient');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();

  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    cut,
    refuse() {
      isRefusing = true;
      cut();
    },
    delay(ms) {
      delayMs = ms;
    },
    swallow(direction, which) {
      for (const { lost } of pairs) lost.add(direction);
      if (which === 'all') lostForAll = [...lostForAll, direction];
    },
    restore() {
      isRefusing = false;
      delayMs = 0;
      lostForAll = [];
      for (const pair of pairs) {
        pair.lost.clear();
        // One end has gone meanwhile: the other is told by the next packet that does get through.
        if (pair.client.destroyed) pair.server.destroy();
        if (pair.server.destroyed) pair.client.destroy();
        if (pair.client.destroyed && pair.server.destroyed) pairs.delete(pair);
      }
    },
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      cut();
      await closed;
    },
  };
}
