import { uuidv7 } from '../../browser/ids.ts';
import type { Refusal } from '../../protocol/errors.ts';
import type { CustomerContext } from '../../protocol/message.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { answerInPage } from './answer-in-page.ts';
import type { ChatOptions } from './chat-options.ts';
import { takeLink } from './continue-link.ts';
import { createConversation } from './conversation.ts';
import { createExclusively } from './exclusively.ts';
import { createHttp, isRefusal, Later, orLater } from './http.ts';
import type { Life } from './life.ts';
import { createLink } from './link.ts';
import { openMirror } from './mirror.ts';
import type { Reach } from './model.ts';
import type { Outbox } from './outbox.ts';
import type { Entry } from './outbox-rules.ts';
import { createSender } from './sender.ts';
import { finalRefusals, isEnding, move, type Outcome } from './sending-rules.ts';
import { createSessions } from './session.ts';
import type { State } from './state.ts';
import type { Storage } from './storage.ts';
import type { PageEvent, Surroundings } from './surroundings.ts';
import { createTyping, type Typing } from './typing.ts';
import type { Unread } from './unread.ts';

/** Everything that reaches out of the page, from the start of the chat to its end. */
export interface Visit {
  readonly reach: Reach;
  readonly typing: Typing;
  /** Goes to another conversation, here and (through the storage) in the other tabs. */
  enter(conversationId: string): void;
  /** Sends what is in the outbox as soon as there is a way. */
  flush(): void;
}

export interface VisitOptions {
  readonly options: ChatOptions;
  readonly life: Life;
  readonly state: State;
  readonly storage: Storage;
  readonly outbox: Outbox;
  readonly unread: Unread;
  readonly surroundings: Surroundings;
  context(): CustomerContext;
  isLookedAt(): boolean;
  isOwn(cid: string): boolean;
  /** Shows another conversation, of which nothing is known yet. */
  goTo(conversationId: string): void;
  /** Another tab has made this browser forget the customer. */
  onForgotten(): void;
}

