import { type ReadonlySignal, signal } from '@preact/signals';
import { applyChunk, applyFacts, emptyTranscript, type Transcript } from '../../browser/transcript.ts';
import type { RefusalCode } from '../../protocol/errors.ts';
import type { FactsEvent } from '../../protocol/events.ts';
import { type Connection, isReaching } from '../connection.ts';

/** The conversation on the screen, kept whole by seq (D5). */
export interface OpenConversation {
  readonly id: string;
  readonly transcript: ReadonlySignal<Transcript>;
  /** Whether all that was there when it was opened has come. */
  readonly isLoaded: ReadonlySignal<boolean>;
  readonly problem: ReadonlySignal<RefusalCode | null>;
  readonly isCustomerTyping: ReadonlySignal<boolean>;
  close(): void;
}

/** A sign of typing that is not renewed is over after this time. */
const typingLastsMs = 6_000;

/** After this time a pull that may succeed by then is tried again, and what is new is asked for without a socket. */
const pullAgainMs = 2_000;

type Pull = 'facts:pull' | 'conversation:watch';

export function openConversation(id: string, connection: Connection): OpenConversation {
  const transcript = signal<Transcript>(emptyTranscript(id));
  const isLoaded = signal(false);
  const problem = signal<RefusalCode | null>(null);
  const isCustomerTyping = signal(false);
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let pullTimer: ReturnType<typeof setTimeout> | undefined;
  let isPulling = false;
  let nextPull: Pull | null = null;
  let isClosed = false;

  const setTyping = (isTyping: boolean) => {
    clearTimeout(typingTimer);
    isCustomerTyping.value = isTyping;
    if (isTyping) typingTimer = setTimeout(() => setTyping(false), typingLastsMs);
  };

  /** @returns false if facts before these are missing */
  const take = (event: FactsEvent): boolean => {
    const applied = applyFacts(transcript.peek(), event);
    if (applied.kind !== 'applied') return applied.kind === 'ignored';
    transcript.value = applied.transcript;
    const hasSpoken = event.facts.some((fact) => fact.type === 'message.sent' && fact.by.kind === 'customer');
    if (hasSpoken) setTyping(false);
    return true;
  };

  const pullPages = async (first: Pull): Promise<void> => {
    let how = first;
    while (!isClosed) {
      const page = await connection.pull(how, id, transcript.peek().seq);
      if (!page.ok) {
        // A refusal that may pass, or a lost answer, must not take the conversation from the screen.
        if (page.code === 'unsent') pullLater(how, pullAgainMs);
        else if (page.retryable) pullLater(how, page.retryAfterMs ?? pullAgainMs);
        else problem.value = page.code;
        return;
      }
      take(page);
      if (!page.hasMore) {
        isLoaded.value = true;
        if (connection.state.peek() === 'limited') pullLater(how, pullAgainMs);
        return;
      }
      how = 'facts:pull';
    }
  };

  /** One pull at a time; what is missed while it runs is fetched behind it. */
  const pull = async (how: Pull): Promise<void> => {
    if (nextPull !== 'conversation:watch') nextPull = how;
    if (isPulling) return;
    isPulling = true;
    while (nextPull !== null && !isClosed) {
      const current = nextPull;
      nextPull = null;
      await pullPages(current);
    }
    isPulling = false;
  };

  const pullLater = (how: Pull, ms: number) => {
    clearTimeout(pullTimer);
    // Without a line there is nothing to ask again: the next connection begins with a pull.
    pullTimer = setTimeout(() => isReaching(connection.state.peek()) && void pull(how), ms);
  };

  const stopListening = connection.on({
    facts(event) {
      if (event.conversationId === id && !take(event)) void pull('facts:pull');
    },
    head({ conversationId, seq }) {
      if (conversationId === id && seq > transcript.peek().seq) void pull('facts:pull');
    },
    erased({ conversationIds }) {
      if (conversationIds.includes(id)) problem.value = 'not_found';
    },
    'answer:chunk'(chunk) {
      transcript.value = applyChunk(transcript.peek(), chunk);
    },
    typing({ conversationId, isTyping }) {
      if (conversationId === id) setTyping(isTyping);
    },
  });
  // The server forgets who watches when a connection ends.
  const stopWatching = connection.state.subscribe((state) => {
    if (isReaching(state)) void pull('conversation:watch');
    if (state !== 'online') setTyping(false);
  });

  return {
    id,
    transcript,
    isLoaded,
    problem,
    isCustomerTyping,
    close() {
      isClosed = true;
      clearTimeout(typingTimer);
      clearTimeout(pullTimer);
      stopListening();
      stopWatching();
      connection.unwatch(id);
    },
  };
}
