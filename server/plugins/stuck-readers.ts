import fp from 'fastify-plugin';

/** A reader may fall behind by this much; then it is dropped and comes back by seq (D5). */
const mostPackets = 1_000;
const mostBytes = 4 * 1_024 * 1_024;
const lookEveryMs = 1_000;

/** What engine.io keeps for a reader whose connection takes nothing more. */
interface Connection {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  close(discard: boolean): void;
  readonly transport: { readonly socket?: { readonly bufferedAmount?: number; terminate?(): void } };
}

/**
 * Bounds what is kept in memory for readers who do not read: a phone in a tunnel, or one who holds the connection open
 * on purpose. Ephemeral events are dropped first (socket.io's `volatile`); the rest piles up to a limit.
 */
export default fp(
  async (app) => {
    const { realtime, metrics, log } = app;
    const isStuck = ({ writeBuffer, transport }: Connection) => {
      if (writeBuffer.length > mostPackets) return true;
      let bytes = transport.socket?.bufferedAmount ?? 0;
      for (const { data } of writeBuffer) {
        if (typeof data === 'string' || Buffer.isBuffer(data)) bytes += data.length;
      }
      return bytes > mostBytes;
    };
    const timer = setInterval(() => {
      for (const connection of realtime.connections as Iterable<Connection>) {
        if (!isStuck(connection)) continue;
        metrics.stuckReaders.inc();
        log.info('a reader that takes nothing was dropped');
        connection.close(true);
        // A farewell would wait behind all that is not being read.
        connection.transport.socket?.terminate?.();
      }
    }, lookEveryMs);
    app.addHook('onClose', async () => clearInterval(timer));
  },
  { name: 'stuck-readers', dependencies: ['realtime', 'metrics'] },
);
