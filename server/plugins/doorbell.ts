import fp from 'fastify-plugin';
import type { Fact } from '../../protocol/conversation.ts';
import type { AnswerChunk } from '../../protocol/events.ts';
import { visibleTo } from '../domain/audience.ts';
import { createOtherNodes } from './other-nodes.ts';
import { rooms } from './realtime.ts';

/** Behind news that went by, which all nodes learn at the same moment, and often one of them several times. */
const missedMs = 500;
/** In a line of a conversation that was there. */
const nobody = '-';

/** What a conversation has gained, for everybody who has it open. */
interface News {
  readonly conversationId: string;
  /** The customer whose first command has made it; null: it was there. */
  readonly startedBy: string | null;
  readonly after: number;
  readonly through: number;
  readonly facts: readonly Fact[];
}

declare module 'fastify' {
  interface FastifyInstance {
    doorbell: {
      /** Whether what happens here reaches other nodes, and the reverse: null without Redis, false while it is away. */
      isLinked(): boolean | null;
    };
  }
}

/**
 * Rings for everybody who has a conversation open, on this node and on the others: with what has been committed, and with
 * the text of an answer that is growing. At most once; what gets lost is healed by seq (D5).
 * @param options.installation sets the nodes of this installation apart from others that use the same Redis
 */
export default fp<{ installation: string }>(
  async (app, { installation }) => {
    const { bus, realtime, redis, log } = app;
    const { customers, desk } = realtime;
    /** What no one here reads need not be written, nor read from the line of another node. */
    const isOpenHere = (room: string) => customers.adapter.rooms.has(room) || desk.adapter.rooms.has(room);
    /** A tab of the customer who has begun a conversation does not have it open yet. */
    const isAnyoneHere = (conversationId: string, startedBy: string | null) =>
      isOpenHere(rooms.conversation(conversationId)) ||
      (startedBy !== null && isOpenHere(rooms.customer(startedBy)));

    const ring = ({ conversationId, startedBy, after, through, facts }: News) => {
      const toAgents = { conversationId, after, through, facts: visibleTo('agent', facts) };
      const visible = visibleTo('customer', facts);
      // One object where all may see the same: it is written out once.
      const isSame = visible.length === facts.length && visible.every((fact, index) => fact === facts[index]);
      const toCustomer = isSame ? toAgents : { conversationId, after, through, facts: visible };
      const room = rooms.conversation(conversationId);
      // The customer's own sockets hear of a conversation that another tab has just started, too.
      if (startedBy !== null) customers.local.in(rooms.customer(startedBy)).socketsJoin(room);
      if (customers.adapter.rooms.has(room)) customers.local.to(room).emit('facts', toCustomer);
      if (desk.adapter.rooms.has(room)) desk.local.to(room).emit('facts', toAgents);
    };
    const grow = (chunk: AnswerChunk) => {
      const room = rooms.conversation(chunk.conversationId);
      if (customers.adapter.rooms.has(room)) customers.local.volatile.to(room).emit('answer:chunk', chunk);
      if (desk.adapter.rooms.has(room)) desk.local.volatile.to(room).emit('answer:chunk', chunk);
    };

    /** What stands before the JSON is enough to pass by what nobody here has open. */
    const hear = (line: string) => {
      const [kind, conversationId = '', starter = ''] = line.split(' ', 3);
      const startedBy = starter === nobody ? null : starter;
      if (!isAnyoneHere(conversationId, startedBy)) return;
      const body: unknown = JSON.parse(line.slice(`${kind} ${conversationId} ${starter} `.length));
      // Written below, by a node of this installation; what a newer one may tell besides is passed by.
      if (kind === 'facts') ring({ ...(body as News), startedBy });
      else if (kind === 'chunk') grow(body as AnswerChunk);
    };

    let missed: NodeJS.Timeout | undefined;
    const onMissed = () => {
      missed ??= setTimeout(
        () => {
          missed = undefined;
          bus.emit('missed');
        },
        missedMs * (1 + Math.random()),
      );
    };

    const others =
      redis === null
        ? null
        : createOtherNodes({
            redis,
            channel: `handrail-${installation}-news`,
            hear,
            onMissed,
            log,
          });

    bus.on('committed', ({ conversation: { id, customerId }, before, facts, state }) => {
      const startedBy = before.seq === 0 ? customerId : null;
      const news = { conversationId: id, after: before.seq, through: state.seq, facts };
      ring({ ...news, startedBy });
      others?.tell(`facts ${id} ${startedBy ?? nobody} ${JSON.stringify(news)}`);
    });
    bus.on('chunk', (chunk) => {
      grow(chunk);
      others?.tell(`chunk ${chunk.conversationId} ${nobody} ${JSON.stringify(chunk)}`);
    });

    app.decorate('doorbell', { isLinked: () => others?.isLinked() ?? null });
    app.addHook('onClose', async () => {
      await others?.close();
      clearTimeout(missed);
    });
  },
  { name: 'doorbell', dependencies: ['bus', 'realtime', 'redis'] },
);
