import type { CommandReply, CustomerSignals } from '../../protocol/commands.ts';
import type { Refusal } from '../../protocol/errors.ts';
import type { FactsPage, ServerToCustomer } from '../../protocol/events.ts';
import type { SiteKey } from '../../protocol/ids.ts';
import { protocolVersion } from '../../protocol/version.ts';
import type { Live } from '../live/live.ts';
import { bodyOf, Later } from './http.ts';
import type { Life } from './life.ts';
import type { Entry } from './outbox-rules.ts';
import { spread } from './pace.ts';
import type { Sessions } from './session.ts';
import type { State } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** Keeps the socket connected as well as the network allows, and looks after the rest over HTTP meanwhile. */
export interface Link {
  /** Tries now, if there is a need. */
  wake(): void;
  /** Trusts the present connection no more: connects anew. */
  restart(): void;
  /** Drops the present connection; a new one is tried after a while. */
  lose(): void;
  /** Disconnects, until `resume`. */
  suspend(): void;
  resume(): void;
  command(entry: Entry): Promise<CommandReply>;
  pull(conversationId: string, after: number): Promise<FactsPage | Refusal>;
  signal<N extends keyof CustomerSignals>(name: N, body: CustomerSignals[N]): void;
}

export interface LinkOptions {
  readonly server: string;
  readonly siteKey: SiteKey;
  readonly state: State;
  readonly life: Life;
  readonly surroundings: Surroundings;
  readonly sessions: Sessions;
  readonly on: Omit<ServerToCustomer, 'server:bye'>;
  loadSite(): Promise<void>;
  onRefused(refusal: Refusal): void;
  /** @param conversationId the one that the server has been told of */
  onConnected(conversationId: string): void;
  /** Plain HTTP is to take over, or to look what is new. */
  onOverdue(): void;
  onPoll(): void;
}

const nothing = () => {};

