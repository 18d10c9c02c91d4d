import { once } from 'node:events';

/** Standard output, no faster than it is read: otherwise much of it would pile up in memory. */
export function createOutput() {
  let isClosed = false;
  let failure: unknown = null;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true;
    // The reader has seen enough, as in `| head`.
    if (error.code !== 'EPIPE') failure = error;
  });
  return {
    /** @returns false once nobody reads on */
    async write(text: string): Promise<boolean> {
      if (failure !== null) throw failure;
      if (isClosed) return false;
      if (text !== '' && !process.stdout.write(text)) {
        await once(process.stdout, 'drain').catch(() => undefined);
      }
      return !isClosed;
    },
  };
}
