import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { Doing } from '../../../protocol/agent.ts';
import {
  type AgentCommandName,
  agentCommands,
  agentReads,
  agentSignals,
} from '../../../protocol/commands.ts';
import { AgentHandshake } from '../../../protocol/events.ts';
import { protocolVersion } from '../../../protocol/version.ts';
import { type AgentEventName, eventPermissions, may } from '../../domain/permissions.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { type AgentSocket, rooms } from '../../plugins/realtime.ts';
import { admitOn, createListener } from '../../plugins/sockets.ts';
import { checkOf } from '../../plugins/validation.ts';
import { factsPage } from '../../reads/facts.ts';
import type { Agent } from '../../store/agents.ts';

const checkHandshake = checkOf(AgentHandshake);
/** A socket is told of what goes on at its sites, and can do what an agent can: held to our own origin like a write. */
const asListener = { isWrite: true, may: 'conversations:read' } as const;
/** Its page was closed, or its session has ended. Everything else is a line that was lost. */
const saidFarewell: ReadonlySet<string> = new Set([
  'client namespace disconnect',
  'server namespace disconnect',
]);
/** Signs of life of open consoles; three missed ones make an agent offline. */
const seenEveryMs = 15_000;

export function serveSockets(app: FastifyInstance): void {
  const { identity, engine, store, realtime, bus, metrics, limits, partials, log } = app;
  const { desk, customers } = realtime;

  admitOn(desk, async (socket: AgentSocket) => {
    const { auth, headers } = socket.handshake;
    if (auth.version !== protocolVersion) throw new RefusalError('version_mismatch');
    checkHandshake(auth);
    socket.data.agent = await identity.agent(headers, asListener);
    socket.data.phone = 'none';
  });

  /** The session may have ended, sites and role may have changed since the handshake: looked up for every command. */
  const agentNow = async (socket: AgentSocket, event: AgentEventName): Promise<Agent> => {
    await limits.agent(socket.data.agent.id);
    try {
      return await identity.agent(socket.handshake.headers, { isWrite: true, may: eventPermissions[event] });
    } catch (error) {
      // What this role may not do is refused, and no reason to hang up.
      if (error instanceof RefusalError && error.code !== 'forbidden') socket.disconnect(true);
      throw error;
    }
  };

  const listener = createListener<AgentSocket>(app);
  for (const [command, schema] of Object.entries(agentCommands)) {
    const name = command as AgentCommandName;
    listener.answer(name, schema, async (socket, body) => {
      const executed = await engine.forAgent(await agentNow(socket, name), name, body);
      metrics.commands.inc({ command: name, result: executed.isRepeat ? 'repeat' : 'ok' });
      return { ok: true, ...executed };
    });
  }
  listener.answer('facts:pull', agentReads['facts:pull'], async (socket, body) => {
    const agent = await agentNow(socket, 'facts:pull');
    return factsPage(app, { kind: 'agent', agent }, body);
  });
  listener.answer('conversation:watch', agentReads['conversation:watch'], async (socket, body) => {
    const reader = { kind: 'agent', agent: await agentNow(socket, 'conversation:watch') } as const;
    const page = await factsPage(app, reader, body);
    await socket.join(rooms.conversation(body.conversationId));
    // Read again behind the join: what was committed in between was sent to nobody here.
    const missed = await factsPage(app, reader, { ...body, after: page.through });
    const soFar = await partials.soFar(body.conversationId);
    // Behind the reply, which tells of the turn that this text belongs to.
    if (soFar !== null) setImmediate(() => socket.emit('answer:chunk', soFar));
    if (missed.through === page.through) return page;
    const { through, hasMore } = missed;
    return { ...page, facts: [...page.facts, ...missed.facts], through, hasMore };
  });
  listener.signal('conversation:unwatch', agentSignals['conversation:unwatch'], async (socket, body) => {
    tellColleagues(socket, body.conversationId, 'gone');
    await socket.leave(rooms.conversation(body.conversationId));
  });
  listener.signal('conversation:look', agentSignals['conversation:look'], async (socket, body) => {
    if (await limits.signal(socket.data.agent.id)) tellColleagues(socket, body.conversationId, body.doing);
  });

  /** Only from and to who watches it: who may read it was checked there. */
  function tellColleagues(socket: AgentSocket, conversationId: string, doing: Doing): void {
    const room = rooms.conversation(conversationId);
    if (!socket.rooms.has(room)) return;
    const { id, name } = socket.data.agent;
    socket.to(room).volatile.emit('colleague', { conversationId, agent: { id, name }, doing });
  }

  listener.signal('typing', agentSignals.typing, async (socket, { conversationId, isTyping }) => {
    const { id, role } = socket.data.agent;
    // Too many to look each up: who has another role since is sent away within seconds (`recheck`).
    if (!may(role, eventPermissions.typing)) return;
    const room = rooms.conversation(conversationId);
    if (!socket.rooms.has(room) || !(await limits.signal(id))) return;
    // Only the person who is in the conversation is seen typing: a colleague who looks on is not.
    const summary = await store.conversations.summary(conversationId);
    const agent = summary?.agent ?? null;
    if (agent?.id !== id) return;
    customers.to(room).volatile.emit('typing', { conversationId, agent, isTyping });
  });
  listener.signal('availability:set', agentSignals['availability:set'], async (socket, { availability }) => {
    const { id, siteIds } = await agentNow(socket, 'availability:set');
    await store.agents.setAvailability(id, availability);
    desk.to(rooms.agent(id)).emit('availability', { availability });
    bus.emit('presence', { siteIds });
  });

  listener.signal('device:set', agentSignals['device:set'], async (socket, { phone }) => {
    const { id, siteIds } = await agentNow(socket, 'device:set');
    const { phone: before } = socket.data;
    socket.data.phone = phone;
    const now = Date.now();
    if (phone === 'none') await forgetPhone(id);
    // A line that comes anew in the background proves nothing: the time runs from when it was looked at last.
    else if (phone === 'in_hand' || before === 'in_hand') await store.presence.setOnPhone([id], now);
    await signing;
    await store.presence.setSeen([id], isBeforeSomebody(id) ? now : null);
    bus.emit('presence', { siteIds });
  });

  const socketsOf = (agentId: string) =>
    [...desk.sockets.values()].filter(({ data }) => data.agent.id === agentId);
  /** A page behind a locked screen is nobody's sign of life, even while its line holds. */
  const isBeforeSomebody = (agentId: string) =>
    socketsOf(agentId).some(({ data }) => data.phone !== 'put_away');
  const forgetPhone = async (agentId: string) => {
    if (socketsOf(agentId).every(({ data }) => data.phone === 'none'))
      await store.presence.forgetPhone(agentId);
  };

  desk.on('connection', (socket) => {
    listener.listenTo(socket);
    // While the socket still knows what it watched.
    socket.on('disconnecting', () => {
      const prefix = rooms.conversation('');
      for (const room of socket.rooms) {
        if (room.startsWith(prefix)) tellColleagues(socket, room.slice(prefix.length), 'gone');
      }
    });
    socket.on('disconnect', (reason) => {
      leave(socket, saidFarewell.has(reason)).catch((error) =>
        log.warn({ err: error }, 'presence runs out by itself'),
      );
    });
    welcome(socket).catch((error) => {
      log.warn({ err: error }, 'desk not sent; the console comes again');
      socket.disconnect(true);
    });
  });

  async function welcome(socket: AgentSocket): Promise<void> {
    const { id, siteIds, role } = socket.data.agent;
    await store.presence.setSeen([id], Date.now());
    const reviewed = may(role, 'feedback:review') ? siteIds.map(rooms.reviewers) : [];
    await socket.join([rooms.agent(id), ...siteIds.map(rooms.site), ...reviewed]);
    socket.emit('desk', { conversations: await store.conversations.desk(siteIds, id) });
    bus.emit('presence', { siteIds });
  }

  async function leave(socket: AgentSocket, isFarewell: boolean): Promise<void> {
    const { agent, phone } = socket.data;
    const { id, siteIds } = agent;
    // A line that is merely lost says nothing of a phone: Web Push still reaches it.
    if (phone !== 'none' && isFarewell) await forgetPhone(id);
    // Written behind this, a sign of life from before would have them there for as long as one counts.
    await signing;
    if (isBeforeSomebody(id)) return;
    await store.presence.setSeen([id], null);
    bus.emit('presence', { siteIds });
  }

  /** Who only listens asks for nothing: a session that has ended, other sites or another role end the listening too. */
  async function recheck(socket: AgentSocket): Promise<void> {
    try {
      const { siteIds, role } = await identity.agent(socket.handshake.headers, asListener);
      const { agent } = socket.data;
      if (isDeepStrictEqual(siteIds, agent.siteIds) && role === agent.role) return;
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
    }
    socket.disconnect(true);
  }

  /** The signs of life that are being written. */
  let signing: Promise<unknown> = Promise.resolve();
  const presence = setInterval(() => {
    const sockets = [...desk.sockets.values()];
    const now = Date.now();
    const idsOf = (those: readonly AgentSocket[]) => [...new Set(those.map(({ data }) => data.agent.id))];
    signing = Promise.all([
      store.presence.setSeen(idsOf(sockets.filter(({ data }) => data.phone !== 'put_away')), now),
      store.presence.setOnPhone(idsOf(sockets.filter(({ data }) => data.phone === 'in_hand')), now),
    ]).catch((error) => log.warn({ err: error }, 'presence not kept'));
    for (const socket of sockets) {
      recheck(socket).catch((error) => log.warn({ err: error }, 'agent not looked up this time'));
    }
  }, seenEveryMs);
  app.addHook('onClose', async () => clearInterval(presence));
}
