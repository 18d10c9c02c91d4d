import type { Bot, BotTurn } from '../../protocol/bot.ts';
import { maxAnswerLength } from '../../protocol/message.ts';
import type { AnswerEnd } from '../domain/command.ts';
import { BotError } from './bot-error.ts';

export interface Deadlines {
  /** Longest wait for the first piece, ms. */
  readonly firstByteMs: number;
  /** Longest reply in all, ms. */
  readonly totalMs: number;
}

const maxSources = 10;

/**
 * Asks a bot and gathers its reply into the command that ends the turn. Always comes to an end: a bot that hangs
 * is aborted at its deadline, and whatever it said before stays.
 * @param signal aborts when the customer moved on or a person took over; the result is then of no use
 * @param onText called with each new piece of text and its offset
 */
export async function collectReply(
  bot: Bot,
  turn: BotTurn,
  deadlines: Deadlines,
  signal: AbortSignal,
  onText: (offset: number, text: string) => void,
): Promise<AnswerEnd> {
  const deadline = new AbortController();
  let isOverdue = false;
  const expire = () => {
    isOverdue = true;
    deadline.abort();
  };
  const total = setTimeout(expire, deadlines.totalMs);
  const firstByte = setTimeout(expire, deadlines.firstByteMs);
  let text = '';
  const sources: AnswerEnd['sources'][number][] = [];
  let handoff: string | null = null;
  const ended = (outcome: AnswerEnd['outcome'], failure: AnswerEnd['failure']): AnswerEnd => {
    return { name: 'answer:end', turn: turn.turn, outcome, text, sources, failure, handoff };
  };
  try {
    for await (const chunk of bot.reply(turn, AbortSignal.any([signal, deadline.signal]))) {
      clearTimeout(firstByte);
      if (chunk.type === 'text') {
        const room = maxAnswerLength - text.length;
        const piece = chunk.text.slice(0, room);
        onText(text.length, piece);
        text += piece;
        if (chunk.text.length > room) throw new BotError('too_large', 'answer longer than 20,000 characters');
      } else if (chunk.type === 'source') {
        if (sources.length < maxSources) sources.push(chunk.source);
      } else if (chunk.type === 'handoff') {
        handoff = chunk.reason;
      } else {
        // An answer without a word is no answer, unless the bot only wanted to bring in a person.
        if (text.trim() === '' && handoff === null) throw new BotError('malformed', 'empty answer');
        return ended(chunk.outcome, null);
      }
    }
    throw new BotError('malformed', 'no end');
  } catch (error) {
    if (isOverdue) return ended('failed', 'timeout');
    if (error instanceof BotError) return ended('failed', error.failure);
    if (signal.aborted) return ended('failed', 'interrupted');
    throw error;
  } finally {
    clearTimeout(total);
    clearTimeout(firstByte);
  }
}
