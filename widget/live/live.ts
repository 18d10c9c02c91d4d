import { io, type Socket } from 'socket.io-client';
import type {
  CommandReply,
  CustomerCommandName,
  CustomerCommands,
  CustomerSignals,
  FactsAfter,
} from '../../protocol/commands.ts';
import type { Refusal } from '../../protocol/errors.ts';
import type {
  CustomerHandshake,
  CustomerToServer,
  FactsPage,
  ServerToCustomer,
} from '../../protocol/events.ts';

export interface LiveOptions {
  /** Origin of the server, without a slash at the end. */
  readonly server: string;
  /** Longest wait for a connection, and for the answer to a command, ms. */
  readonly connectMs: number;
  readonly ackMs: number;
  /** Asked anew at each connect: token and seq change. */
  handshake(): CustomerHandshake;
  /** What the server sends, by its name. */
  readonly on: ServerToCustomer;
  onConnected(): void;
  /** The connection did not come about; a refusal of the server says why, null is anything on the way. */
  onFailed(refusal: Refusal | null): void;
  onLost(): void;
}

/** One socket to the server, without a will of its own: when to connect is decided by its owner. */
export interface Live {
  isConnected(): boolean;
  /** Epoch ms of the last sign of the server. */
  heardAt(): number;
  connect(): void;
  disconnect(): void;
  /** Sends a command once. Rejects when no answer came: whether it was carried out is then not known. */
  command<N extends CustomerCommandName>(name: N, body: CustomerCommands[N]): Promise<CommandReply>;
  pull(body: FactsAfter): Promise<FactsPage | Refusal>;
  /** Ephemeral: dropped when there is no connection (D4). */
  signal<N extends keyof CustomerSignals>(name: N, body: CustomerSignals[N]): void;
}

export function createLive(options: LiveOptions): Live {
  const { on, onConnected, onFailed, onLost, ackMs } = options;
  let heardAt = 0;
  const hear = () => {
    heardAt = Date.now();
  };
  const socket: Socket<ServerToCustomer, CustomerToServer> = io(`${options.server}/customer`, {
    path: '/v1/socket',
    transports: ['websocket', 'polling'],
    // Without it a refused WebSocket would never be followed by polling.
    tryAllTransports: true,
    timeout: options.connectMs,
    forceNew: true,
    autoConnect: false,
    // Its own reconnection knows neither refusals nor the server's wish when to come back.
    reconnection: false,
    auth: (give) => give(options.handshake()),
  });
  /** socket.io would keep what is sent without a connection, and send it late and twice. */
  const assertConnected = () => {
    if (!socket.connected) throw new Error('not connected');
  };

  socket.io.on('ping', hear);
  socket.onAny(hear);
  for (const [name, listener] of Object.entries(on)) socket.on(name as keyof ServerToCustomer, listener);
  socket.on('connect', () => {
    hear();
    onConnected();
  });
  socket.on('connect_error', (error) => {
    const { data = null } = error as { data?: Refusal };
    // A proxy that swallows WebSockets silently is met with the other transport first.
    if (data === null) socket.io.opts.transports?.reverse();
    onFailed(data);
  });
  socket.on('disconnect', onLost);

  // The compiler cannot follow a name that stands for any of the commands.
  const asks = socket as unknown as Socket;
  return {
    isConnected: () => socket.connected,
    heardAt: () => heardAt,
    connect: () => void socket.connect(),
    disconnect: () => void socket.disconnect(),
    async command(name, body) {
      assertConnected();
      return asks.timeout(ackMs).emitWithAck(name, body) as Promise<CommandReply>;
    },
    async pull(body) {
      assertConnected();
      return socket.timeout(ackMs).emitWithAck('facts:pull', body);
    },
    signal(name, body) {
      if (socket.connected) asks.volatile.emit(name, body);
    },
  };
}
