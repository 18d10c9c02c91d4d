import type { Faults } from './ledger.ts';
import { percentile, type Tally } from './tally.ts';

/** One line that is written over while the walk goes on; plain lines now and then without a terminal. */
export function startProgress({ counts }: Tally, total: number): { stop(): void } {
  const isTerminal = process.stdout.isTTY === true;
  let last = '';
  const show = () => {
    const done = counts.answered + counts.unknown + counts.failed + counts.byPerson;
    const line = `${done}/${total} questions, ${counts.handoffsAsked} asked for a person, ${counts.handoffsResolved} helped`;
    if (line === last) return;
    last = line;
    if (isTerminal) process.stdout.write(`\r\u001b[2K${line}`);
    else console.log(line);
  };
  const timer = setInterval(show, isTerminal ? 100 : 2_000);
  return {
    stop() {
      clearInterval(timer);
      show();
      if (isTerminal) process.stdout.write('\n');
    },
  };
}

export function summarize(
  { counts, times, problems }: Tally,
  faults: Faults,
  commands: number,
  seconds: number,
) {
  const { details, ...wrong } = faults;
  const spans = Object.fromEntries(
    Object.entries(times).map(([name, samples]) => [
      name,
      { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99), count: samples.length },
    ]),
  );
  const isHandled =
    counts.handoffsAsked === counts.handoffsAccepted &&
    counts.handoffsAsked === counts.handoffsAnswered &&
    counts.handoffsAsked === counts.handoffsResolved;
  const isRight =
    isHandled &&
    Object.values(wrong).every((count) => count === 0) &&
    counts.unanswered + counts.broken === 0;
  return {
    isRight,
    seconds,
    commands,
    ...counts,
    ...wrong,
    times: spans,
    problems: [...problems, ...details],
  };
}
export type Summary = ReturnType<typeof summarize>;

const rows: readonly (readonly [string, keyof Summary])[] = [
  ['customers', 'customers'],
  ['questions', 'questions'],
  ['  answered', 'answered'],
  ['  "I don\'t know"', 'unknown'],
  ['  failed, and said so', 'failed'],
  ['  answered by a person', 'byPerson'],
  ['  no answer', 'unanswered'],
  ['asked for a person', 'handoffsAsked'],
  ["  on an agent's screen", 'handoffsSeen'],
  ['  accepted', 'handoffsAccepted'],
  ['  answered', 'handoffsAnswered'],
  ['  resolved', 'handoffsResolved'],
  ['accepts that came second', 'acceptsLost'],
  ['answer feedback', 'feedback'],
  ['conversation ratings', 'ratings'],
  ['commands acknowledged', 'commands'],
  ['  sent twice on purpose', 'resent'],
  ['reconnects', 'reconnects'],
  ['lost', 'lost'],
  ['doubled', 'doubled'],
  ['out of order', 'outOfOrder'],
  ['seen differently', 'differing'],
  ['broken off', 'broken'],
];

const spans: readonly (readonly [string, string])[] = [
  ['command sent -> acknowledged', 'sendToAck'],
  ['question -> answer ended', 'questionToEnd'],
  ["asked -> on an agent's screen", 'askedToScreen'],
  ['asked -> accepted', 'askedToAccepted'],
];

export function printReport(summary: Summary): void {
  console.log('');
  for (const [label, key] of rows) console.log(`${label.padEnd(32)}${String(summary[key]).padStart(8)}`);
  console.log(`\n${'ms'.padEnd(32)}${'p50'.padStart(8)}${'p99'.padStart(10)}`);
  for (const [label, key] of spans) {
    const span = summary.times[key];
    const cell = (value: number | null | undefined) => (value == null ? '-' : value.toFixed(1));
    console.log(`${label.padEnd(32)}${cell(span?.p50).padStart(8)}${cell(span?.p99).padStart(10)}`);
  }
  for (const problem of summary.problems.slice(0, 20)) console.log(`! ${problem}`);
  const verdict = summary.isRight
    ? 'Every question was answered or honestly failed; nothing was lost.'
    : 'Something went wrong.';
  console.log(`\n${verdict} (${summary.seconds.toFixed(1)} s)`);
}
