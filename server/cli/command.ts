import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import type { Site } from '../store/sites.ts';
import type { Store } from '../store/store.ts';

/** What was typed cannot be carried out; the message says what to type instead. */
export class UsageError extends Error {}

/** What a command is given that needs neither settings nor data. */
export interface Alone {
  print(line: string): void;
  /** Aborted by Ctrl+C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** What every other command is given. */
export interface Surroundings extends Alone {
  readonly config: Config;
}

/** What a command that works beside the running server is given: the store it uses, too. */
export interface CommandContext extends Omit<Surroundings, 'signal'> {
  readonly store: Store;
  readonly log: FastifyBaseLogger;
}

export interface Command<Context = CommandContext> {
  readonly options: string;
  readonly about: string;
  /** What the process ends with where it could not be carried out; 1 where nothing else is said. */
  readonly failureCode?: number;
  /** @throws UsageError */
  run(context: Context, args: readonly string[]): Promise<void>;
}

/** The site that `--site` names. @throws UsageError when it is missing, or no site has this key */
export async function siteWith(
  { store }: Pick<CommandContext, 'store'>,
  key: string | undefined,
): Promise<Site> {
  const wanted = needed(key, 'site', 63);
  const site = await store.sites.byKey(wanted);
  if (site === null) throw new UsageError(`No site has the key ${wanted}; "handrail site list" shows them.`);
  return site;
}

/** Tells the audit log that an operator has changed this of a site. The values stay out of it: some are secrets. */
export const noteSiteSaved = (
  { store }: Pick<CommandContext, 'store'>,
  site: { readonly id: string; readonly key: string },
  what: 'site' | 'identity' | 'hours' | 'notify' | 'policy' | 'routing' | 'guidance' | 'feedback',
): Promise<void> =>
  store.auditLog.addByOperator('site.saved', { kind: 'site', id: site.key }, [site.id], { what });

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

/** The one word that the command is given. @throws UsageError */
export function onlyWord(args: readonly string[], name: string): string {
  const [word, ...more] = args;
  if (word === undefined || word === '' || word.startsWith('-')) throw new UsageError(`${name} is missing.`);
  if (more.length > 0) throw new UsageError(`Only ${name} is expected, and not ${more.join(' ')}.`);
  return word;
}

/** @throws UsageError when the option is missing or longer than `most` characters */
export function needed(value: string | undefined, name: string, most: number): string {
  const text = value?.trim() ?? '';
  if (text === '') throw new UsageError(`--${name} is missing.`);
  if (text.length > most) throw new UsageError(`--${name} is longer than ${most} characters.`);
  return text;
}
