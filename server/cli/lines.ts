import type { Readable } from 'node:stream';

/** A line is at most this long, in bytes: memory stays bounded whatever the file holds. */
export const maxLineBytes = 4_000_000;
const decoder = new TextDecoder('utf-8', { fatal: true });

export interface Line {
  /** From 1, as editors count. */
  readonly number: number;
  /** null: too long to be read. */
  readonly bytes: Uint8Array | null;
}

/** The lines of a stream, one at a time; of one that is too long nothing is kept. */
export async function* linesOf(input: Readable): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length > maxLineBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const end = (): Line => {
    const line = { number, bytes: length > maxLineBytes ? null : Buffer.concat(parts) };
    number += 1;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield end();
}

/** @returns what stands in a line, without blanks around it; null for a line without content */
export function readLine(
  bytes: Uint8Array | null,
): { readonly text: string } | { readonly fault: string } | null {
  if (bytes === null) return { fault: `longer than ${maxLineBytes.toLocaleString('en-US')} bytes` };
  try {
    const text = decoder.decode(bytes).trim();
    return text === '' ? null : { text };
  } catch {
    return { fault: 'not UTF-8' };
  }
}
