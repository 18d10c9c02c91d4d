import type { Duplex } from 'node:stream';

/**
 * Lets everything that is written to a connection within one turn of the event loop leave together: a reader who follows
 * a hundred conversations costs one system call a batch, and not a hundred. Nothing waits for a timer.
 */
export function gatherWrites(connection: Duplex): void {
  const write = connection.write.bind(connection) as (...args: unknown[]) => boolean;
  let isGathering = false;
  connection.write = (...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      connection.cork();
      process.nextTick(() => {
        isGathering = false;
        connection.uncork();
      });
    }
    return write(...args);
  };
}

/**
 * The same for the packets of one reader, which engine.io would send the first of at once and keep the others for a second
 * write: a message's fact and its acknowledgement leave together.
 */
export function gatherPackets(connection: { flush(): void }): void {
  const flush = connection.flush.bind(connection);
  let isGathering = false;
  connection.flush = () => {
    if (isGathering) return;
    isGathering = true;
    process.nextTick(() => {
      isGathering = false;
      flush();
    });
  };
}
