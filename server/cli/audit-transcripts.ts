import type { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** A conversation is at most this long, in bytes of its line: memory stays bounded whatever the file holds. */
export const maxLineBytes = 4_000_000;
const maxTurns = 10_000;
const maxText = 100_000;

/** Fields that we do not know are left alone: exports of other systems bring their own. */
const TranscriptSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200 }),
  turns: Type.Array(
    Type.Object({
      author: Type.Enum(['customer', 'bot']),
      text: Type.String({ maxLength: maxText }),
    }),
    { maxItems: maxTurns },
  ),
});
export type Transcript = Static<typeof TranscriptSchema>;

const validator = Compile(TranscriptSchema);
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @returns null for a line without content */
export function parseTranscript(
  bytes: Uint8Array | null,
): { readonly transcript: Transcript } | { readonly fault: string } | null {
  if (bytes === null) return { fault: `longer than ${maxLineBytes.toLocaleString('en-US')} bytes` };
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes).trim();
  } catch {
    return { fault: 'not UTF-8' };
  }
  if (text === '') return null;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'not JSON' };
  }
  if (validator.Check(value)) return { transcript: value };
  const [first] = validator.Errors(value);
  const place = first?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  return { fault: faultAt(place, first?.message ?? 'does not fit') };
}

function faultAt(place: string, message: string): string {
  if (/^turns\.\d+\.author$/.test(place)) return `${place} must be "customer" or "bot"`;
  return `${place === '' ? 'the conversation' : place} ${message}`;
}

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
