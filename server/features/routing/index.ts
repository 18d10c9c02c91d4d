import type { FastifyPluginAsync } from 'fastify';
import type { Fact } from '../../../protocol/conversation.ts';
import type { Team } from '../../../protocol/handoff.ts';
import type { SystemCommand } from '../../domain/command.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { hoursOf, isOpen } from '../../domain/hours.ts';
import { offerTime } from '../../domain/presence.ts';
import { defaultRouting, offersFor } from '../../domain/routing.ts';
import { isOurFault } from '../../plugins/errors.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import { rooms } from '../../plugins/realtime.ts';

/** Changes within this time are looked at together. */
const gatherMs = 50;
/** Another process was offering: looked at again behind it. */
const againMs = 200;
/** Looked at anew this often: for what other processes did, and for teams whose customers have waited long enough. */
const lookEveryMs = 5_000;
/** An absence is looked at again once in this time, as long as it lasts. */
const absenceSlotMs = 60_000;
const expiryKind = 'offer-expiry';
const goneKind = 'agent-gone';
const retries = 5;
const moves = new Set([
  'handoff.requested',
  'handoff.transferred',
  'handoff.returned',
  'handoff.accepted',
  'handoff.offer_expired',
  'handoff.declined',
  'handoff.raised',
  'handoff.cancelled',
  'conversation.resolved',
]);

interface Gone {
  readonly conversationId: string;
  readonly agentId: string;
  /** When the absence was seen: who has been answered is given more time. */
  readonly isAnswered: boolean;
}

/**
 * Brings waiting customers and agents together at sites that offer (`routing.mode`):
 *
 *   somebody waits, or an agent has room -> offersFor (pure) -> handoff.offered -> accepted
 *                                                                \-> job at its end -> handoff.offer_expired -> next
 *   an agent is gone -> job after a grace time -> handoff.transferred to the queue
 *
 * One process offers at a time, so that capacity holds across nodes; what it decides is decided again by `decide`
 * under each conversation's own lock, so that nobody is offered who has been taken meanwhile.
 */
