import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import {
  type AgentCommandName,
  agentCommands,
  agentReads,
  agentSignals,
} from '../../../protocol/commands.ts';
import { AgentHandshake } from '../../../protocol/events.ts';
import { protocolVersion } from '../../../protocol/version.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { type AgentSocket, rooms } from '../../plugins/realtime.ts';
import { admitOn, answerOn, signalOn } from '../../plugins/sockets.ts';
import { checkOf } from '../../plugins/validation.ts';
import { factsPage } from '../../reads/facts.ts';
import type { Agent } from '../../store/agents.ts';

const checkHandshake = checkOf(AgentHandshake);
/** Signs of life of open consoles; three missed ones make an agent offline. */
const seenEveryMs = 15_000;

export function serveSockets(app: FastifyInstance): void {
  const { identity, engine, store, realtime, bus, metrics, limits, partials, log } = app;
  const { desk, customers } = realtime;

  admitOn(desk, async (socket: AgentSocket) => {
    const { auth, headers } = socket.handshake;
    if (auth.version !== protocolVersion) throw new RefusalError('version_mismatch');
    checkHandshake(auth);
    // A socket can do all that an agent can: held to our own origin like a write.
    socket.data.agent = await identity.agent(headers, { isWrite: true });
  });

  desk.on('connection', (socket) => {
    const { id } = socket.data.agent;
    const conversationRoom = rooms.conversation('');

    /** The session may have ended and sites may have changed since the handshake: looked up for every command. */
    const agentNow = async (): Promise<Agent> => {
      await limits.agent(id);
      try {
        return await identity.agent(socket.handshake.headers, { isWrite: true });
      } catch (error) {
        if (error instanceof RefusalError) socket.disconnect(true);
        throw error;
      }
    };

    for (const [name, schema] of Object.entries(agentCommands)) {
      answerOn(app, socket, name, schema, async (body) => {
        const executed = await engine.forAgent(await agentNow(), name as AgentCommandName, body);
        metrics.commands.inc({ command: name, result: executed.isRepeat ? 'repeat' : 'ok' });
        return { ok: true, ...executed };
      });
    }
    answerOn(app, socket, 'facts:pull', agentReads['facts:pull'], async (body) => {
      const { siteIds } = await agentNow();
      return factsPage(store, { kind: 'agent', siteIds }, body);
    });
    answerOn(app, socket, 'conversation:watch', agentReads['conversation:watch'], async (body) => {
      const { siteIds } = await agentNow();
      const page = await factsPage(store, { kind: 'agent', siteIds }, body);
      await socket.join(conversationRoom + body.conversationId);
      // Read again behind the join: what was committed in between was sent to nobody here.
      const missed = await factsPage(store, { kind: 'agent', siteIds }, { ...body, after: page.through });
      const soFar = await partials.soFar(body.conversationId);
      // Behind the reply, which tells of the turn that this text belongs to.
      if (soFar !== null) setImmediate(() => socket.emit('answer:chunk', soFar));
      return missed.through === page.through
        ? page
        : {
            ...page,
            facts: [...page.facts, ...missed.facts],
            through: missed.through,
            hasMore: missed.hasMore,
          };
    });
    signalOn(app, socket, 'conversation:unwatch', agentSignals['conversation:unwatch'], async (body) => {
      await socket.leave(conversationRoom + body.conversationId);
    });

    signalOn(app, socket, 'typing', agentSignals.typing, async ({ conversationId, isTyping }) => {
      if (!socket.rooms.has(conversationRoom + conversationId) || !(await limits.signal(id))) return;
      // Only the person who is in the conversation is seen typing: a colleague who looks on is not.
      const summary = await store.conversations.summary(conversationId);
      const agent = summary?.agent ?? null;
      if (agent?.id !== id) return;
      customers
        .to(conversationRoom + conversationId)
        .volatile.emit('typing', { conversationId, agent, isTyping });
    });
    signalOn(app, socket, 'availability:set', agentSignals['availability:set'], async ({ availability }) => {
      const { siteIds } = await agentNow();
      await store.agents.setAvailability(id, availability);
      desk.to(rooms.agent(id)).emit('availability', { availability });
      bus.emit('presence', { siteIds });
    });

    socket.on('disconnect', () => {
      leave(socket).catch((error) => log.warn({ err: error }, 'presence runs out by itself'));
    });

    welcome(socket).catch((error) => {
      log.warn({ err: error }, 'desk not sent; the console comes again');
      socket.disconnect(true);
    });
  });

  async function welcome(socket: AgentSocket): Promise<void> {
    const { id, siteIds } = socket.data.agent;
    await store.agents.setSeen([id], Date.now());
    await socket.join([rooms.agent(id), ...siteIds.map(rooms.site)]);
    socket.emit('desk', { conversations: await store.conversations.desk(siteIds, id) });
    bus.emit('presence', { siteIds });
  }

  async function leave(socket: AgentSocket): Promise<void> {
    const { id, siteIds } = socket.data.agent;
    const isElsewhere = [...desk.sockets.values()].some((other) => other.data.agent.id === id);
    if (isElsewhere) return;
    await store.agents.setSeen([id], null);
    bus.emit('presence', { siteIds });
  }

  /** Who only listens asks for nothing: a session that has ended, or other sites, must end the listening too. */
  async function recheck(socket: AgentSocket): Promise<void> {
    try {
      const { siteIds } = await identity.agent(socket.handshake.headers, { isWrite: true });
      if (isDeepStrictEqual(siteIds, socket.data.agent.siteIds)) return;
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
    }
    socket.disconnect(true);
  }

  const presence = setInterval(() => {
    const sockets = [...desk.sockets.values()];
    const ids = new Set(sockets.map((socket) => socket.data.agent.id));
    store.agents
      .setSeen([...ids], Date.now())
      .catch((error) => log.warn({ err: error }, 'presence not kept'));
    for (const socket of sockets) {
      recheck(socket).catch((error) => log.warn({ err: error }, 'agent not looked up this time'));
    }
  }, seenEveryMs);
  app.addHook('onClose', async () => clearInterval(presence));
}
