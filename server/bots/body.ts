import type { Readable } from 'node:stream';
import { BotError } from './bot-error.ts';

/**
 * A body that ends with a BotError when it grows past all measure or breaks off. A reader that stops early closes
 * the connection: the bot sees that nobody reads on.
 */
export function limitedBody(
  body: Readable,
  maxBytes: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const parts = (body as AsyncIterable<Buffer<ArrayBuffer>>)[Symbol.asyncIterator]();
  let bytes = 0;
  // Heard where it is read; a body that is dropped unread has nobody else to tell.
  body.on('error', () => undefined);
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await parts.next();
          if (done === true) return controller.close();
          bytes += value.byteLength;
          if (bytes > maxBytes) throw new BotError('too_large', `more than ${maxBytes} bytes`);
          controller.enqueue(value);
        } catch (error) {
          body.destroy();
          if (signal.aborted) return controller.error(signal.reason);
          const broken = new BotError('malformed', 'the connection broke in the middle of the answer');
          controller.error(error instanceof BotError ? error : broken);
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The body as text, piece by piece as it comes; letters that are cut between two pieces are put together. */
export async function* textOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  for await (const part of response.body) yield decoder.decode(part, { stream: true });
}
