import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readLine } from './lines.ts';

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

/** @returns null for a line without content */
export function parseTranscript(
  bytes: Uint8Array | null,
): { readonly transcript: Transcript } | { readonly fault: string } | null {
  const line = readLine(bytes);
  if (line === null || 'fault' in line) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.text);
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
