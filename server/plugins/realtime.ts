import type { IncomingMessage } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import fp from 'fastify-plugin';
import { type DefaultEventsMap, type Namespace, Server, type Socket } from 'socket.io';
import type { AgentSignals } from '../../protocol/commands.ts';
import type {
  AgentToServer,
  CustomerToServer,
  ServerToAgent,
  ServerToCustomer,
} from '../../protocol/events.ts';
import type { Agent } from '../store/agents.ts';
import { RefusalError } from './errors.ts';
import { gatherPackets, gatherWrites } from './gather-writes.ts';
import type { CustomerCaller } from './identity.ts';
import { textParser } from './packets.ts';
import { connectError } from './sockets.ts';

/** Largest packet from a browser, bytes. The longest message fits; a flood does not. */
export const maxPacketBytes = 65_536;

export type CustomerSocket = Socket<
  CustomerToServer,
  ServerToCustomer,
  DefaultEventsMap,
  { caller: CustomerCaller }
>;
/** What is known of an agent's socket: who it is, and on what. */
interface AgentSocketData {
  agent: Agent;
  phone: AgentSignals['device:set']['phone'];
}
export type AgentSocket = Socket<AgentToServer, ServerToAgent, DefaultEventsMap, AgentSocketData>;

export interface Realtime {
  readonly customers: Namespace<
    CustomerToServer,
    ServerToCustomer,
    DefaultEventsMap,
    { caller: CustomerCaller }
  >;
  readonly desk: Namespace<AgentToServer, ServerToAgent, DefaultEventsMap, AgentSocketData>;
  /** Connections of this process, whatever is spoken on them. */
  readonly connections: Iterable<unknown>;
  /** Ends every socket: the last thing before the server goes, so that ends of running turns still arrive. */
  close(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    realtime: Realtime;
  }
}

/** engine.io's side of a socket. `flush` is its own; it has no option that gathers. */
interface Connection {
  on(event: 'close', done: () => void): void;
  flush(): void;
}

type CorsAnswer = (error: Error | null, options: { origin: boolean }) => void;

/**
 * Own readers never wait for Redis: the adapter by itself sends to them only once Redis has taken the message, so
 * that one which hangs would silence every node. What the others miss is healed by seq (D5).
 */
function withoutWaiting(adapterOf: ReturnType<typeof createAdapter>, onLost: (error: unknown) => void) {
  // A function and no arrow: socket.io calls it with `new`.
  return function adapterNotWaiting(namespace: Namespace) {
    const adapter = adapterOf(namespace);
    const publish = adapter.doPublish.bind(adapter);
    adapter.doPublish = async (message) => {
      Promise.resolve(publish(message)).catch(onLost);
      return '';
    };
    return adapter;
  };
}

/** Rooms. One per conversation and audience, so that a note cannot reach a customer by a wrong emit. */
export const rooms = {
  customer: (customerId: string) => `customer:${customerId}`,
  conversation: (conversationId: string) => `conversation:${conversationId}`,
  /** Who is there by the link of an e-mail alone. */
  link: (conversationId: string) => `link:${conversationId}`,
  site: (siteId: string) => `site:${siteId}`,
  /** Those at a site who review what customers say. */
  reviewers: (siteId: string) => `reviewers:${siteId}`,
  agent: (agentId: string) => `agent:${agentId}`,
};

/**
 * The sockets of customers and agents. What is emitted to rooms other than a conversation's (doorbell.ts) reaches every node
 * that shares the Redis.
 * @param options.installation sets the events of this installation apart from others that use the same Redis
 */
export default fp<{ installation: string }>(
  async (app, { installation }) => {
    const { redis } = app;
    let isStopping = false;
    app.server.on('upgrade', (_request, connection) => gatherWrites(connection));
    const io = new Server(app.server, {
      path: '/v1/socket',
      parser: textParser,
      serveClient: false,
      maxHttpBufferSize: maxPacketBytes,
      // Deflate costs more memory per idle socket than the text it saves (design: budgets).
      perMessageDeflate: false,
      httpCompression: false,
      allowEIO3: false,
      // A connection that is dead in one direction is noticed by either end within 30 s, and not within 45.
      pingInterval: 15_000,
      pingTimeout: 15_000,
      // Which origin may use which site is decided at the handshake; here only who may ask at all.
      cors: (request: Pick<IncomingMessage, 'headers'>, done: CorsAnswer) => {
        const { origin, host } = request.headers;
        if (origin === undefined) return done(null, { origin: false });
        app.identity.isKnownOrigin(origin, host).then(
          (known) => done(null, { origin: known }),
          () => done(null, { origin: false }),
        );
      },

      // CORS does not guard WebSocket upgrades: this does, before any handshake.
      allowRequest: (request, done) => {
        const { origin, host } = request.headers;
        // A process that does not keep up takes nobody new: they come again, spread.
        if (isStopping || app.isUnderPressure()) return done('unavailable', false);
        if (origin === undefined) return done(null, true);
        app.identity.isKnownOrigin(origin, host).then(
          (known) => done(known ? null : 'origin_not_allowed', known),
          () => done('unavailable', false),
        );
      },
      ...(redis === null
        ? {}
        : {
            // Nothing that we send is binary: the adapter would look through every object for that.
            adapter: withoutWaiting(
              createAdapter(redis, { streamName: `handrail-${installation}`, onlyPlaintext: true }),
              (err) => app.log.debug({ err }, 'not told to other nodes'),
            ),
          }),
    });
    // Nobody has business in the nameless namespace: whoever connects to it would hold a socket without a name.
    io.use((_socket, next) => next(connectError(new RefusalError('not_found'))));
    const customers: Realtime['customers'] = io.of('/customer');
    const desk: Realtime['desk'] = io.of('/desk');

    for (const [name, namespace] of [
      ['customer', customers],
      ['desk', desk],
    ] as const) {
      namespace.on('connection', (socket: { on(event: 'disconnect', done: () => void): void }) => {
        app.metrics.sockets.inc({ namespace: name });
        socket.on('disconnect', () => app.metrics.sockets.dec({ namespace: name }));
      });
    }

    const close = () => io.close();
    const connections = new Set<unknown>();
    io.engine.on('connection', (connection: Connection) => {
      gatherPackets(connection);
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
    });
    app.decorate('realtime', { customers, desk, connections, close } satisfies Realtime);

    // D9: tell everybody when to come back, spread, so that they do not all come at once.
    app.addHook('preClose', async () => {
      isStopping = true;
      for (const namespace of [customers, desk]) {
        for (const socket of namespace.sockets.values()) {
          (socket as CustomerSocket).emit('server:bye', {
            retryAfterMs: 500 + Math.floor(Math.random() * 4_500),
          });
        }
      }
    });
  },
  { name: 'realtime', dependencies: ['identity', 'metrics', 'redis'] },
);
