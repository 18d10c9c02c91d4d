import type { BotChunk, BotTurn } from '../../protocol/bot.ts';
import type { AnswerFailure } from '../../protocol/conversation.ts';
import type { Source } from '../../protocol/message.ts';
import type { OutboxItem } from './model.ts';
import type { Pace } from './pace.ts';

/**
 * A bot that is a function in the page: an async generator of text (or of chunks, if it has sources to name or
 * cannot help). One that just ends has answered; one that throws has failed. The signal aborts when the customer
 * moves on or a person joins.
 */
export type PageBot = (turn: BotTurn, signal: AbortSignal) => AsyncIterable<BotChunk | string>;

export type AnswerEnd = OutboxItem<'answer:end'>['body'];

/** As the protocol has them. */
const maxAnswer = 20_000;
const maxSources = 10;
const maxReplies = 6;

class BotFailure extends Error {
  readonly failure: AnswerFailure;

  constructor(failure: AnswerFailure) {
    super(`the bot of this page failed: ${failure}`);
    this.failure = failure;
  }
}

/**
 * Asks the page's bot and gathers its reply into what ends the turn. Always comes to an end, also when the bot
 * hangs or ignores the signal; never throws.
 * @param stopped aborts when nobody waits for the reply any more; the result is then of no use
 * @param onText called with each new piece of text
 */
export async function askPageBot(
  bot: PageBot,
  turn: BotTurn,
  pace: Pace,
  stopped: AbortSignal,
  onText: (text: string) => void,
  report: (error: unknown) => void,
): Promise<AnswerEnd> {
  const overdue = new AbortController();
  const timers = [pace.botFirst, pace.botTotal].map((ms) => setTimeout(() => overdue.abort(), ms));
  const signal = AbortSignal.any([stopped, overdue.signal]);
  const sources: Source[] = [];
  let replies: string[] = [];
  let text = '';
  let handoff: string | null = null;
  let reply: AsyncIterator<BotChunk | string> | null = null;

  const ended = (outcome: AnswerEnd['outcome'], failure: AnswerFailure | null = null): AnswerEnd => {
    return { turn: turn.turn, outcome, text, sources, failure, handoff, replies };
  };
  const take = (chunk: BotChunk) => {
    if (chunk.type === 'text') {
      const piece = chunk.text.slice(0, maxAnswer - text.length);
      text += piece;
      if (piece !== '') onText(piece);
      if (piece !== chunk.text) throw new BotFailure('too_large');
    } else if (chunk.type === 'source') {
      const { title, url } = chunk.source;
      // A cut address leads somewhere else.
      if (sources.length < maxSources && url && url.length <= 2_000)
        sources.push({ title: (title || url).slice(0, 200), url });
    } else if (chunk.type === 'quick_replies') {
      replies = chunk.replies
        .map((reply) => reply.trim().slice(0, 80))
        .filter(Boolean)
        .slice(0, maxReplies);
    } else if (chunk.type === 'handoff') {
      handoff = chunk.reason.slice(0, 500);
    } else {
      throw new BotFailure('malformed');
    }
  };

  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new BotFailure('timeout')), { once: true });
    });
    reply = bot(turn, signal)[Symbol.asyncIterator]();
    while (true) {
      const { done, value } = await Promise.race([reply.next(), aborted]);
      clearTimeout(timers[0]);
      const chunk: BotChunk = done
        ? { type: 'end', outcome: 'answered' }
        : typeof value === 'string'
          ? { type: 'text', text: value }
          : value;
      if (chunk.type === 'end') {
        // An answer without a word is no answer, unless the bot only wanted to bring in a person, or does not know.
        const isEmpty = text.trim() === '' && handoff === null && chunk.outcome === 'answered';
        return isEmpty ? ended('failed', 'malformed') : ended(chunk.outcome);
      }
      take(chunk);
    }
  } catch (error) {
    if (error instanceof BotFailure) return ended('failed', error.failure);
    // The page's developer finds the reason in the console.
    if (!stopped.aborted) report(error);
    return ended('failed', 'unreachable');
  } finally {
    timers.forEach(clearTimeout);
    // Lets a generator that is still at work clean up; what it throws then concerns nobody.
    reply?.return?.().catch(() => {});
  }
}
