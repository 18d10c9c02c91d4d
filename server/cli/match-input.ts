import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readJsonText } from '../json-text.ts';
import { UsageError } from './command.ts';
import { linesOf, readLine } from './lines.ts';

/** As long as a customer's message may be. */
const maxText = 4_000;
const mostGuidances = 10_000;
/** Of longer ones the last are taken: what customers ask now. */
const mostTraffic = 200_000;

/** Fields that we do not know are left alone. */
const GuidanceSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200 }),
  examples: Type.Array(Type.String({ minLength: 1, maxLength: maxText }), { minItems: 1, maxItems: 1_000 }),
});
export type GuidanceLine = Static<typeof GuidanceSchema>;
const validator = Compile(GuidanceSchema);

/** Told of each line that cannot be read. */
export type OnFault = (file: string, line: number, fault: string) => void;

export interface MatchFiles {
  readonly onFault: OnFault;
  readonly signal: AbortSignal;
}

/** @throws UsageError when there are more than can be held */
export async function readGuidances(path: string, files: MatchFiles): Promise<readonly GuidanceLine[]> {
  const guidances = new Map<string, GuidanceLine>();
  for await (const { line, text } of contentOf(path, files)) {
    const guidance = readJsonText<GuidanceLine>(text, validator, 'the guidance');
    if ('fault' in guidance) files.onFault(path, line, guidance.fault);
    else if (guidances.has(guidance.id)) files.onFault(path, line, `the id ${guidance.id} is there already`);
    else guidances.set(guidance.id, guidance);
    if (guidances.size > mostGuidances)
      throw new UsageError(`${path} holds more than ${mostGuidances} guidances.`);
  }
  return [...guidances.values()];
}

/** Questions, one a line, as they come. */
export async function* questionsOf(path: string, files: MatchFiles): AsyncGenerator<string> {
  for await (const { line, text } of contentOf(path, files)) {
    if (text.length > maxText) files.onFault(path, line, `longer than ${maxText} characters`);
    else yield text;
  }
}

export async function readTraffic(path: string, files: MatchFiles): Promise<readonly string[]> {
  const traffic: string[] = [];
  for await (const question of questionsOf(path, files)) {
    traffic.push(question);
    if (traffic.length >= 2 * mostTraffic) traffic.splice(0, mostTraffic);
  }
  return traffic.slice(-mostTraffic);
}

async function* contentOf(path: string, { onFault, signal }: MatchFiles) {
  const input: Readable = path === '-' ? process.stdin : createReadStream(path);
  addAbortSignal(signal, input);
  for await (const { number: line, bytes } of linesOf(input)) {
    const content = readLine(bytes);
    if (content === null) continue;
    if ('fault' in content) onFault(path, line, content.fault);
    else yield { line, text: content.text };
  }
}
