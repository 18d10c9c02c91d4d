import { batch, computed, effect, signal } from '@preact/signals';
import { uuidv7 } from '../../browser/ids.ts';
import { emptyTranscript } from '../../browser/transcript.ts';
import type { CustomerCommandName } from '../../protocol/commands.ts';
import type { PageBot } from './bot-reply.ts';
import { contextOf, type Page } from './context.ts';
import type { Chat, OutboxItem } from './model.ts';
import { createOutbox } from './outbox.ts';
import { pendingWish } from './sender.ts';
import { createState } from './state.ts';
import { createStorage } from './storage.ts';
import { browserSurroundings, type Surroundings } from './surroundings.ts';
import { createUnread } from './unread.ts';
import { startVisit, type Visit } from './visit.ts';

export type { PageBot } from './bot-reply.ts';
export type { Page } from './context.ts';

export interface ChatOptions {
  /** Origin of the Handrail server, without a slash at the end. */
  readonly server: string;
  /** Public key of the site, `pk_…`. */
  readonly site: string;
  /** For sites whose bot is a function in the page. */
  readonly bot?: PageBot | undefined;
  /** BCP 47 tag of the customer's language. */
  readonly language?: string | undefined;
  /** Where the customer is now; asked with each message. */
  readonly page?: (() => Page) | undefined;
}

/** The chat without a screen. Makes no request and writes nothing before it is started. */
export function createChat(options: ChatOptions, surroundings: Surroundings = browserSurroundings()): Chat {
  const storage = createStorage(surroundings.store, `${options.server}/${options.site}`);
  const outbox = createOutbox(storage);
  const state = createState(storage);
  const unread = createUnread(storage);
  const draft = signal(storage.get('draft') ?? '');
  const isShown = signal(false);
  const ownCids = new Set<string>();
  let visit: Visit | null = null;

  const here = () => state.transcript.peek().conversationId;
  const context = () => contextOf(options.page?.(), options.language);
  const isLookedAt = () => isShown.peek() && surroundings.isVisible();
  const markRead = () => {
    const { conversationId, seq } = state.transcript.peek();
    if (isLookedAt() && seq > 0) unread.read(conversationId, seq);
  };

  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  const keepDraft = () => {
    clearTimeout(draftTimer);
    draftTimer = undefined;
    if (draft.peek() === '') storage.delete('draft');
    else storage.set('draft', draft.peek());
  };
  let isFirst = true;
  effect(() => {
    // Read, so that every change is heard of; the first is only what was kept.
    const text = draft.value;
    if (!isFirst && (text !== '' || storage.get('draft') !== null)) {
      clearTimeout(draftTimer);
      draftTimer = setTimeout(keepDraft, surroundings.pace.draftKept);
    }
    isFirst = false;
  });
  const keepPendingDraft = () => {
    if (draftTimer !== undefined) keepDraft();
  };

  const start = (): Visit => {
    if (visit !== null) return visit;
    state.isStarted.value = true;
    visit = startVisit({
      server: options.server,
      siteKey: options.site,
      bot: options.bot,
      state,
      storage,
      outbox,
      unread,
      surroundings,
      context,
      isLookedAt,
      isOwn: (cid) => ownCids.has(cid),
      onPage(event) {
        if (event === 'left') keepPendingDraft();
        if (event === 'visible') markRead();
      },
      onForgotten: reset,
    });
    return visit;
  };

  const put = <N extends CustomerCommandName>(name: N, body: OutboxItem<N>['body']) => {
    const { flush } = start();
    ownCids.add(outbox.add(here(), name, body));
    flush();
  };

  const end = () => {
    keepPendingDraft();
    visit?.end();
    visit = null;
    state.isStarted.value = false;
  };

  /** As new: nothing asked for, nothing known. */
  const reset = () => {
    visit?.end();
    visit = null;
    clearTimeout(draftTimer);
    draftTimer = undefined;
    batch(() => {
      state.isStarted.value = false;
      state.refusal.value = null;
      state.isOverdue.value = false;
      state.isReached.value = null;
      state.session.value = null;
      state.site.value = null;
      state.place.value = null;
      state.agentTyping.value = null;
      state.transcript.value = emptyTranscript(uuidv7());
      draft.value = '';
    });
    clearTimeout(draftTimer);
    outbox.refresh();
    unread.refresh();
    unread.note({ conversationId: here(), after: 0, through: 0, facts: [] });
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
    draft,

    start: () => void start(),
    setVisible(isVisible) {
      isShown.value = isVisible;
      markRead();
    },
    send(text) {
      if (text.trim() === '') return;
      put('message:send', { text: text.trim(), context: context() });
      start().typing.stopped();
      if (draft.peek().trim() === text.trim()) draft.value = '';
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
    retryAnswer: (turn) => put('answer:retry', { turn }),
    giveFeedback: (turn, verdict, reasons, comment) =>
      put('feedback:give', { turn, verdict, reasons: [...reasons], comment }),
    rate: (rating, comment) => put('conversation:rate', { rating, comment }),
    resolve: (outcome) => put('conversation:resolve', { outcome }),
    typing: () => start().typing.typed(),
    retrySend(cid) {
      const { flush } = start();
      outbox.retry(cid);
      flush();
    },
    discard(cid) {
      start();
      outbox.change(cid, () => null);
    },
    startOver() {
      if (state.transcript.peek().status === 'resolved') start().enter(uuidv7());
    },
    forget() {
      visit?.end();
      for (const key of storage.keys()) storage.delete(key);
      reset();
    },
    close: end,
  };
}
