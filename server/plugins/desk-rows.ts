import fp from 'fastify-plugin';
import type { ConversationSummary } from '../../protocol/agent.ts';
import { rooms } from './realtime.ts';

/** New words in a row that stays where it is are told together: an agent reads no faster. */
const gatherMs = 250;
/** Desks look again this often, for what Redis should have told them and did not. */
const lookAgainMs = 10_000;

interface Gathered {
  rows: Map<string, ConversationSummary>;
  timer: NodeJS.Timeout | null;
}

/**
 * Keeps the lists on the agents' desks. What changes a conversation's place (it waits, is taken, is handed back) is told
 * at once, the rest is gathered. Telling twice does no harm: the newer seq wins.
 */
export default fp(
  async (app) => {
    const { store, realtime, bus, sites, log } = app;
    const gathered = new Map<string, Gathered>();
    /** The rows of a site as they were at the last look, by conversation. */
    const looked = new Map<string, Map<string, number>>();

    const tellNow = (siteId: string) => {
      const site = gathered.get(siteId);
      if (site === undefined || site.rows.size === 0) return;
      if (site.timer !== null) clearTimeout(site.timer);
      site.timer = null;
      const rows = [...site.rows.values()];
      // A new one: one that was cleared has the old rows point to the new ones, for V8 to keep them all.
      site.rows = new Map();
      withCustomers(rows, sites.kept(siteId)?.identitySecret ?? null).then(
        (conversations) => realtime.desk.to(rooms.site(siteId)).emit('summaries', { conversations }),
        (error) => log.warn({ err: error }, 'desks not told; they find it when they look again'),
      );
    };

    /**
     * With what the site vouches for; where it vouches for nobody there is nothing to ask for. Asked by conversation: whose
     * it was when it was committed may be a customer who has become another one since.
     */
    const withCustomers = async (
      rows: readonly ConversationSummary[],
      identitySecret: string | null,
    ): Promise<ConversationSummary[]> => {
      if (identitySecret === null) return [...rows];
      const verified = await store.customers.verifiedIn(rows.map(({ id }) => id));
      return rows.map((row) => {
        const customer = verified.get(row.id);
        return customer === undefined ? row : { ...row, customer };
      });
    };

    bus.on('committed', ({ conversation: { siteId }, before, summary }) => {
      // Also what leaves the desk: taken back, resolved, or reopened to the bot.
      if (before.status === 'bot' && summary.status === 'bot') return;
      const title = sites.kept(siteId)?.title;
      // Unknown for this moment only; the next look finds the row.
      if (title === undefined) return;
      const site = gathered.get(siteId) ?? { rows: new Map(), timer: null };
      gathered.set(siteId, site);
      site.rows.set(summary.id, { ...summary, site: title });
      // Seen now: should another process take it off the desk unheard, the next look finds it gone.
      const seen = looked.get(siteId) ?? new Map<string, number>();
      looked.set(siteId, seen.set(summary.id, summary.seq));
      const moved = before.status !== summary.status;
      if (moved) tellNow(siteId);
      else site.timer ??= setTimeout(() => tellNow(siteId), gatherMs);
    });

    const look = async (siteId: string) => {
      // At the first look all rows are news: one may have changed since its desk was opened.
      const before = looked.get(siteId) ?? new Map<string, number>();
      const now = new Map((await store.conversations.onDesk(siteId)).map(({ id, seq }) => [id, seq]));
      looked.set(siteId, now);
      const changed = [...now].filter(([id, seq]) => before.get(id) !== seq).map(([id]) => id);
      const gone = [...before.keys()].filter((id) => !now.has(id));
      const conversations = await store.conversations.summaries([...changed, ...gone]);
      if (conversations.length > 0) {
        realtime.desk.local.to(rooms.site(siteId)).emit('summaries', { conversations });
      }
    };
    const lookAgain = async () => {
      const open = [...realtime.desk.sockets.values()].flatMap((socket) => socket.data.agent.siteIds);
      const siteIds = new Set(open);
      for (const siteId of looked.keys()) if (!siteIds.has(siteId)) looked.delete(siteId);
      for (const siteId of siteIds) await look(siteId);
    };
    const timer = setInterval(() => {
      lookAgain().catch((error) => log.warn({ err: error }, 'desks not looked at this time'));
    }, lookAgainMs);
    app.addHook('onClose', async () => {
      clearInterval(timer);
      for (const site of gathered.values()) if (site.timer !== null) clearTimeout(site.timer);
    });
  },
  { name: 'desk-rows', dependencies: ['store', 'realtime', 'bus', 'sites'] },
);
