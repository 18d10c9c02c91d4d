import { batch } from '@preact/signals';
import { applyChunk, applyFacts, emptyTranscript } from '../../browser/transcript.ts';
import type { Refusal } from '../../protocol/errors.ts';
import type { AnswerChunk, FactsEvent, FactsPage } from '../../protocol/events.ts';
import { isRefusal, Later } from './http.ts';
import type { Life } from './life.ts';
import type { Pace } from './pace.ts';
import type { State } from './state.ts';
import type { Unread } from './unread.ts';

/** Keeps the transcript what the server's facts say, whatever gets lost on the way (D5). */
export interface Conversation {
  /** Goes to another conversation; its facts are fetched. */
  enter(conversationId: string): void;
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
  isLookedAt(): boolean;
  fetchPage(conversationId: string, after: number): Promise<FactsPage | Refusal>;
}

export function createConversation(options: ConversationOptions): Conversation {
  const { state, life, pace, unread } = options;
  const { transcript, agentTyping, place } = state;
  let isPulling = false;
  let isWanted = false;

  const facts = (event: FactsEvent) => {
    const applied = applyFacts(transcript.value, event);
    if (applied.kind === 'gap') pull();
    if (applied.kind !== 'applied') return;
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
    const page = await options.fetchPage(conversationId, seq);
    if (isRefusal(page)) {
      if (page.retryable) throw new Later(page.retryAfterMs);
      // Mostly not_found: nothing has been said yet.
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
    pull,
    catchUp: () => pullPage().then(() => undefined),
    enter(conversationId) {
      if (conversationId === transcript.value.conversationId) return;
      batch(() => {
        transcript.value = emptyTranscript(conversationId);
        agentTyping.value = null;
        place.value = null;
      });
      unread.note({ conversationId, after: 0, through: 0, facts: [] });
      if (state.isLive.value) pull();
    },
    chunk(chunk) {
      transcript.value = applyChunk(transcript.value, chunk);
    },
    head(conversationId, seq) {
      if (conversationId === transcript.value.conversationId && seq > transcript.value.seq) pull();
    },
  };
}
