import type { Bot, BotChunk, BotTurn } from '../../protocol/bot.ts';
import { maxAnswerLength, maxQuickReplies } from '../../protocol/message.ts';
import type { AnswerEnd } from '../domain/command.ts';
import { BotError } from './bot-error.ts';
import type { Limits } from './limits.ts';

export type Deadlines = Pick<Limits, 'firstByteMs' | 'totalMs'>;

const maxSources = 10;
const longest = { title: 200, url: 2_000, reply: 80, reason: 500 };

/**
 * Asks a bot and gathers its reply into the command that ends the turn. Always comes to an end: a bot that hangs
 * is aborted at its deadline, and whatever it said before stays. What is longer or more than a transcript holds, such
 * as a title or the number of sources, is cut; only a text that is too long is a failure.
 * @param signal aborts when the customer moved on or a person took over; the result is then of no use
 * @param onText called with each new piece of text and its offset
 * @param onFailure called with what went wrong, for log and circuit breaker, before the failed end is returned
 */
export async function collectReply(
  bot: Bot,
  turn: BotTurn,
  deadlines: Deadlines,
  signal: AbortSignal,
  onText: (offset: number, text: string) => void,
  onFailure: (error: BotError) => void = () => undefined,
): Promise<AnswerEnd> {
  const deadline = new AbortController();
  let overdue: BotError | null = null;
  const expireAfter = (ms: number, what: string) =>
    setTimeout(() => {
      overdue ??= new BotError('timeout', `${what} after ${ms} ms`);
      deadline.abort(overdue);
    }, ms);
  const total = expireAfter(deadlines.totalMs, 'no end');
  const firstByte = expireAfter(deadlines.firstByteMs, 'nothing');
  const reply = emptyReply();
  const ended = (outcome: AnswerEnd['outcome'], failure: AnswerEnd['failure']): AnswerEnd => {
    const { text, sources, handoff, replies } = reply;
    return { name: 'answer:end', turn: turn.turn, outcome, text, sources, failure, handoff, replies };
  };
  try {
    for await (const chunk of bot.reply(turn, AbortSignal.any([signal, deadline.signal]))) {
      clearTimeout(firstByte);
      if (chunk.type === 'end') {
        // An answer without a word is no answer, unless the bot only wanted to bring in a person, or does not know.
        const isEmpty = reply.text.trim() === '' && reply.handoff === null && chunk.outcome === 'answered';
        if (isEmpty) throw new BotError('malformed', 'empty answer');
        return ended(chunk.outcome, null);
      }
      add(reply, chunk, onText);
    }
    throw new BotError('malformed', 'no end');
  } catch (error) {
    const failure = overdue ?? error;
    if (signal.aborted && overdue === null) return ended('failed', 'interrupted');
    if (!(failure instanceof BotError)) throw failure;
    onFailure(failure);
    return ended('failed', failure.failure);
  } finally {
    clearTimeout(total);
    clearTimeout(firstByte);
    // Lets go of whatever the adapter still holds open.
    deadline.abort(new BotError('interrupted', 'the turn is over'));
  }
}

interface Reply {
  text: string;
  sources: AnswerEnd['sources'][number][];
  replies: string[];
  handoff: string | null;
}

const emptyReply = (): Reply => ({ text: '', sources: [], replies: [], handoff: null });

function add(
  reply: Reply,
  chunk: Exclude<BotChunk, { type: 'end' }>,
  onText: (offset: number, text: string) => void,
) {
  switch (chunk.type) {
    case 'text': {
      const room = maxAnswerLength - reply.text.length;
      const piece = chunk.text.slice(0, room);
      if (piece !== '') onText(reply.text.length, piece);
      reply.text += piece;
      if (chunk.text.length > room)
        throw new BotError('too_large', `more than ${maxAnswerLength} characters`);
      return;
    }
    case 'source': {
      const url = chunk.source.url.trim();
      const title = chunk.source.title.trim().slice(0, longest.title) || url.slice(0, longest.title);
      // A cut address leads somewhere else.
      if (url === '' || url.length > longest.url || reply.sources.length >= maxSources) return;
      reply.sources.push({ title, url });
      return;
    }
    case 'quick_replies': {
      const given = chunk.replies.map((text) => text.trim().slice(0, longest.reply).trim());
      reply.replies = [...new Set([...reply.replies, ...given])]
        .filter((text) => text !== '')
        .slice(0, maxQuickReplies);
      return;
    }
    case 'handoff':
      reply.handoff = chunk.reason.slice(0, longest.reason);
      return;
  }
}
