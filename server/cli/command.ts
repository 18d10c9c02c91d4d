import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import type { Store } from '../store/store.ts';

/** What was typed cannot be carried out; the message says what to type instead. */
export class UsageError extends Error {}

export interface CommandContext {
  readonly store: Store;
  readonly config: Config;
  readonly log: FastifyBaseLogger;
  print(line: string): void;
}

export interface Command {
  readonly options: string;
  readonly about: string;
  /** @throws UsageError */
  run(context: CommandContext, args: readonly string[]): Promise<void>;
}

/** The options of a command, none of them positional. @throws UsageError for unknown or incomplete ones */
export function optionsOf<T extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: T,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options cannot be read.');
  }
}

/** @throws UsageError when the option is missing or longer than `most` characters */
export function needed(value: string | undefined, name: string, most: number): string {
  const text = value?.trim() ?? '';
  if (text === '') throw new UsageError(`--${name} is missing.`);
  if (text.length > most) throw new UsageError(`--${name} is longer than ${most} characters.`);
  return text;
}
