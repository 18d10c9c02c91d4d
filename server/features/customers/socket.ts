import type { FastifyInstance } from 'fastify';
import {
  type CustomerCommandName,
  customerCommands,
  customerReads,
  customerSignals,
} from '../../../protocol/commands.ts';
import { CustomerHandshake } from '../../../protocol/events.ts';
import { protocolVersion } from '../../../protocol/version.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { type CustomerSocket, rooms } from '../../plugins/realtime.ts';
import { admitOn, createListener } from '../../plugins/sockets.ts';
import { checkOf } from '../../plugins/validation.ts';
import { factsPage } from '../../reads/facts.ts';
import { reaches } from '../../store/customers.ts';

const checkHandshake = checkOf(CustomerHandshake);
/** Conversations asked for at once. */
const headsAtOnce = 500;

export function serveSockets(app: FastifyInstance): void {
  const { identity, limits, engine, store, realtime, metrics, partials, log } = app;

  admitOn(realtime.customers, async (socket: CustomerSocket) => {
    const { auth, headers } = socket.handshake;
    // Named apart from other faults: an old page must learn that reloading helps.
    if (auth.version !== protocolVersion) throw new RefusalError('version_mismatch');
    const { token, site } = checkHandshake(auth);
    const caller = await identity.customer(token, headers);
    if (caller.site.key !== site) throw new RefusalError('unauthenticated');
    await limits.command(caller.customer.id);
    socket.data.caller = caller;
  });

  const listener = createListener<CustomerSocket>(app);
  for (const [name, schema] of Object.entries(customerCommands)) {
    listener.answer(name, schema, async ({ data: { caller } }, body) => {
      await limits.command(caller.customer.id);
      const executed = await engine.forCustomer(caller, name as CustomerCommandName, body);
      metrics.commands.inc({ command: name, result: executed.isRepeat ? 'repeat' : 'ok' });
      return { ok: true, ...executed };
    });
  }
  listener.answer('facts:pull', customerReads['facts:pull'], async (socket, body) => {
    const { customer } = socket.data.caller;
    await limits.command(customer.id);
    const page = await factsPage(app, { kind: 'customer', customer }, body);
    // Another tab may have begun it since this socket named its conversations.
    await socket.join(rooms.conversation(body.conversationId));
    return page;
  });

  /** Whether the socket reads this conversation, and has not sent too many signs already. */
  const maySignal = async (socket: CustomerSocket, conversationId: string) =>
    socket.rooms.has(rooms.conversation(conversationId)) && limits.signal(socket.data.caller.customer.id);
  listener.signal('typing', customerSignals.typing, async (socket, { conversationId, isTyping }) => {
    if (!(await maySignal(socket, conversationId))) return;
    realtime.desk
      .to(rooms.conversation(conversationId))
      .volatile.emit('typing', { conversationId, isTyping });
  });
  listener.signal('answer:chunk', customerSignals['answer:chunk'], async (socket, chunk) => {
    if (socket.data.caller.site.bot.kind !== 'page') return;
    if (!(await maySignal(socket, chunk.conversationId))) return;
    partials.append(chunk.conversationId, chunk.turn, chunk.offset, chunk.text);
  });

  realtime.customers.on('connection', (socket) => {
    listener.listenTo(socket);
    resume(socket).catch((error) => {
      log.warn({ err: error }, 'resume failed; the client comes again');
      socket.disconnect();
    });
  });

  /**
   * A conversation that another tab has begun, on a node of which some news went by: nobody has told these sockets, which
   * name it and do not have it open.
   */
  const resumeBegun = async () => {
    const waiting = new Map<string, CustomerSocket[]>();
    for (const socket of realtime.customers.sockets.values()) {
      for (const id of Object.keys(checkHandshake(socket.handshake.auth).conversations)) {
        if (socket.rooms.has(rooms.conversation(id))) continue;
        waiting.set(id, [...(waiting.get(id) ?? []), socket]);
      }
    }
    const ids = [...waiting.keys()];
    for (let from = 0; from < ids.length; from += headsAtOnce) {
      for (const { conversationId } of await store.conversations.heads(ids.slice(from, from + headsAtOnce))) {
        for (const socket of waiting.get(conversationId) ?? []) await resume(socket);
      }
    }
  };
  app.bus.on('missed', () => {
    resumeBegun().catch((error) => log.debug({ err: error }, 'other tabs not resumed; they come again'));
  });

  /** Sends what the client lacks, then the head, the running answer and the place in the queue (D5, D7). */
  async function resume(socket: CustomerSocket): Promise<void> {
    const { customer } = socket.data.caller;
    const reader = { kind: 'customer', customer } as const;
    const { conversations } = checkHandshake(socket.handshake.auth);
    // Who is there hears of each conversation that this customer begins: not for a link that leads to one of them.
    await socket.join(customer.only === undefined ? rooms.customer(customer.id) : rooms.link(customer.only));
    for (const [conversationId, last] of Object.entries(conversations)) {
      const found = await store.conversations.head(conversationId);
      // Named but not there (never sent yet, or erased) or not theirs: nothing to resume.
      if (found?.customerId !== customer.id || !reaches(customer, conversationId)) continue;
      // Joined before reading: what is committed meanwhile arrives twice rather than not at all.
      await socket.join(rooms.conversation(conversationId));
      const head = (await store.conversations.head(conversationId)) ?? found;
      let after = last;
      while (after < head.seq) {
        const { ok: _, hasMore, ...page } = await factsPage(app, reader, { conversationId, after });
        if (page.facts.length > 0 || page.through > after) socket.emit('facts', page);
        after = page.through;
        if (!hasMore) break;
      }
      socket.emit('head', { conversationId, seq: Math.max(head.seq, after) });
      const soFar = head.isAnswering ? await partials.soFar(conversationId) : null;
      if (soFar !== null) socket.emit('answer:chunk', soFar);
      if (head.status === 'waiting') app.queue.tellAgain(head.siteId, conversationId);
    }
  }
}
