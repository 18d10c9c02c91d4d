import type { Bot, BotChunk, BotTurn } from '../../../protocol/bot.ts';
import { createOutbound } from '../../../server/bots/outbound.ts';
import type { BotSession, BotSurroundings } from '../../../server/bots/surroundings.ts';

export const conversation = '0198c0de-1f2e-7abc-8def-0123456789ab';

/** A turn with the fields that a test does not care about. */
export const turnOf = (text: string, more: Partial<BotTurn> = {}): BotTurn => ({
  version: 1,
  site: 'pk_test',
  conversation,
  turn: 1,
  text,
  history: [],
  customer: { id: '0198c0de-1f2d-7abc-8def-0123456789ab', language: 'de' },
  ...more,
});

export const handback = { agent: 'Ana', decision: 'Refund of 20 € granted.', at: 1_764_000_000_000 };

/** What adapters remember, kept for as long as the test. */
export function createMemorySession(): BotSession {
  const sessions = new Map<string, string>();
  return {
    read: async (id) => JSON.parse(sessions.get(id) ?? '{}'),
    write: async (id, data) => void sessions.set(id, JSON.stringify(data)),
    numberOf: async () => 567,
  };
}

/** The real way out, which may call this machine; `close` it. */
export function createSurroundings(): BotSurroundings & { close(): Promise<void> } {
  const call = createOutbound({ allowPrivate: ['all'], retryAfterMs: 1 });
  return { call, session: createMemorySession(), close: () => call.close() };
}

/** Everything that a bot answers. @throws what the bot throws */
export async function ask(
  bot: Bot,
  turn: BotTurn,
  signal: AbortSignal = new AbortController().signal,
): Promise<BotChunk[]> {
  const chunks: BotChunk[] = [];
  for await (const chunk of bot.reply(turn, signal)) chunks.push(chunk);
  return chunks;
}

export const textOf = (chunks: readonly BotChunk[]): string =>
  chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
