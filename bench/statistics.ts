/** The middle of the values; of an even number of them the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = Number.isInteger(middle)
    ? [sorted[middle - 1], sorted[middle]]
    : [sorted[Math.floor(middle)], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** Nearest-rank: a value that did occur. NaN for none. */
export function at(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export interface Percentiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Nearest-rank percentiles of durations in ms: each is a duration that did occur. NaN for none. */
export function percentiles(durationsMs: readonly number[]): Percentiles {
  return { p50Ms: at(durationsMs, 0.5), p99Ms: at(durationsMs, 0.99), maxMs: at(durationsMs, 1) };
}

/** Cut to what a measurement can bear: whole numbers from 100 on, else two or three digits. */
export function rounded(value: number): number {
  if (Math.abs(value) >= 100) return Math.round(value);
  return Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3));
}

/** Smallest and largest value, as text: how much the runs agree. */
export const spread = (values: readonly number[]) =>
  values.length < 2 ? '' : `${rounded(Math.min(...values))}-${rounded(Math.max(...values))}`;

/** Rows as a table with aligned columns: words to the left, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = (line: readonly string[]) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [text(header), rule, ...lines.slice(1).map(text)].join('\n');
}
