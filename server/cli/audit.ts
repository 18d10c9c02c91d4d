import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { judge, turnsLookedAt } from '../domain/policy/judge.ts';
import { defaultThresholds } from '../domain/policy/thresholds.ts';
import { createAuditReport } from './audit-report.ts';
import { parseTranscript, type Transcript } from './audit-transcripts.ts';
import { type Alone, type Command, UsageError } from './command.ts';
import { linesOf, maxLineBytes } from './lines.ts';
import { createOutput } from './output.ts';
import { number, plural } from './progress.ts';

/** Judges past transcripts of any bot as the server would have. Opens no database and asks no server. */
export const audit: Command<Alone> = {
  options: 'FILE.jsonl [--json]',
  about:
    'Judges past conversations of any bot by the handoff policy: where people asked for a person, where one should ' +
    'have been offered, where one was promised. One conversation a line: {"id", "turns": [{"author": "customer" or ' +
    '"bot", "text"}]}; - reads from standard input. --json: one object a line for every customer turn.',
  async run({ print, signal }, args) {
    const isJson = args.includes('--json');
    const [path, ...more] = args.filter((arg) => arg !== '--json');
    if (path === undefined || (path.startsWith('-') && path !== '-')) {
      throw new UsageError(`${path === undefined ? 'FILE.jsonl is missing' : `There is no option ${path}`}.`);
    }
    if (more.length > 0) throw new UsageError(`Only one FILE.jsonl is expected, and not ${more.join(' ')}.`);
    const input: Readable = path === '-' ? process.stdin : createReadStream(path);
    addAbortSignal(signal, input);
    const report = createAuditReport();
    const output = createOutput();
    let malformed = 0;
    for await (const { number: line, bytes } of linesOf(input)) {
      const parsed = parseTranscript(bytes);
      if (parsed === null) continue;
      if ('fault' in parsed) {
        malformed += 1;
        console.error(`Line ${line}: ${parsed.fault}`);
        continue;
      }
      if (isJson) {
        if (!(await output.write(jsonOf(parsed.transcript)))) return;
      } else {
        report.add(parsed.transcript);
      }
    }
    if (!isJson) for (const line of report.lines()) print(line);
    if (malformed > 0) {
      console.error(
        `${plural(malformed, 'line')} could not be read and ${malformed === 1 ? 'was' : 'were'} left out. A line is at most ` +
          `${number(maxLineBytes)} bytes: {"id": "…", "turns": [{"author": "customer" or "bot", "text": "…"}]}.`,
      );
      process.exitCode = 1;
    }
  },
};

/** One object a line for each of the customer's turns, judged on what was known at it. */
function jsonOf({ id, turns }: Transcript): string {
  let lines = '';
  turns.forEach(({ author }, turn) => {
    if (author !== 'customer') return;
    const { decision, reason } = judge(
      turns.slice(Math.max(0, turn + 1 - turnsLookedAt), turn + 1),
      defaultThresholds,
    );
    lines += `${JSON.stringify({ id, turn, decision, reason })}\n`;
  });
  return lines;
}
