import type { Duplex } from 'node:stream';

/**
 * Lets everything that is written to a connection within one turn of the event loop leave together: an agent who reads
 * along in a hundred conversations costs one system call a batch, and not a hundred. Nothing waits for a timer.
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
