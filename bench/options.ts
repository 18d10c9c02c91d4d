/** What was typed cannot be run; the message says what to type instead. */
export class UsageError extends Error {}

/** One benchmark: what it measures, what can be set, and how it is run. */
export interface Benchmark {
  /** For `--help`: the method and where its numbers come from. The first line is its summary. */
  readonly about: string;
  readonly options: Readonly<Record<string, BenchmarkOption>>;
  readonly defaults: { readonly runs: number; readonly seconds: number };
  run(context: BenchmarkContext): Promise<BenchmarkResult>;
}

export interface BenchmarkOption {
  readonly type: 'string' | 'boolean';
  readonly default?: string;
  readonly about: string;
}

export interface BenchmarkContext {
  readonly runs: number;
  readonly seconds: number;
  print(line: string): void;
  text(name: string): string | undefined;
  /** A whole number above 0. @throws Error that names the option */
  count(name: string): number;
  flag(name: string): boolean;
}

export interface BenchmarkResult {
  /** Why the result does not count; empty if it does. */
  readonly problems: readonly string[];
  readonly result: Readonly<Record<string, unknown>>;
}
