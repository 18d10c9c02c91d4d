import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';
import type { AgentCommandName, AgentCommands, AgentSignals, CommandReply } from '../protocol/commands.ts';
import type { Refusal } from '../protocol/errors.ts';
import type { AgentToServer, FactsPage, ServerToAgent } from '../protocol/events.ts';
import { protocolVersion } from '../protocol/version.ts';

/** `outdated`: this page and the server speak different versions; only a reload helps. */
export type ConnectionState = 'connecting' | 'online' | 'offline' | 'outdated';

/** What did not arrive, or whose answer did not: nobody knows whether it was carried out. */
export type Unsent = { readonly ok: false; readonly code: 'unsent' };
export const unsent: Unsent = { ok: false, code: 'unsent' };

type Handlers = { [N in keyof ServerToAgent]?: ServerToAgent[N] };

/** The live side of the server. It brings news; what it loses is healed by seq (D5). */
export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  command<N extends AgentCommandName>(name: N, body: AgentCommands[N]): Promise<CommandReply | Unsent>;
  pull(
    how: 'facts:pull' | 'conversation:watch',
    conversationId: string,
    after: number,
  ): Promise<FactsPage | Refusal | Unsent>;
  unwatch(conversationId: string): void;
  /** Ephemeral; dropped while offline. */
  signal<N extends keyof AgentSignals>(name: N, body: AgentSignals[N]): void;
  /** @returns stops listening */
  on(handlers: Handlers): () => void;
  close(): void;
}

const answerWithinMs = 10_000;
const comeBackMs = 2_000;

/** @param onSessionLost called when the server no longer knows the session */
export function createConnection(onSessionLost: () => void): Connection {
  const state = signal<ConnectionState>('connecting');
  const socket: Socket<ServerToAgent, AgentToServer> = io('/desk', {
    path: '/v1/socket',
    transports: ['websocket'],
    auth: { version: protocolVersion },
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    autoConnect: false,
  });
  // socket.io's types cannot follow an event whose name is a type parameter; `command` and `signal` check it.
  const untyped: Socket = socket;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** socket.io comes back by itself only after a broken transport, not after a refusal or a farewell. */
  const comeBack = (afterMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.connect(), afterMs);
  };

  socket.on('connect', () => {
    socket.io.reconnectionDelay(500);
    state.value = 'online';
  });
  socket.on('disconnect', (reason) => {
    if (state.peek() === 'online') state.value = 'offline';
    if (reason === 'io server disconnect') comeBack(comeBackMs);
  });
  socket.on('connect_error', (error: Error & { data?: Refusal }) => {
    const code = error.data?.code;
    if (code === 'version_mismatch') {
      state.value = 'outdated';
      return;
    }
    state.value = 'offline';
    if (code === 'unauthenticated') onSessionLost();
    else if (code !== undefined) comeBack(comeBackMs);
  });
  socket.on('server:bye', ({ retryAfterMs }) => {
    // A server that stops spreads its agents over time, so that the next one is not stormed (D9).
    socket.io.reconnectionDelay(retryAfterMs);
  });

  const ask = async <R>(event: string, body: unknown): Promise<R | Unsent> => {
    if (!socket.connected) return unsent;
    try {
      const answer: R = await untyped.timeout(answerWithinMs).emitWithAck(event, body);
      return answer;
    } catch {
      // No answer in time, or the connection broke: the caller asks again, under the same cid.
      return unsent;
    }
  };

  socket.connect();
  return {
    state,
    command: (name, body) => ask(name, body),
    pull: (how, conversationId, after) => ask(how, { conversationId, after }),
    unwatch(conversationId) {
      if (socket.connected) untyped.emit('conversation:unwatch', { conversationId });
    },
    signal(name, body) {
      if (socket.connected) untyped.volatile.emit(name, body);
    },
    on(handlers) {
      for (const [name, handle] of Object.entries(handlers)) untyped.on(name, handle);
      return () => {
        for (const [name, handle] of Object.entries(handlers)) untyped.off(name, handle);
      };
    },
    close() {
      clearTimeout(timer);
      socket.disconnect();
    },
  };
}
