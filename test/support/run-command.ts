import { pino } from 'pino';
import type { Command } from '../../server/cli/command.ts';
import { readConfig } from '../../server/config.ts';
import type { TestServer } from './server.ts';

/** Runs a command of `handrail` on the store of this server. @returns what it prints */
export async function runCommand(
  server: TestServer,
  command: Command,
  args: readonly string[],
): Promise<string> {
  const lines: string[] = [];
  const config = { ...readConfig({}), publicUrl: server.url };
  const context = { store: server.store, config, log: pino({ level: 'silent' }) };
  await command.run({ ...context, print: (line) => void lines.push(line) }, [...args]);
  return lines.join('\n');
}
