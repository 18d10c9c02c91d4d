import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';
import type { AgentCommandName, AgentCommands, AgentSignals, CommandReply } from '../protocol/commands.ts';
import type { Refusal } from '../protocol/errors.ts';
import type { AgentToServer, FactsPage, ServerToAgent } from '../protocol/events.ts';
import { protocolVersion } from '../protocol/version.ts';
import { type Api, ApiError } from './api.ts';

/**
 * `limited`: no socket gets through, but plain HTTP does. `outdated`: this page and the server speak different
 * versions; only a reload helps.
 */
export type ConnectionState = 'connecting' | 'online' | 'limited' | 'offline' | 'outdated';

/** Whether commands reach the server, in one way or the other. */
export const isReaching = (state: ConnectionState) => state === 'online' || state === 'limited';

/** What did not arrive, or whose answer did not: nobody knows whether it was carried out. */
export type Unsent = { readonly ok: false; readonly code: 'unsent' };
export const unsent: Unsent = { ok: false, code: 'unsent' };

type Handlers = { [N in keyof ServerToAgent]?: ServerToAgent[N] };

/** The live side of the server, and plain HTTP while it is away. It brings news; what it loses is healed by seq (D5). */
export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  command<N extends AgentCommandName>(name: N, body: AgentCommands[N]): Promise<CommandReply | Unsent>;
  pull(
    how: 'facts:pull' | 'conversation:watch',
    conversationId: string,
    after: number,
  ): Promise<FactsPage | Refusal | Unsent>;
  unwatch(conversationId: string): void;
  /** Ephemeral; dropped while there is no socket. */
  signal<N extends keyof AgentSignals>(name: N, body: AgentSignals[N]): void;
  /** @returns stops listening */
  on(handlers: Handlers): () => void;
  close(): void;
}

export interface ConnectionOptions {
  readonly http: Pick<Api, 'command' | 'facts'>;
  /** The server no longer knows the session. */
  onSessionLost(): void;
  /** Asks over HTTP what is new on the desk. @returns whether the server was reached */
  look(): Promise<boolean>;
}

const answerWithinMs = 10_000;
const connectWithinMs = 10_000;
/** The server pings every 15 s and tells heads every 30 s: a line that is silent for longer is dead one way at least. */
const silenceMs = 32_000;
/** How long the socket may be away before plain HTTP takes over, and how often it is then looked what is new. */
const graceMs = 8_000;
const pollEveryMs = 4_000;
/** Rows that got lost on a line that looks alive are found again by then, as facts are by the head. */
const lookEveryMs = 30_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** Half to one and a half times the doubling step, so that a crowd of consoles does not come back at once. */
const spread = (failures: number) =>
  Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10) * (0.5 + Math.random()));

