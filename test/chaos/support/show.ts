import type { Verdict } from './cast.ts';

/** The figures of a trial, one a line, under its name. */
export function show(name: string, { figures }: Pick<Verdict, 'figures'>): void {
  const lines = Object.entries(figures).map(
    ([what, figure]) => `  ${what.padEnd(56)}${String(figure).padStart(12)}`,
  );
  process.stdout.write(`\n${name}\n${lines.join('\n')}\n`);
}
