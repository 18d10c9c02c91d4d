import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readJsonText } from '../json-text.ts';
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
  const read = readJsonText<Transcript>(line.text, validator, 'the conversation', (place) =>
    /^turns\.\d+\.author$/.test(place) ? 'must be "customer" or "bot"' : null,
  );
  return 'fault' in read ? read : { transcript: read };
}