export function createLink(options: LinkOptions): Link {
  const { state, life, surroundings, sessions } = options;
  const { pace } = surroundings;
  let live: Live | null = null;
  let isTrying = false;
  let isSuspended = false;
  let rounds = 0;
  let failures = 0;
  let comeBackAfterMs = 0;
  let toldConversation = '';
  let cancelRetry = nothing;
  let cancelOverdue = nothing;
  let cancelPoll = nothing;
  let cancelSilence = nothing;

  const mayTry = () =>
    !isTrying && !isSuspended && !state.isLive.value && state.refusal.value === null && !life.signal.aborted;

  const retry = (leastMs = 0) => {
    isTrying = false;
    cancelRetry();
    cancelRetry = life.after(Math.max(leastMs, spread(pace, failures++)), attempt);
  };

  const open = async (round: number) => {
    // The part with the socket is loaded while the session is made.
    const loading = surroundings.loadLive().catch(() => {
      throw new Later();
    });
    const [{ createLive }] = await Promise.all([loading, sessions.get(), options.loadSite()]);
    // A restart meanwhile has begun a round of its own: two would connect twice, perhaps as two customers.
    if (round !== rounds || life.signal.aborted) return;
    if (isSuspended || state.refusal.value !== null) {
      isTrying = false;
      return;
    }
    live ??= createLive({
      server: options.server,
      connectMs: pace.connect,
      ackMs: pace.ack,
      handshake,
      on: { ...options.on, 'server:bye': bye },
      onConnected: connected,
      onFailed: failed,
      onLost: lost,
    });
    live.connect();
  };

  const attempt = () => {
    if (!mayTry()) return;
    isTrying = true;
    cancelRetry();
    const round = ++rounds;
    life.run(() =>
      open(round).catch((error) => {
        if (round === rounds) retry(error instanceof Later ? error.afterMs : 0);
        if (!(error instanceof Later)) throw error;
      }),
    );
  };

  const handshake = () => {
    const { conversationId, seq } = state.transcript.value;
    toldConversation = conversationId;
    return {
      version: protocolVersion,
      site: options.siteKey,
      token: state.session.value?.token ?? '',
      conversations: { [conversationId]: seq },
    };
  };

  const connected = () => {
    isTrying = false;
    failures = 0;
    comeBackAfterMs = 0;
    cancelOverdue();
    cancelPoll();
    state.isOverdue.value = false;
    state.isReached.value = true;
    state.isLive.value = true;
    watchSilence();
    options.onConnected(toldConversation);
  };

  const heardAgo = () => Date.now() - (live?.heardAt() ?? 0);
  const isSilent = () => state.isLive.value && heardAgo() >= pace.silence;
  /** Whatever the browser says of it: a line on which not even the server's pings come is none (D5). */
  const watchSilence = () => {
    cancelSilence();
    cancelSilence = life.after(pace.silence - heardAgo(), () => (isSilent() ? restart() : watchSilence()));
  };

  const failed = (refusal: Refusal | null) => {
    if (refusal !== null) options.onRefused(refusal);
    if (refusal?.code !== 'unauthenticated') return retry(refusal?.retryAfterMs);
    life.run(() =>
      sessions.renew(state.session.value?.token ?? '').then(
        () => {
          isTrying = false;
          attempt();
        },
        (error) => {
          retry(error instanceof Later ? error.afterMs : 0);
          if (!(error instanceof Later)) throw error;
        },
      ),
    );
  };

  const lost = () => {
    state.isLive.value = false;
    cancelSilence();
    if (life.signal.aborted) return;
    away();
    retry(comeBackAfterMs);
  };

  const bye = ({ retryAfterMs }: { retryAfterMs: number }) => {
    comeBackAfterMs = retryAfterMs;
  };

  /** From now on without the socket. */
  const away = () => {
    cancelOverdue();
    cancelOverdue = life.after(pace.socketGrace, () => {
      state.isOverdue.value = true;
      options.onOverdue();
    });
    pollAfter(pace.firstPoll);
  };

  const pollAfter = (ms: number) => {
    cancelPoll();
    cancelPoll = life.after(ms, () => {
      if (state.refusal.value !== null) return;
      if (!isSuspended && surroundings.isVisible()) options.onPoll();
      pollAfter(state.isReached.value === false ? Math.max(pace.poll, spread(pace, failures)) : pace.poll);
    });
  };

  const restart = () => {
    live?.disconnect();
    isTrying = false;
    failures = 0;
    attempt();
  };

  life.onEnd(() => {
    live?.disconnect();
    state.isLive.value = false;
  });
  // Back in reach after it was not: the socket will not wait for its long turn.
  const stopWatching = state.isReached.subscribe((isReached) => {
    if (isReached && !isTrying && failures > 1) {
      failures = 0;
      retry();
    }
  });
  const stopRefused = state.refusal.subscribe((refusal) => {
    if (refusal !== null) live?.disconnect();
  });
  life.onEnd(stopWatching);
  life.onEnd(stopRefused);
  away();
  attempt();

  const ask = async <R>(question: (asked: Live) => Promise<R>): Promise<R> => {
    if (live === null) throw new Error('not connected');
    try {
      return await question(live);
    } catch (error) {
      // A connection on which no answer comes is as good as none.
      if (state.isLive.value) restart();
      throw error;
    }
  };
  return {
    restart,
    wake() {
      if (isSilent()) return restart();
      if (mayTry()) {
        failures = 0;
        attempt();
      }
    },
    lose: () => live?.disconnect(),
    suspend() {
      isSuspended = true;
      live?.disconnect();
    },
    resume() {
      isSuspended = false;
      restart();
    },
    command: (entry) => ask((asked) => asked.command(entry.name, bodyOf(entry))),
    pull: (conversationId, after) => ask((asked) => asked.pull({ conversationId, after })),
    signal: (name, body) => live?.signal(name, body),
  };
}
