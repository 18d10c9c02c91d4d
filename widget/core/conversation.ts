import { batch } from '@preact/signals';
import { applyChunk, applyFacts } from '../../browser/transcript.ts';
import type { Refusal } from '../../protocol/errors.ts';
import type { AnswerChunk, FactsEvent, FactsPage } from '../../protocol/events.ts';
import { isRefusal, Later } from './http.ts';
import type { Life } from './life.ts';
import type { Pace } from './pace.ts';
import type { State } from './state.ts';
import type { Storage } from './storage.ts';
import type { Unread } from './unread.ts';

/** Keeps the transcript what the server's facts say, whatever gets lost on the way (D5). */
export interface Conversation {
  /** Goes to another conversation; its facts are fetched. */
  enter(conversationId: string): void;
  /** The server has this conversation: it has carried out a command in it. */
  confirm(conversationId: string): void;
  isConfirmed(conversationId: string): boolean;
  facts(event: FactsEvent): void;
  chunk(chunk: AnswerChunk): void;
  /** The server's last seq: pulls if there is more. */
  head(conversationId: string, seq: number): void;
  /** Fetches what lies behind the transcript. Calls while it is at it become one more round. */
  pull(): void;
  /** As far as one look goes, the transcript is what the server has. Throws Later. */
  catchUp(): Promise<void>;
}

export interface ConversationOptions {
  readonly state: State;
  readonly life: Life;
  readonly pace: Pace;
  readonly unread: Unread;
  readonly storage: Storage;
  isLookedAt(): boolean;
  fetchPage(conversationId: string, after: number): Promise<FactsPage | Refusal>;
  /** Shows another conversation, of which nothing is known yet. */
  goTo(conversationId: string): void;
  /** The server had this conversation and has it no more. */
  onGone(conversationId: string): void;
  /** The transcript has taken these facts in. */
  onApplied(event: FactsEvent): void;
}

export function createConversation(options: ConversationOptions): Conversation {
  const { state, life, pace, unread, storage } = options;
  const { transcript, agentTyping, place } = state;
  let isPulling = false;
  let isWanted = false;

  const isConfirmed: Conversation['isConfirmed'] = (id) => storage.get('confirmed') === id;
  const confirm: Conversation['confirm'] = (id) => {
    if (id === transcript.value.conversationId && !isConfirmed(id)) storage.set('confirmed', id);
  };

  const facts = (event: FactsEvent) => {
    const applied = applyFacts(transcript.value, event);
    if (applied.kind === 'ignored') return;
    if (transcript.value.seq === 0) confirm(event.conversationId);
    if (applied.kind === 'gap') return pull();
    options.onApplied(event);
    const typist = agentTyping.value;
    const said = event.facts.some(
      ({ type, by }) => type === 'message.sent' && by.kind === 'agent' && by.id === typist?.id,
    );
    batch(() => {
      transcript.value = applied.transcript;
      if (said || applied.transcript.agent === null) agentTyping.value = null;
      if (applied.transcript.status !== 'waiting') place.value = null;
      unread.note(event);
      if (options.isLookedAt()) unread.read(event.conversationId, applied.transcript.seq);
    });
  };

  /** @returns whether there may be more */
  const pullPage = async (): Promise<boolean> => {
    const { conversationId, seq } = transcript.value;
    // Where nothing has been said yet there is nothing to find.
    if (!isConfirmed(conversationId)) return false;
    const page = await options.fetchPage(conversationId, seq);
    if (isRefusal(page)) {
      if (page.retryable) throw new Later(page.retryAfterMs);
      if (page.code === 'not_found') options.onGone(conversationId);
      return transcript.value.conversationId !== conversationId;
    }
    facts(page);
    return page.hasMore || transcript.value.conversationId !== conversationId;
  };

  const pull = () => {
    isWanted = true;
    if (isPulling) return;
    isPulling = true;
    life.run(async () => {
      try {
        while (isWanted && !life.signal.aborted) {
          isWanted = false;
          if (await pullPage()) isWanted = true;
        }
      } catch (error) {
        if (!(error instanceof Later)) throw error;
        // Without the socket the next look comes by itself.
        if (state.isLive.value) life.after(Math.max(pace.firstPoll, error.afterMs), pull);
      } finally {
        isPulling = false;
      }
    });
  };

  return {
    facts,
    confirm,
    isConfirmed,
    pull,
    catchUp: () => pullPage().then(() => undefined),
    enter(conversationId) {
      if (conversationId === transcript.value.conversationId) return;
      options.goTo(conversationId);
      if (state.isLive.value) pull();
    },
    chunk(chunk) {
      transcript.value = applyChunk(transcript.value, chunk);
    },
    head(conversationId, seq) {
      if (conversationId !== transcript.value.conversationId || seq <= transcript.value.seq) return;
      confirm(conversationId);
      pull();
    },
  };
}
