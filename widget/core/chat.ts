import { batch, computed, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import { emptyTranscript } from '../../browser/transcript-model.ts';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { ChatOptions } from './chat-options.ts';
import { contextOf } from './context.ts';
import { createDraft } from './draft.ts';
import { createLife, type Life } from './life.ts';
import type { Chat, OutboxItem } from './model.ts';
import { createOutbox } from './outbox.ts';
import { pendingWish } from './outbox-rules.ts';
import { spread } from './pace.ts';
import { createState } from './state.ts';
import { createStorage } from './storage.ts';
import { browserSurroundings, type Surroundings } from './surroundings.ts';
import { createUnread } from './unread.ts';
import type { Visit } from './visit.ts';

export type { PageBot } from './bot-reply.ts';
export type { ChatOptions } from './chat-options.ts';
export type { Page } from './context.ts';

/** The chat without a screen. Makes no request and writes nothing before it is started. */
export function createChat(options: ChatOptions, surroundings: Surroundings = browserSurroundings()): Chat {
  const storage = createStorage(surroundings, `${options.server}/${options.site}`);
  const outbox = createOutbox(storage);
  const state = createState(storage);
  const unread = createUnread(storage);
  const draft = createDraft(storage, surroundings.pace.draftKept);
  const isShown = signal(false);
  const ownCids = new Set<string>();
  /** From the start to the end. */
  let life: Life | null = null;
  /** Comes a moment after the start; until then the outbox keeps what is asked for. */
  let visit: Visit | null = null;

  const here = () => state.transcript.peek().conversationId;
  const context = () => contextOf(options.page?.(), options.language);
  const isLookedAt = () => isShown.peek() && surroundings.isVisible();
  const markRead = () => {
    const { conversationId, seq } = state.transcript.peek();
    if (isLookedAt() && seq > 0) unread.read(conversationId, seq);
  };
  const goTo = (conversationId: string) => {
    batch(() => {
      state.transcript.value = emptyTranscript(conversationId);
      state.agentTyping.value = null;
      state.place.value = null;
    });
    unread.note({ conversationId, after: 0, through: 0, facts: [] });
  };

  const loadVisit = async (own: Life, failures = 0): Promise<void> => {
    const loaded = await import('./visit.ts').catch(() => null);
    if (own.signal.aborted) return;
    if (loaded === null) {
      state.isReached.value = false;
      await own.sleep(spread(surroundings.pace, failures));
      return loadVisit(own, failures + 1);
    }
    visit = loaded.startVisit({
      options,
      life: own,
      state,
      storage,
      outbox,
      unread,
      surroundings,
      context,
      isLookedAt,
      isOwn: (cid) => ownCids.has(cid),
      goTo,
      onForgotten: reset,
    });
  };

  const start = () => {
    if (life !== null) return;
    const own = createLife(surroundings.report);
    life = own;
    state.isStarted.value = true;
    // Two tabs that start at once settle on the conversation that was written last.
    const kept = storage.get('conversation');
    if (kept === null) storage.set('conversation', here());
    else if (kept !== here()) goTo(kept);
    outbox.refresh();
    const stopListening = surroundings.listen((event) => {
      if (event === 'left') draft.keep();
      if (event === 'visible') markRead();
    });
    own.onEnd(stopListening);
    // Fetched beside the visit, which asks for it anew and copes with its failure.
    surroundings.loadLive().catch(() => {});
    own.run(() => loadVisit(own));
  };

  const put = <N extends CustomerCommandName>(name: N, body: OutboxItem<N>['body']) => {
    start();
    ownCids.add(outbox.add(here(), name, body));
    visit?.flush();
  };

  const end = () => {
    life?.end();
    life = null;
    visit = null;
    state.isStarted.value = false;
  };

  /** As new: nothing asked for, nothing known. */
  const reset = () => {
    batch(() => {
      end();
      state.refusal.value = null;
      state.isOverdue.value = false;
      state.isReached.value = null;
      state.session.value = null;
      state.site.value = null;
      goTo(uuidv7());
    });
    draft.forget();
    outbox.refresh();
    unread.refresh();
  };

  /** The last word of the outbox about a person, else what the transcript says. */
  const wish = () => pendingWish(outbox.refresh(), here());

  return {
    site: state.site,
    connection: state.connection,
    refusal: state.refusal,
    transcript: state.transcript,
    outbox: computed(() => {
      const { conversationId } = state.transcript.value;
      return outbox.entries.value.filter((entry) => entry.conversationId === conversationId);
    }),
    place: state.place,
    agentTyping: state.agentTyping,
    unread: unread.count,
    draft: draft.text,

    start,
    reach: () => visit?.reach,
    share: (name, body) => put(name, { ...body, context: context() }),
    setVisible(isVisible) {
      isShown.value = isVisible;
      markRead();
    },
    send(text) {
      if (text.trim() === '') return;
      put('message:send', { text: text.trim(), context: context() });
      visit?.typing.stopped();
      if (draft.text.peek().trim() === text.trim()) draft.text.value = '';
    },
    requestHuman() {
      start();
      const wished = wish();
      const { status } = state.transcript.peek();
      if (wished?.name === 'handoff:request') return;
      if (wished === undefined && (status === 'waiting' || status === 'human')) return;
      // A cancellation that has not left is taken back: the customer keeps their place.
      if (wished?.tries === 0) outbox.change(wished.cid, () => null);
      else put('handoff:request', { context: context() });
    },
    cancelRequest() {
      start();
      const wished = wish();
      const isWanted =
        wished === undefined
          ? state.transcript.peek().status === 'waiting'
          : wished.name === 'handoff:request';
      if (!isWanted) return;
      // One that has begun to leave may have arrived already: only the server can take it back.
      if (wished?.tries === 0) outbox.change(wished.cid, () => null);
      else put('handoff:cancel', {});
    },
    askFollowUp: (email) => put('followup:ask', { email }),
    retryAnswer: (turn) => put('answer:retry', { turn }),
    giveFeedback: (body) => put('feedback:give', body),
    rate: put,
    resolve: (outcome) => put('conversation:resolve', { outcome }),
    typing() {
      start();
      visit?.typing.typed();
    },
    retrySend(cid) {
      start();
      outbox.retry(cid);
      visit?.flush();
    },
    discard(cid) {
      start();
      outbox.change(cid, () => null);
    },
    startOver() {
      if (state.transcript.peek().status === 'resolved') visit?.enter(uuidv7());
    },
    forget() {
      end();
      storage.wipe();
      reset();
    },
    close() {
      draft.keep();
      end();
    },
  };
}
