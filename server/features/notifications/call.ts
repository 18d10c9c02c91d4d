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
/** Whom what was written within this time concerns is asked together: a phone rings no later for it. */
const gatherMs = 200;

/**
 * An agent who has put their phone away is called by Web Push: for what is offered to them alone, and for what their
 * customers write. A call that nobody follows ends that they count as there (`answerCallMs`), and so does a phone that
 * no push service knows any more.
 */
export function callPhones(app: FastifyInstance, channels: Channels, publicUrl: string | null) {
  const { store, sites, jobs, bus, realtime, log } = app;

  /** By what makes a call the same one. */
  let gathered = new Map<string, { readonly call: Call; readonly moment: number }>();
  let timer: NodeJS.Timeout | null = null;

  /** Planned for those on the phone alone: everybody else has it on the screen. */
  const planGathered = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const calls = [...gathered.values()];
    gathered = new Map();
    const agentIds = [...new Set(calls.map(({ call }) => call.agentId))];
    const onPhone = await store.presence.onPhone(agentIds, Date.now());
    const wanted = calls.filter(({ call }) => onPhone.has(call.agentId));
    if (wanted.length === 0) return;
    const dueAt = Date.now();
    await jobs.plan(
      kind,
      wanted.map(({ call, moment }) => ({
        id: jobIdOf(kind, call.about, call.conversationId, call.agentId, moment),
        data: call,
        dueAt,
      })),
    );
  };
  let planning: Promise<void> = Promise.resolve();
  const tryToPlan = () => {
    planning = planning
      .then(planGathered)
      .catch((error) =>
        log.warn({ err: error }, 'phones not called; the customers are looked after all the same'),
      );
    return planning;
  };
  // What is gathered, or being planned, must not go with this process.
  app.addHook('onClose', tryToPlan);

  bus.on('committed', ({ conversation: { id: conversationId, siteId }, facts, state }) => {
    for (const fact of facts) {
      if (fact.type === 'handoff.offered')
        gather({ about: 'offer', agentId: fact.agent.id, conversationId, siteId }, fact.seq);
      if (fact.type !== 'message.sent' || fact.by.kind !== 'customer' || state.status !== 'human') continue;
      const call: Call = { about: 'message', agentId: state.agent.id, conversationId, siteId };
      gather(call, Math.floor(fact.at / slotMs));
    }
  });
  const gather = (call: Call, moment: number) => {
    // Who has a line to this very process is in no need, or has told that the phone was put away.
    if (isListening(call.agentId)) return;
    gathered.set(`${call.about} ${call.conversationId} ${call.agentId} ${moment}`, { call, moment });
    timer ??= setTimeout(tryToPlan, gatherMs);
  };
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