export function createConnection({ http, onSessionLost, look }: ConnectionOptions): Connection {
  const state = signal<ConnectionState>('connecting');
  const socket: Socket<ServerToAgent, AgentToServer> = io('/desk', {
    path: '/v1/socket',
    transports: ['websocket', 'polling'],
    // Without it a refused WebSocket would never be followed by polling.
    tryAllTransports: true,
    auth: { version: protocolVersion },
    timeout: connectWithinMs,
    // Its own reconnection knows neither refusals nor farewells, and would be a second timer beside ours.
    reconnection: false,
    autoConnect: false,
  });
  // socket.io's types cannot follow an event whose name is a type parameter; `command` and `signal` check it.
  const untyped: Socket = socket;
  const ended = new AbortController();
  let isTrying = false;
  let failures = 0;
  let comeBackAfterMs = 0;
  let heardAt = 0;
  /** The socket has been away for so long that HTTP takes over. */
  let isOverdue = false;
  let isSuspended = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;
  let lookTimer: ReturnType<typeof setTimeout> | undefined;

  const mayTry = () => !ended.signal.aborted && !isSuspended && state.peek() !== 'outdated';
  const attempt = () => {
    clearTimeout(retryTimer);
    if (!mayTry() || isTrying || socket.connected) return;
    isTrying = true;
    socket.connect();
  };
  const retry = (leastMs = 0) => {
    isTrying = false;
    clearTimeout(retryTimer);
    if (mayTry()) retryTimer = setTimeout(attempt, Math.max(leastMs, spread(failures++)));
  };
  /** Drops the line, or the try for one; the next comes after a while. */
  const lose = () => {
    const wasConnected = socket.connected;
    socket.disconnect();
    // Only the end of a connection is told.
    if (!wasConnected) retry();
  };
  /** Trusts the present line no more. */
  const restart = () => {
    lose();
    failures = 0;
    attempt();
  };

  const isSilent = () => socket.connected && Date.now() - heardAt >= silenceMs;
  const watchSilence = () => {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(
      () => (isSilent() ? restart() : watchSilence()),
      heardAt + silenceMs - Date.now(),
    );
  };
  const hear = () => {
    heardAt = Date.now();
  };

  const lookAfter = (ms: number) => {
    clearTimeout(lookTimer);
    if (!ended.signal.aborted) lookTimer = setTimeout(() => void lookNow(), ms);
  };
  const lookNow = async () => {
    isOverdue = !socket.connected;
    if (mayTry() && document.visibilityState === 'visible') {
      const isReached = await look();
      if (!mayTry()) return;
      if (!socket.connected) state.value = isReached ? 'limited' : 'offline';
      // Back in reach after it was not: the socket will not wait for its long turn.
      if (isReached && !isTrying && !socket.connected && failures > 1) {
        failures = 0;
        retry();
      }
    }
    lookAfter(socket.connected ? lookEveryMs : pollEveryMs);
  };

  socket.io.on('ping', hear);
  socket.onAny(hear);
  socket.on('connect', () => {
    isTrying = false;
    failures = 0;
    comeBackAfterMs = 0;
    isOverdue = false;
    hear();
    watchSilence();
    lookAfter(lookEveryMs);
    state.value = 'online';
  });
  socket.on('disconnect', () => {
    clearTimeout(silenceTimer);
    if (state.peek() === 'online') state.value = 'offline';
    lookAfter(graceMs);
    retry(comeBackAfterMs);
  });
  socket.on('connect_error', (error: Error & { data?: Refusal }) => {
    const { code, retryAfterMs } = error.data ?? {};
    if (code === 'version_mismatch') {
      state.value = 'outdated';
      return;
    }
    if (state.peek() === 'connecting') state.value = 'offline';
    if (code === 'unauthenticated') return onSessionLost();
    // A proxy that swallows WebSockets silently is met with the other transport first.
    if (code === undefined) socket.io.opts.transports?.reverse();
    retry(retryAfterMs);
  });
  socket.on('server:bye', ({ retryAfterMs }) => {
    // A server that stops spreads its agents over time, so that the next one is not stormed (D9).
    comeBackAfterMs = retryAfterMs;
  });

  const { signal: untilClosed } = ended;
  addEventListener('online', restart, { signal: untilClosed });
  addEventListener('offline', lose, { signal: untilClosed });
  // A page in the back-forward cache must hold no socket, and is not to be kept from the cache by one.
  addEventListener(
    'pagehide',
    () => {
      isSuspended = true;
      lose();
    },
    { signal: untilClosed },
  );
  addEventListener(
    'pageshow',
    ({ persisted }) => {
      if (!persisted) return;
      isSuspended = false;
      restart();
    },
    { signal: untilClosed },
  );
  const onVisible = () => {
    if (document.visibilityState !== 'visible') return;
    // A page that slept may have missed that the line is gone; a quick look at another tab changes nothing.
    if (isSilent()) return restart();
    if (socket.connected) return;
    failures = 0;
    attempt();
    if (isOverdue) lookAfter(0);
  };
  document.addEventListener('visibilitychange', onVisible, { signal: untilClosed });

  const ask = async <R>(event: string, body: unknown): Promise<R | Unsent> => {
    try {
      const answer: R = await untyped.timeout(answerWithinMs).emitWithAck(event, body);
      return answer;
    } catch {
      // A line on which no answer comes is as good as none. The caller asks again, under the same cid.
      if (socket.connected) restart();
      return unsent;
    }
  };
  /** Plain HTTP, once the socket has been away for a while. */
  const instead = async <R>(request: () => Promise<R>): Promise<R | Unsent> => {
    if (!isOverdue) return unsent;
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return unsent;
    }
  };

  attempt();
  lookAfter(graceMs);
  return {
    state,
    command: (name, body) => (socket.connected ? ask(name, body) : instead(() => http.command(name, body))),
    pull: (how, conversationId, after) =>
      socket.connected
        ? ask(how, { conversationId, after })
        : instead(() => http.facts(conversationId, after)),
    unwatch(conversationId) {
      if (socket.connected) socket.emit('conversation:unwatch', { conversationId });
    },
    signal(name, body) {
      // Not volatile: of two in one moment (typing, and what colleagues see of it) the second would be dropped.
      if (socket.connected) untyped.emit(name, body);
    },
    on(handlers) {
      for (const [name, handle] of Object.entries(handlers)) untyped.on(name, handle);
      return () => {
        for (const [name, handle] of Object.entries(handlers)) untyped.off(name, handle);
      };
    },
    close() {
      ended.abort();
      for (const timer of [retryTimer, silenceTimer, lookTimer]) clearTimeout(timer);
      socket.disconnect();
    },
  };
}
