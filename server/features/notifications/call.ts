import type { FastifyInstance } from 'fastify';
import { answerCallMs } from '../../domain/presence.ts';
import type { CallNotice } from '../../notify/call-notice.ts';
import { consoleUrl } from '../../notify/console-url.ts';
import { type Channels, pushTo } from '../../notify/deliver.ts';
import { jobIdOf } from '../../plugins/jobs.ts';
import { rooms } from '../../plugins/realtime.ts';

interface Call {
  readonly about: CallNotice['about'];
  readonly agentId: string;
  readonly conversationId: string;
  readonly siteId: string;
}

const kind = 'phone-call';
const retries = 2;
/** Of messages that follow each other within this time one is called for. */
const slotMs = 30_000;

/**
 * An agent who has put their phone away is called by Web Push: for what is offered to them alone, and for what their
 * customers write. A call that nobody follows ends that they count as there (`answerCallMs`), and so does a phone that
 * no push service knows any more.
 */
export function callPhones(app: FastifyInstance, channels: Channels, publicUrl: string | null) {
  const { store, sites, jobs, bus, realtime, log } = app;

  /** Planned for those on the phone alone: everybody else has it on the screen. */
  const plan = async (call: Call, moment: string | number): Promise<void> => {
    const { about, agentId, conversationId } = call;
    if (!(await store.presence.isOnPhone(agentId, Date.now()))) return;
    const id = jobIdOf(kind, about, conversationId, agentId, moment);
    await jobs.plan(kind, [{ id, data: call, dueAt: Date.now() }]);
  };

  bus.on('committed', ({ conversation: { id: conversationId, siteId }, facts, state }) => {
    const calls = facts.flatMap((fact): (readonly [Call, string | number])[] => {
      if (fact.type === 'handoff.offered') {
        return [[{ about: 'offer', agentId: fact.agent.id, conversationId, siteId }, fact.seq]];
      }
      if (fact.type !== 'message.sent' || fact.by.kind !== 'customer' || state.status !== 'human') return [];
      const { id: agentId } = state.agent;
      return [[{ about: 'message', agentId, conversationId, siteId }, Math.floor(fact.at / slotMs)]];
    });
    for (const [call, moment] of calls) {
      // Who has a line to this very process is in no need, or has told that the phone was put away.
      if (isListening(call.agentId)) continue;
      plan(call, moment).catch((error) =>
        log.warn(
          { err: error, conversationId },
          'phone not called; the customer is looked after all the same',
        ),
      );
    }
  });
  const isListening = (agentId: string) =>
    [...(realtime.desk.adapter.rooms.get(rooms.agent(agentId)) ?? [])].some(
      (id) => realtime.desk.sockets.get(id)?.data.phone !== 'put_away',
    );

  return jobs.work<Call>(kind, retries, async ({ data, signal }) => {
    const { about, agentId, conversationId, siteId } = data;
    const [[conversation], site] = await Promise.all([
      store.conversations.byIds([conversationId]),
      sites.byId(siteId),
    ]);
    const { state, summary } = conversation ?? {};
    const isTheirs =
      about === 'offer'
        ? state?.status === 'waiting' && state.offer?.agent.id === agentId
        : state?.status === 'human' && state.agent.id === agentId;
    if (site === null || summary === undefined || !isTheirs) return;
    const now = Date.now();
    const words = about === 'offer' ? summary.topic : summary.lastText;
    const taken = await pushTo(
      channels,
      await store.notifications.subscriptions([agentId]),
      {
        about,
        conversationId,
        site: { title: site.title },
        text: site.notify.showsTopic && words !== '' ? words : null,
        url: consoleUrl(app.server, publicUrl, conversationId),
      },
      signal,
    );
    const siteIds = await store.presence.boundPhone(agentId, now, taken === 0 ? 0 : now + answerCallMs);
    if (siteIds !== null) bus.emit('presence', { siteIds });
    log.info({ conversationId, about, taken }, 'phone called');
  });
}