export function startVisit(options: VisitOptions): Visit {
  const { server, site: siteKey, bot, identity } = options.options;
  const { life, state, storage, outbox, unread, surroundings, isLookedAt } = options;
  const { pace } = surroundings;
  const exclusively = createExclusively(surroundings, storage.name);

  const onRefused = ({ code }: Refusal) => {
    if (finalRefusals.includes(code)) state.refusal.value = code;
  };
  const http = createHttp({
    server,
    siteKey,
    timeoutMs: pace.request,
    signal: life.signal,
    fetch: surroundings.fetch,
    onRefused,
    onReached(isReached) {
      state.isReached.value = isReached;
    },
  });

  let isSiteLoaded = false;
  const loadSite = async () => {
    if (isSiteLoaded) return;
    const site = orLater(await http.site());
    isSiteLoaded = true;
    if (site.version !== protocolVersion) state.refusal.value = 'version_mismatch';
    state.site.value = site;
    storage.set('site', site);
  };

  /** What asking for a person will lead to, before anybody asks: kept up to date while it is looked at. */
  const watchReachability = async (): Promise<void> => {
    while (!life.signal.aborted) {
      if (isLookedAt() && state.site.value !== null) {
        const { session, transcript } = state;
        const token = session.value?.token ?? null;
        const answer = await http.reachability(token, transcript.value.conversationId).catch(() => null);
        const site = state.site.value;
        const reachability = answer && !isRefusal(answer) ? answer : null;
        if (site !== null) state.site.value = { ...site, reachability };
      }
      await life.sleep(isLookedAt() && state.site.value !== null ? pace.reachability : pace.firstPoll);
    }
  };

  const enter = (conversationId: string) => {
    storage.set('conversation', conversationId);
    conversation.enter(conversationId);
    outbox.refresh();
  };
  /** Begins a new conversation and takes along what can be. */
  const startAnew = (isConcerned: (entry: Entry) => boolean) => {
    const id = uuidv7();
    for (const entry of outbox.refresh().filter(isConcerned)) {
      outbox.change(entry.cid, (stored) => move(stored, id));
    }
    enter(id);
  };
  const onGone = (gone: string): boolean => {
    // One that never came about is refused for another reason, which would meet the next one as well. And
    // another tab may have gone on already.
    const isLost = gone === storage.get('conversation') && conversation.isConfirmed(gone);
    if (isLost) startAnew(({ conversationId }) => conversationId === gone);
    return isLost;
  };
  let isFromMirror = false;
  const mirror = openMirror({
    state,
    storage,
    outbox,
    life,
    surroundings,
    onRestored: () => onStored(null),
    onFacts(event) {
      conversation.facts(event);
      isFromMirror = true;
      if (state.isLive.value) conversation.pull();
    },
    onForgotten: options.onForgotten,
  });
  const sessions = createSessions({
    state,
    storage,
    http,
    life,
    surroundings,
    exclusively,
    restored: mirror.restored,
    identity,
    link: takeLink(),
    onRenewed() {
      startAnew(() => true);
      // A session that a link has opened reaches one conversation: for another one this browser is somebody new.
      link.restart();
    },
    onContinued(id, isOther) {
      // What is unsent elsewhere would be refused: it comes along, but for what somebody else wrote here.
      for (const { cid, conversationId } of outbox.refresh()) {
        if (conversationId !== id) outbox.change(cid, (stored) => (isOther ? null : move(stored, id)));
      }
      storage.set('confirmed', id);
      enter(id);
    },
  });

  const conversation = createConversation({
    state,
    life,
    pace,
    unread,
    storage,
    isLookedAt,
    goTo: options.goTo,
    onGone,
    onApplied: mirror.note,
    fetchPage: (conversationId, after) =>
      state.isLive.value
        ? link.pull(conversationId, after).catch(() => {
            throw new Later();
          })
        : sessions.use((token) => http.facts(token, conversationId, after)),
  });
  const typing = createTyping(state, life, pace, (body) => link.signal('typing', body));

  const deliver = (entry: Entry) =>
    sessions.use<Outcome>((token) =>
      state.isLive.value ? link.command(entry).catch(() => 'lost') : http.command(token, entry),
    );
  const sender = createSender({
    state,
    outbox,
    life,
    surroundings,
    exclusively,
    deliver,
    onAhead() {
      conversation.confirm(state.transcript.value.conversationId);
      conversation.pull();
    },
    onGone,
  });

  /** Goes where another tab has gone. */
  const follow = (id: string | null) => {
    const { conversationId, seq } = state.transcript.value;
    if (id === null || id === conversationId) return;
    // Two tabs have begun a conversation at once: what has not left goes where both are now.
    for (const entry of seq === 0 ? outbox.refresh() : []) {
      const isUnsent = entry.conversationId === conversationId && entry.tries === 0;
      if (isUnsent) outbox.change(entry.cid, (stored) => move(stored, id));
    }
    conversation.enter(id);
  };
  const onStored = (key: string | null) => {
    if (key === null || key === 'session') {
      const session = storage.get('session');
      if (session === null && state.session.value !== null) return options.onForgotten();
      if (session !== null && session.token !== state.session.value?.token) {
        state.session.value = session;
        // Also one that is only coming about: it may have said who it is already.
        link.restart();
      }
    }
    if (key === null || key === 'conversation') follow(storage.get('conversation'));
    if (key === null || key === 'read') unread.refresh();
    if (key === null || key.startsWith('outbox/')) {
      outbox.refresh();
      sender.flush();
    }
  };
  life.onEnd(storage.watch(onStored));

  // What other tabs have done before this part was here.
  state.session.value = storage.get('session');
  follow(storage.get('conversation'));
  outbox.refresh();

  const link = createLink({
    server,
    siteKey,
    state,
    life,
    surroundings,
    sessions,
    loadSite,
    onRefused,
    on: {
      facts: conversation.facts,
      'answer:chunk': conversation.chunk,
      head: ({ conversationId, seq }) => conversation.head(conversationId, seq),
      typing: typing.heard,
      'queue:place': (place) => {
        const { conversationId, status } = state.transcript.value;
        if (place.conversationId === conversationId && status === 'waiting') state.place.value = place;
      },
    },
    onConnected(conversationId) {
      // Of a conversation that has been erased the server says nothing by itself.
      if (isFromMirror || conversationId !== state.transcript.value.conversationId) conversation.pull();
      isFromMirror = false;
      sender.flush();
    },
    onOverdue: sender.flush,
    onPoll() {
      conversation.pull();
      sender.flush();
    },
  });

  const onPage = (event: PageEvent) => {
    state.hasNetwork.value = surroundings.isOnline();
    if (event === 'offline') link.lose();
    if (event === 'left') link.suspend();
    if (event === 'restored') link.resume();
    if (event === 'online') link.restart();
    if (event === 'visible') link.wake();
    if (event === 'online' || event === 'visible') sender.flush();
  };
  state.hasNetwork.value = surroundings.isOnline();
  life.onEnd(surroundings.listen(onPage));

  answerInPage({
    bot,
    siteKey,
    state,
    life,
    surroundings,
    exclusively,
    context: options.context,
    isOwn: options.isOwn,
    isEnding: (conversationId, turn) => isEnding(outbox.refresh(), conversationId, turn),
    show: conversation.chunk,
    signal: (chunk) => link.signal('answer:chunk', chunk),
    end(conversationId, end) {
      outbox.add(conversationId, 'answer:end', end);
      sender.flush();
    },
    catchUp: () =>
      conversation.catchUp().catch((error) => {
        if (!(error instanceof Later)) throw error;
      }),
  });
  sender.flush();
  life.run(watchReachability);

  return { reach: { server, use: sessions.use }, typing, enter, flush: sender.flush };
}
