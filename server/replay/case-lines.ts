import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { GuidanceId } from '../../protocol/guidance.ts';
import { exact } from '../../protocol/ids.ts';
import { ReplayCaseContent, ReplayChecks } from '../../protocol/replay.ts';
import { readJsonText } from '../json-text.ts';

const CaseLine = exact({
  guidance: GuidanceId,
  questions: Type.Optional(ReplayCaseContent.properties.questions),
  neighbours: Type.Optional(ReplayCaseContent.properties.neighbours),
  checks: Type.Optional(ReplayChecks),
});
type CaseLine = Static<typeof CaseLine>;
const validator = Compile(CaseLine);

/** Most cases of one import. */
export const mostLines = 2_000;

export type CaseOfLine = ReplayCaseContent & { readonly guidance: string; readonly line: number };

/**
 * Cases, one a line (docs/replay.md). What a line leaves out is empty: the case is what stands there.
 * @returns the cases, or what is wrong with the first line that cannot be read
 */
export function readCaseLines(text: string): readonly CaseOfLine[] | { readonly fault: string } {
  const cases = new Map<string, CaseOfLine>();
  for (const [at, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const line = at + 1;
    const read = readJsonText<CaseLine>(content, validator, 'the case');
    if ('fault' in read) return { fault: `line ${line}: ${read.fault}` };
    const { guidance, questions = [], neighbours = [], checks = null } = read;
    if (cases.has(guidance)) return { fault: `line ${line}: the guidance is there already` };
    cases.set(guidance, { guidance, questions, neighbours, checks, line });
    if (cases.size > mostLines) return { fault: `more than ${mostLines} cases` };
  }
  return [...cases.values()];
}