export const routing: FastifyPluginAsync = async (app) => {
  const { store, sites, bus, engine, jobs, realtime, log } = app;
  const pending = new Map<string, NodeJS.Timeout>();
  let isClosing = false;

  /** @returns whether it was done; not, when the conversation has moved on meanwhile, which is as it should be */
  const carryOut = async (conversationId: string, command: SystemCommand): Promise<boolean> => {
    try {
      await engine.forServer(conversationId, command);
      return true;
    } catch (error) {
      if (isOurFault(error)) throw error;
      return false;
    }
  };

  await jobs.work<{ conversationId: string }>(expiryKind, retries, async ({ data: { conversationId } }) => {
    await carryOut(conversationId, { name: 'handoff:expire_offer' });
  });
  await jobs.work<Gone>(goneKind, retries, async ({ data: { conversationId, agentId, isAnswered } }) => {
    const [gone] = await store.routing.abandoned(Date.now(), conversationId);
    // Back again: then nothing has happened. Back, answered and gone once more: that absence has a job of its own.
    if (gone?.agentId !== agentId || gone.isAnswered !== isAnswered) return;
    await carryOut(conversationId, { name: 'agent:gone', agentId });
  });

  const offer = async (siteId: string): Promise<void> => {
    const site = await sites.byId(siteId);
    if (site === null || site.routing.mode !== 'offer') return;
    const { routing: rules } = site;
    const hadTheTurn = await store.routing.exclusively(async () => {
      const now = Date.now();
      const [waiting, seats] = await Promise.all([
        store.routing.waiting(siteId, rules, now),
        store.routing.seats(siteId, now),
      ]);
      const isOpenFor = (team: Team) => {
        const hours = hoursOf(site.hours, team);
        return hours === null || isOpen(hours, now);
      };
      const asked: string[] = [];
      for (const { id: conversationId, agent } of offersFor(waiting, seats, now, rules, isOpenFor)) {
        const isOnPhone = seats.some((seat) => seat.id === agent.id && seat.isOnPhone);
        const expiresAt = now + offerTime(rules.offerMs, isOnPhone);
        // Before the offer: one whose process dies right behind it must end, too.
        await jobs.plan(expiryKind, [
          { id: jobIdOf(conversationId, agent.id, expiresAt), data: { conversationId }, dueAt: expiresAt },
        ]);
        if (await carryOut(conversationId, { name: 'handoff:offer', agent, expiresAt })) asked.push(agent.id);
      }
      await store.routing.setOffered(asked, now);
    });
    if (!hadTheTurn) look(siteId, againMs);
  };

  const look = (siteId: string, inMs = gatherMs): void => {
    if (isClosing || pending.has(siteId) || sites.kept(siteId)?.routing.mode === 'manual') return;
    const timer = setTimeout(() => {
      pending.delete(siteId);
      offer(siteId).catch((error) => log.warn({ err: error }, 'nobody offered now; done at the next look'));
    }, inMs);
    pending.set(siteId, timer);
  };

  /** Agents who are gone, each absence planned once by whichever process sees it first. */
  const lookForGone = async (): Promise<void> => {
    const now = Date.now();
    const gone = await store.routing.abandoned(now);
    await jobs.plan(
      goneKind,
      gone.map(({ id: conversationId, siteId, agentId, isAnswered }) => {
        const { answeredGraceMs, unansweredGraceMs } = sites.kept(siteId)?.routing ?? defaultRouting;
        return {
          id: jobIdOf('gone', conversationId, agentId, Math.floor(now / absenceSlotMs)),
          data: { conversationId, agentId, isAnswered },
          dueAt: now + (isAnswered ? answeredGraceMs : unansweredGraceMs),
        };
      }),
    );
  };

  /** Who lets offer after offer pass is not there, whatever their console says: customers do not wait for them. */
  const noteAnswer = async (fact: Fact, before: Conversation, siteId: string): Promise<void> => {
    if (fact.type === 'handoff.accepted' || fact.type === 'handoff.declined') {
      await store.routing.setMissed(fact.agent.id, 0);
    } else if (fact.type === 'handoff.offer_expired') {
      // The phone rang and nobody looked: it is not in anybody's pocket. Whoever takes it up again is there again.
      const siteIds = await store.presence.boundPhone(fact.agent.id, fact.at, 0);
      if (siteIds !== null) return void bus.emit('presence', { siteIds });
      const { missedOffers: most, offerMs } = (await sites.byId(siteId))?.routing ?? defaultRouting;
      const expiresAt = (before.status === 'waiting' && before.offer?.expiresAt) || fact.at;
      const missed = await store.routing.missOne(fact.agent.id, expiresAt - offerMs, fact.at);
      if (most === 0 || missed < most) return;
      await store.routing.setMissed(fact.agent.id, 0);
      const goneFrom = await store.agents.setAvailability(fact.agent.id, 'away');
      const { desk } = realtime;
      desk
        .to(rooms.agent(fact.agent.id))
        .emit('availability', { availability: 'away', because: 'missed_offers' });
      bus.emit('presence', { siteIds: goneFrom });
    }
  };

  bus.on('committed', ({ conversation, before, facts }) => {
    for (const fact of facts) {
      noteAnswer(fact, before, conversation.siteId).catch((error) =>
        log.warn({ err: error }, 'offers that were let pass are not counted this time'),
      );
    }
    if (facts.some((fact) => moves.has(fact.type))) look(conversation.siteId);
  });
  bus.on('presence', ({ siteIds }) => {
    for (const siteId of siteIds) look(siteId);
  });
  const timer = setInterval(() => {
    store.conversations
      .sitesWithQueue()
      .then((siteIds) => {
        for (const siteId of siteIds) look(siteId);
        return lookForGone();
      })
      .catch((error) => log.warn({ err: error }, 'routing not looked at this time'));
  }, lookEveryMs);
  app.addHook('onClose', async () => {
    isClosing = true;
    clearInterval(timer);
    for (const one of pending.values()) clearTimeout(one);
  });
};
