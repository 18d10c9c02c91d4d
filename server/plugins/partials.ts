import fp from 'fastify-plugin';
import type { AnswerChunk } from '../../protocol/events.ts';
import { maxAnswerLength } from '../../protocol/message.ts';
import { withoutNul } from '../store/storable.ts';

/** How long a turn may go without a sign of life of its process before it counts as interrupted. */
export const turnLeaseMs = 15_000;
/** A bot in the page lives in a browser that may sleep or be closed: it gets longer between signs. */
export const pageTurnLeaseMs = 60_000;
/** Text is kept in the store this often while a turn runs; what a crash loses at most. */
const keepEveryMs = 1_000;
/** Chunks to browsers are gathered for this long: at most 20 events a second per conversation. */
const gatherMs = 50;

interface Lease {
  readonly ms: number;
  /** `steady`: this process runs the bot and vouches for it. `with_text`: a browser runs it; silence lets it end. */
  readonly renewal: 'steady' | 'with_text';
  readonly onGone: () => void;
}

interface Partial {
  readonly turn: number;
  text: string;
  sent: number;
  kept: number;
  keptAt: number;
  gather: NodeJS.Timeout | null;
  readonly keep: NodeJS.Timeout;
}

declare module 'fastify' {
  interface FastifyInstance {
    partials: Partials;
  }
}

/** The text so far of the bot turns that run in this process (D7): streamed to readers, kept in the store. */
export interface Partials {
  /** Starts to keep a turn; `onGone` is called when the store says that the turn has ended elsewhere. */
  start(conversationId: string, turn: number, lease: Lease): void;
  /** Adds text at `offset`; text that is already there is ignored, a hole is refused (false). */
  append(conversationId: string, turn: number, offset: number, text: string): boolean;
  textOf(conversationId: string, turn: number): string | null;
  /** What the running turn has said so far, on whatever node it runs: for a reader who joins in the middle (D7). */
  soFar(conversationId: string): Promise<AnswerChunk | null>;
  end(conversationId: string, turn: number): void;
}

export default fp(
  async (app) => {
    const running = new Map<string, Partial>();
    const { conversations } = app.store;

    const emit = (conversationId: string, partial: Partial) => {
      partial.gather = null;
      const text = partial.text.slice(partial.sent);
      if (text === '') return;
      app.bus.emit('chunk', { conversationId, turn: partial.turn, offset: partial.sent, text });
      partial.sent = partial.text.length;
    };

    const end = (conversationId: string, turn: number) => {
      const partial = running.get(conversationId);
      if (partial === undefined || partial.turn !== turn) return;
      clearInterval(partial.keep);
      if (partial.gather !== null) clearTimeout(partial.gather);
      running.delete(conversationId);
    };

    app.decorate('partials', {
      start(conversationId, turn, { ms, renewal, onGone }) {
        const before = running.get(conversationId);
        if (before !== undefined) end(conversationId, before.turn);
        const keep = setInterval(() => {
          const partial = running.get(conversationId);
          if (partial === undefined || partial.turn !== turn) return;
          const now = Date.now();
          if (renewal === 'with_text' && partial.kept === partial.text.length) {
            // Its browser may go on with another process: nobody here would ever hear of the end.
            if (now - partial.keptAt > ms) onGone();
            return;
          }
          partial.kept = partial.text.length;
          partial.keptAt = now;
          conversations.keepPartial(conversationId, turn, partial.text, now + ms).then(
            (isRunning) => {
              if (!isRunning) onGone();
            },
            // The store is away: the turn goes on, and ends or is interrupted once the store is back.
            (error) => app.log.warn({ err: error, conversationId }, 'partial text not kept'),
          );
        }, keepEveryMs);
        running.set(conversationId, {
          turn,
          text: '',
          sent: 0,
          kept: 0,
          keptAt: Date.now(),
          gather: null,
          keep,
        });
      },

      append(conversationId, turn, offset, text) {
        const partial = running.get(conversationId);
        if (partial === undefined || partial.turn !== turn || offset > partial.text.length) return false;
        // A reader takes nothing twice, and nothing beyond what an answer may hold.
        const fresh = withoutNul(text.slice(partial.text.length - offset, maxAnswerLength - offset));
        if (fresh === '') return true;
        partial.text += fresh;
        partial.gather ??= setTimeout(() => emit(conversationId, partial), gatherMs);
        return true;
      },

      textOf(conversationId, turn) {
        const partial = running.get(conversationId);
        return partial?.turn === turn ? partial.text : null;
      },

      async soFar(conversationId) {
        const kept = await conversations.partial(conversationId);
        if (kept === null) return null;
        const text = this.textOf(conversationId, kept.turn) ?? kept.text;
        return text === '' ? null : { conversationId, turn: kept.turn, offset: 0, text };
      },

      end,
    } satisfies Partials);

    app.addHook('onClose', async () => {
      for (const [id, { turn }] of running) end(id, turn);
    });
  },
  { name: 'partials', dependencies: ['bus', 'store'] },
);
