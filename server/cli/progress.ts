import { Presets, SingleBar } from 'cli-progress';
import type { Contents, Progress, TableContents } from '../store/backup/contents.ts';

export const number = (value: number) => value.toLocaleString('en-US');
export const plural = (count: number, one: string) => `${number(count)} ${one}${count === 1 ? '' : 's'}`;

export const rowsIn = ({ tables }: Contents) => tables.reduce((sum, { rows }) => sum + rows, 0);

/** A bar on a terminal; elsewhere (a log, a pipe) one line for each table once it is through. */
export function createProgress(
  print: (line: string) => void,
  isTerminal = process.stdout.isTTY === true,
): Progress & { end(): void } {
  return isTerminal ? bar() : lines(print);
}

function bar(): Progress & { end(): void } {
  const shown = new SingleBar(
    { format: '  {bar} {percentage}%  {value} of {total} rows  {table}', hideCursor: true, fps: 10 },
    Presets.shades_classic,
  );
  return {
    begin: (contents) => shown.start(rowsIn(contents), 0, { table: '' }),
    advance: ({ name }, rows) => shown.increment(rows, { table: name }),
    // also after a failure: it gives the cursor back
    end: () => shown.stop(),
  };
}

function lines(print: (line: string) => void): Progress & { end(): void } {
  let expected: readonly TableContents[] = [];
  let copied = 0;
  let passed = 0;
  let all = 0;
  /** Tables are told in their order; one without rows never advances by itself. */
  const tellThrough = () => {
    for (let next = expected[0]; next !== undefined && copied >= next.rows; next = expected[0]) {
      copied -= next.rows;
      passed += next.rows;
      if (next.rows > 0)
        print(`  ${next.name}: ${plural(next.rows, 'row')} (${number(passed)} of ${number(all)})`);
      expected = expected.slice(1);
    }
  };
  return {
    begin(contents) {
      expected = contents.tables;
      all = rowsIn(contents);
    },
    advance(_table, rows) {
      copied += rows;
      tellThrough();
    },
    end: () => undefined,
  };
}
